#include "storage/project_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "storage/column_values.h"
#include "tests/storage/stored_project.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

namespace fs = std::filesystem;
using test::failureOf;
using test::StoredProject;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

std::vector<std::string> namesOf(const std::vector<ProjectRecord>& projects) {
    std::vector<std::string> names;
    names.reserve(projects.size());
    for (const ProjectRecord& project : projects) names.push_back(project.name);
    return names;
}

class Projects : public testing::Test {
  protected:
    std::string failureToCreate(const std::string& name) {
        return failureOf([&] { store.create(name, "m", {}); });
    }
    std::string prefixOf(const fs::path& path, bool isFolder) {
        return store.addSource(project, path, isFolder).prefix;
    }

    StoredProject stored;
    ProjectStore& store = stored.projects;
    std::int64_t project = stored.project.id;
};

TEST_F(Projects, EveryFieldComesBack) {
    const std::int64_t before = timeNow();
    const ProjectSettings settings{8192, KvType::bf16, AnchorMode::none};
    const ProjectRecord made = store.create("\xF0\x9F\xAA\x90 \xC3\xA4", "/a/model.gguf", settings);
    EXPECT_GT(made.id, 0);
    EXPECT_EQ(made.name, "\xF0\x9F\xAA\x90 \xC3\xA4");
    EXPECT_EQ(made.model, "/a/model.gguf");
    EXPECT_EQ(made.modelFingerprint, "");
    EXPECT_EQ(made.settings, settings);
    EXPECT_TRUE(made.anchor.empty());
    EXPECT_GE(made.createdAt, before);
    EXPECT_LE(made.createdAt, timeNow());
    EXPECT_EQ(made.openedAt, made.createdAt);
    EXPECT_EQ(store.get(made.name), made);
    EXPECT_EQ(store.find(made.name), made);
}

TEST_F(Projects, AreListedByName) {
    for (const char* name : {"beta", "Alpha", "gamma"}) store.create(name, "m", {});
    EXPECT_THAT(namesOf(store.list()), ElementsAre("Alpha", "beta", "gamma", "papers"));
}

TEST_F(Projects, RefuseNamesThatNobodyCouldUse) {
    for (const char* name : {"", "a/b", "a\nb", "\x7f", "\xff"})
        EXPECT_THAT(failureToCreate(name), HasSubstr("choose another name")) << name;
    EXPECT_THAT(failureToCreate("papers"), HasSubstr("already"));
    std::string longest;
    for (int i = 0; i < 100; ++i) longest += "\xC3\xA4";
    EXPECT_EQ(failureToCreate(longest), "no error");
    EXPECT_THAT(failureToCreate(longest + "a"), HasSubstr("100 characters"));
    EXPECT_THAT(store.list(), SizeIs(2));
}

TEST_F(Projects, OneThatIsNotThereNamesThoseThatAre) {
    store.create("notes", "m", {});
    EXPECT_EQ(store.find("nots"), std::nullopt);
    EXPECT_THAT(failureOf([this] { store.get("nots"); }),
                AllOf(HasSubstr("\"nots\""), HasSubstr("notes, papers")));
    for (int i = 0; i < 20; ++i) store.create("p" + std::to_string(i), "m", {});
    EXPECT_THAT(failureOf([this] { store.get("nots"); }), HasSubstr("and 2 more"));
    for (const ProjectRecord& record : store.list()) store.remove(record.id);
    EXPECT_THAT(failureOf([this] { store.get("nots"); }), HasSubstr("ingest"));
}

TEST_F(Projects, AreRenamed) {
    store.create("taken", "m", {});
    store.rename(project, "new");
    store.rename(project, "new");
    EXPECT_EQ(store.get("new").id, project);
    EXPECT_EQ(store.find("papers"), std::nullopt);
    EXPECT_THAT(failureOf([this] { store.rename(project, "taken"); }), HasSubstr("already"));
    EXPECT_THAT(failureOf([this] { store.rename(project, "a/b"); }), HasSubstr("slash"));
    EXPECT_THAT(failureOf([this] { store.rename(999, "other"); }), HasSubstr("is gone"));
}

TEST_F(Projects, KnowWhenTheyWereOpenedLast) {
    stored.database.execute("UPDATE project SET opened_at = 5");
    store.markOpened(project);
    EXPECT_GE(store.get("papers").openedAt, stored.project.createdAt);
    EXPECT_THAT(failureOf([this] { store.markOpened(999); }), HasSubstr("is gone"));
}

TEST_F(Projects, KeepTheirAnchor) {
    using Limits = std::numeric_limits<TokenId>;
    const std::vector<TokenId> anchor = {0, 1, -1, Limits::max(), Limits::min()};
    store.setAnchor(project, anchor);
    EXPECT_EQ(store.get("papers").anchor, anchor);
    store.setAnchor(project, {});
    EXPECT_TRUE(store.get("papers").anchor.empty());
    EXPECT_THAT(failureOf([&] { store.setAnchor(999, anchor); }), HasSubstr("is gone"));
}

TEST_F(Projects, OfAnotherModelHaveNoTokensLeft) {
    const std::vector<TokenId> tokens = {1, 2, 3};
    const std::int64_t document = stored.addDocument("a.md");
    const std::int64_t chat = stored.chats.create(project, 100).id;
    MessageRecord message;
    message.conversationId = chat;
    message.tokens = tokens;
    message.id = stored.chats.add(message);
    const auto fill = [&] {
        stored.documents.setTokens(document, {"f1", tokens});
        stored.documents.setPlan(project, std::vector<PlannedBlock>(2));
        store.setAnchor(project, tokens);
    };
    fill();
    store.setModel(project, "first", "f1");  // tokens without a model before: they are its own
    store.setModel(project, "renamed", "f1");
    EXPECT_EQ(store.get("papers").model, "renamed");
    EXPECT_EQ(store.get("papers").modelFingerprint, "f1");
    EXPECT_EQ(store.get("papers").anchor, tokens);
    EXPECT_EQ(stored.documents.tokens(document, "f1"), tokens);
    EXPECT_THAT(stored.documents.plan(project), SizeIs(2));
    EXPECT_EQ(stored.chats.message(message.id)->tokens, tokens);

    store.setModel(project, "second", "f2");
    EXPECT_EQ(store.get("papers").modelFingerprint, "f2");
    EXPECT_TRUE(store.get("papers").anchor.empty());
    EXPECT_TRUE(stored.documents.tokens(document, "f1").empty());
    EXPECT_EQ(stored.documents.list(project)[0].tokens, 0);
    EXPECT_EQ(stored.documents.text(document), "text");
    EXPECT_TRUE(stored.documents.plan(project).empty());
    EXPECT_TRUE(stored.chats.message(message.id)->tokens.empty());
    EXPECT_THAT(failureOf([this] { store.setModel(999, "m", "f"); }), HasSubstr("is gone"));
}

TEST_F(Projects, NameTheKeptBlocksThatNoOtherProjectHas) {
    std::vector<BlockKey> keys(3);
    for (std::size_t i = 0; i < keys.size(); ++i)
        keys[i].bytes.fill(static_cast<std::uint8_t>(i + 1));
    store.addKeptBlocks(project, std::span(keys).first(2));
    store.addKeptBlocks(project, std::span(keys).first(2));
    const std::int64_t other = store.create("other", "model", {}).id;
    store.addKeptBlocks(other, std::span(keys).last(2));
    EXPECT_THAT(store.blocksOfNoOther(project), ElementsAre(keys[0]));
    EXPECT_THAT(store.blocksOfNoOther(other), ElementsAre(keys[2]));
    store.remove(other);
    EXPECT_THAT(store.blocksOfNoOther(project), ElementsAre(keys[0], keys[1]));
    EXPECT_EQ(stored.rows("kept_block"), 2);
    EXPECT_THAT(failureOf([&] { store.addKeptBlocks(999, keys); }), HasSubstr("gone"));
}

TEST_F(Projects, GoWithAllThatBelongsToThem) {
    const std::int64_t document = stored.addDocument("a.md");
    stored.documents.setLeftOut(stored.source.id, std::vector<LeftOut>(1));
    stored.documents.setPlan(project, std::vector<PlannedBlock>(1));
    const std::int64_t chat = stored.chats.create(project, 100).id;
    const std::int64_t question = stored.addMessage(chat, 0, "word");
    const std::int64_t answer = stored.addMessage(chat, question, "word", MessageRole::answer);
    CitationRecord citation;
    citation.documentId = document;
    stored.chats.setCitations(answer, {&citation, 1});
    QuotationRecord quotation;
    quotation.documentId = document;
    stored.chats.setQuotations(answer, {&quotation, 1});
    SummaryRecord summary;
    summary.documentId = document;
    summary.messageId = answer;
    stored.chats.setSummary(project, summary);
    store.create("other", "m", {});

    store.remove(project);
    for (const char* table :
         {"source", "document", "document_text", "document_tokens", "left_out", "block",
          "conversation", "message", "citation", "quotation", "summary"})
        EXPECT_EQ(stored.rows(table), 0) << table;
    EXPECT_TRUE(stored.chats.search("word", 0).empty());
    EXPECT_THAT(namesOf(store.list()), ElementsAre("other"));
    EXPECT_THAT(failureOf([this] { store.remove(project); }), HasSubstr("is gone"));
    // An id that somebody still holds does not come to mean a new project.
    store.create("new", "m", {});
    EXPECT_THAT(failureOf([this] { store.markOpened(project); }), HasSubstr("is gone"));
}

TEST_F(Projects, SourcesComeBackInTheOrderTheyWereAdded) {
    const std::string odd("/\xff\xfe z", 5);
    const SourceRecord second = store.addSource(project, odd, true);
    const SourceRecord third = store.addSource(project, "/a/b.txt", false);
    EXPECT_EQ(second.path.native(), odd);
    EXPECT_FALSE(third.isFolder);
    EXPECT_THAT(store.sources(project), ElementsAre(stored.source, second, third));
    EXPECT_TRUE(store.sources(999).empty());
    EXPECT_THAT(failureOf([this] { store.addSource(999, "/a", true); }), HasSubstr("is gone"));
}

TEST_F(Projects, APathIsOneSourceHoweverItIsSpelled) {
    EXPECT_EQ(store.addSource(project, "/papers", true), stored.source);
    EXPECT_EQ(store.addSource(project, "/papers/", true), stored.source);
    EXPECT_EQ(store.addSource(project, "/x/../papers/.", true), stored.source);
    EXPECT_EQ(store.addSource(project, "/", true).path, "/");
    EXPECT_THAT(store.sources(project), SizeIs(2));
}

TEST_F(Projects, SourcesHavePrefixesThatKeepTheirDocumentsApart) {
    EXPECT_EQ(stored.source.prefix, "");
    EXPECT_EQ(prefixOf("/a/notes", true), "notes/");
    EXPECT_EQ(prefixOf("/b/notes", true), "notes-2/");
    EXPECT_EQ(prefixOf("/c/notes", true), "notes-3/");
    EXPECT_EQ(prefixOf("/a/x.txt", false), "");
    EXPECT_EQ(prefixOf("/b/x.txt", false), "b/");
    EXPECT_EQ(prefixOf("/b/y.txt", false), "");
    EXPECT_EQ(prefixOf("/d/b/x.txt", false), "b-2/");
    EXPECT_EQ(prefixOf("/b", true), "b-3/");
    EXPECT_EQ(prefixOf("/x.txt", false), "files/");
    EXPECT_EQ(prefixOf("/e/\xff", true), "\\xFF/");
}

TEST_F(Projects, APrefixIsUnlikeWhatAnEarlierFolderHolds) {
    const test::TempDir dir;
    fs::create_directories(dir / "first/notes");
    test::writeFile(dir / "first/x.txt", "");
    const std::int64_t other = store.create("other", "m", {}).id;
    EXPECT_EQ(store.addSource(other, dir / "first", true).prefix, "");
    EXPECT_EQ(store.addSource(other, "/a/notes", true).prefix, "notes-2/");
    EXPECT_EQ(store.addSource(other, "/a/x.txt", false).prefix, "a/");
    stored.addDocument("read/a.md");  // gone from the disk, but still in the project
    stored.addDocument("b.md");
    EXPECT_EQ(prefixOf("/a/read", true), "read-2/");
    EXPECT_EQ(prefixOf("/a/b.md", false), "a/");
}

TEST_F(Projects, ASourceGoesWithItsDocuments) {
    stored.addDocument("a.md");
    stored.documents.setLeftOut(stored.source.id, std::vector<LeftOut>(1));
    store.removeSource(stored.source.id);
    EXPECT_TRUE(store.sources(project).empty());
    EXPECT_EQ(stored.rows("document"), 0);
    EXPECT_EQ(stored.rows("document_text"), 0);
    EXPECT_EQ(stored.rows("left_out"), 0);
    EXPECT_THAT(failureOf([this] { store.removeSource(stored.source.id); }), HasSubstr("is gone"));
}

TEST_F(Projects, WhatCannotBeMeantIsSaidToBeDamaged) {
    stored.database.execute("UPDATE project SET kv = 9");
    EXPECT_THAT(failureOf([this] { store.list(); }), HasSubstr("damaged in column kv;"));
    stored.database.execute("UPDATE project SET kv = 0, anchor = x'0102'");
    EXPECT_THAT(failureOf([this] { store.list(); }), HasSubstr("damaged in column anchor;"));
}

}  // namespace
}  // namespace asterism
