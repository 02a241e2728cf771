#include "storage/document_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/storage/stored_project.h"

namespace asterism {
namespace {

using test::failureOf;
using test::StoredProject;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Documents : public testing::Test {
  protected:
    // A document with something in every field.
    DocumentRecord fullRecord() {
        DocumentRecord record;
        record.sourceId = stored.source.id;
        record.name = "\xF0\x9F\xAA\x90/\xC3\xA4.pdf";
        record.path = std::string("/papers/\xff\xfe\n.pdf");
        record.kind = DocumentKind::source;
        record.quality = TextQuality::poor;
        record.state = DocumentState::failed;
        record.reason = "is \"encrypted\"";
        record.fileBytes = std::uintmax_t{1} << 40;
        record.fileTime = std::numeric_limits<std::int64_t>::max();
        record.textHash = std::numeric_limits<std::uint64_t>::max() - 1;
        record.marks = {{Mark::Kind::page, 0, 1, ""},
                        {Mark::Kind::heading, 5'000'000'000, 3, "Keys \"and\" \xF0\x9F\xAA\x90"}};
        record.notes = {"", "two\nlines"};
        record.secrets = {{"private key", 7}, {"token", 1'000'000'000'000}};
        return record;
    }
    DocumentRecord only() {
        const auto documents = store.list(project);
        EXPECT_EQ(documents.size(), 1U);
        return documents.at(0);
    }

    StoredProject stored;
    DocumentStore& store = stored.documents;
    std::int64_t project = stored.project.id;
};

TEST_F(Documents, EveryFieldComesBack) {
    DocumentRecord record = fullRecord();
    const std::string text = "a\xF0\x9F\xAA\x90\n" + std::string(1, '\0') + "b";
    const std::vector<TokenId> tokens = {0, 151'642, -1};
    record.id = store.save(project, record, text, {"f", tokens});
    EXPECT_GT(record.id, 0);
    record.textBytes = 8;
    record.tokens = 3;
    EXPECT_EQ(only(), record);
    EXPECT_EQ(store.text(record.id), text);
    EXPECT_EQ(store.tokens(record.id, "f"), tokens);
}

TEST_F(Documents, EmptyFieldsComeBack) {
    DocumentRecord record;
    record.sourceId = stored.source.id;
    record.id = store.save(project, record, "", {});
    EXPECT_EQ(only(), record);
    EXPECT_EQ(store.text(record.id), "");
    EXPECT_TRUE(store.tokens(record.id, "f").empty());
}

TEST_F(Documents, LargeTextsComeBack) {
    std::string text;
    while (text.size() < 1'000'000) text += "line " + std::to_string(text.size()) + "\n";
    std::vector<TokenId> tokens(500'000);
    for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = static_cast<TokenId>(i * 7919);
    DocumentRecord record = fullRecord();
    record.id = store.save(project, record, text, {"f", tokens});
    EXPECT_TRUE(store.text(record.id) == text);
    EXPECT_TRUE(store.tokens(record.id, "f") == tokens);
}

TEST_F(Documents, TextThatIsNotUtf8InListsIsMarkedNotRefused) {
    DocumentRecord record = fullRecord();
    record.notes = {"bad \xff byte"};
    store.save(project, record, "", {});
    EXPECT_THAT(only().notes, ElementsAre("bad \xEF\xBF\xBD byte"));
}

TEST_F(Documents, AreListedByName) {
    for (const char* name : {"b/a.md", "a.md", "B.md"}) stored.addDocument(name);
    std::vector<std::string> names;
    for (const DocumentRecord& document : store.list(project)) names.push_back(document.name);
    EXPECT_THAT(names, ElementsAre("B.md", "a.md", "b/a.md"));
    EXPECT_THAT(store.list(999), IsEmpty());
}

TEST_F(Documents, SavedAgainAreReplacedAndKeepTheirId) {
    const DocumentRecord first = fullRecord();
    const std::int64_t id =
        store.save(project, first, "old text", {"f", std::vector<TokenId>{1, 2}});
    DocumentRecord second;
    second.sourceId = stored.source.id;
    second.name = first.name;
    second.path = "/other";
    second.state = DocumentState::ready;
    EXPECT_EQ(store.save(project, second, "new", {"f", std::vector<TokenId>{3}}), id);
    second.id = id;
    second.textBytes = 3;
    second.tokens = 1;
    EXPECT_EQ(only(), second);
    EXPECT_EQ(store.text(id), "new");
    EXPECT_THAT(store.tokens(id, "f"), ElementsAre(3));
}

TEST_F(Documents, NamesAreUniqueInAProject) {
    stored.addDocument("a.md", "first");
    DocumentRecord record;
    record.sourceId = stored.projects.addSource(project, "/other", true).id;
    record.name = "a.md";
    record.path = "/other/a.md";
    EXPECT_THAT(failureOf([&] { store.save(project, record, "second", {}); }),
                HasSubstr("/papers/a.md"));
    EXPECT_EQ(store.text(only().id), "first");
    const std::int64_t other = stored.projects.create("other", "m", {}).id;
    record.sourceId = stored.projects.addSource(other, "/other", true).id;
    store.save(other, record, "second", {});
    EXPECT_EQ(store.list(other).size(), 1U);
}

TEST_F(Documents, OfASourceThatIsGoneAreRefused) {
    DocumentRecord record = fullRecord();
    record.sourceId = 999;
    EXPECT_THAT(failureOf([&] { store.save(project, record, "", {}); }), HasSubstr("gone"));
    EXPECT_THAT(failureOf([&] { store.save(999, fullRecord(), "", {}); }), HasSubstr("gone"));
    EXPECT_THAT(store.list(project), IsEmpty());
}

TEST_F(Documents, TokensOfAnotherModelAreNone) {
    const std::int64_t id = stored.addDocument("a.md");
    store.setTokens(id, {"f", std::vector<TokenId>{5, 6}});
    EXPECT_THAT(store.tokens(id, "g"), IsEmpty());
    store.setTokens(id, {"g", std::vector<TokenId>{7}});
    EXPECT_THAT(store.tokens(id, "g"), ElementsAre(7));
    EXPECT_THAT(store.tokens(id, "f"), IsEmpty());
}

TEST_F(Documents, VersionsAreOfThoseWithText) {
    DocumentRecord record = fullRecord();
    record.id = store.save(project, record, "text", {});
    stored.addDocument("empty.md", "");
    EXPECT_EQ(store.versions(project),
              (std::vector<DocumentVersion>{{record.id, record.textHash}}));
}

TEST_F(Documents, TokensAreReplacedAndCounted) {
    const std::int64_t id = stored.addDocument("a.md");
    store.setTokens(id, {"f", std::vector<TokenId>{5, 6}});
    EXPECT_THAT(store.tokens(id, "f"), ElementsAre(5, 6));
    EXPECT_EQ(only().tokens, 2);
    store.setTokens(id, {"f", {}});
    EXPECT_THAT(store.tokens(id, "f"), IsEmpty());
    EXPECT_EQ(only().tokens, 0);
}

TEST_F(Documents, StateAndFileTimeAreSet) {
    const std::int64_t id = stored.addDocument("a.md");
    store.setState(id, DocumentState::failed, "why");
    EXPECT_EQ(only().state, DocumentState::failed);
    EXPECT_EQ(only().reason, "why");
    store.setState(id, DocumentState::ready);
    EXPECT_EQ(only().state, DocumentState::ready);
    EXPECT_EQ(only().reason, "");
    store.setFileTime(id, 12, 34);
    EXPECT_EQ(only().fileBytes, 12U);
    EXPECT_EQ(only().fileTime, 34);
}

TEST_F(Documents, GoWithTheirTextAndTokens) {
    const std::int64_t id = stored.addDocument("a.md");
    store.remove(id);
    EXPECT_THAT(store.list(project), IsEmpty());
    EXPECT_EQ(stored.rows("document_text"), 0);
    EXPECT_EQ(stored.rows("document_tokens"), 0);
}

TEST_F(Documents, ThatAreGoneAreSaidToBe) {
    const std::vector<std::function<void()>> calls = {
        [this] { store.text(999); },
        [this] { store.tokens(999, "f"); },
        [this] { store.setTokens(999, {}); },
        [this] { store.setState(999, DocumentState::ready); },
        [this] { store.setFileTime(999, 1, 1); },
        [this] { store.remove(999); },
    };
    for (const auto& call : calls) EXPECT_THAT(failureOf(call), HasSubstr("the document is gone"));
}

TEST_F(Documents, WhatIsNotWantedIsListedByName) {
    const LeftOut binary{"a.bin", "is binary", LeftOutCause::binary, 1, false};
    const LeftOut second{"notes/b.txt", "not wanted", LeftOutCause::unwanted, 2, false};
    const LeftOut first{"a.txt", "not wanted", LeftOutCause::unwanted, 3, false};
    store.setLeftOut(stored.source.id, std::vector<LeftOut>{second, binary, first});
    EXPECT_THAT(store.unwanted(project), ElementsAre("a.txt", "notes/b.txt"));
    EXPECT_THAT(store.unwanted(999), IsEmpty());
}

TEST_F(Documents, TheScopeIsKeptByNameAndGoesWithItsProject) {
    EXPECT_THAT(store.outOfScope(project), IsEmpty());
    const std::vector<std::string> names = {"b.txt", "a \xF0\x9F\xAA\x90.txt"};
    store.setInScope(project, names, false);
    store.setInScope(project, names, false);
    EXPECT_THAT(store.outOfScope(project), ElementsAre(names[1], names[0]));
    store.setInScope(project, std::vector<std::string>{"b.txt", "never.txt"}, true);
    EXPECT_THAT(store.outOfScope(project), ElementsAre(names[1]));
    EXPECT_THAT(store.outOfScope(999), IsEmpty());
    stored.projects.remove(project);
    EXPECT_THAT(store.outOfScope(project), IsEmpty());
}

TEST_F(Documents, WhatWasLeftOutIsThatOfTheLastReading) {
    const std::int64_t other = stored.projects.addSource(project, "/other", true).id;
    const LeftOut binary{"a.bin", "is \"binary\"", LeftOutCause::binary, std::uintmax_t{1} << 33,
                         false};
    const LeftOut folder{"node_modules", "", LeftOutCause::unsupported, 0, true};
    store.setLeftOut(other, std::vector<LeftOut>{binary});
    store.setLeftOut(stored.source.id, std::vector<LeftOut>{folder, binary});
    EXPECT_THAT(store.leftOut(project), ElementsAre(folder, binary, binary));
    store.setLeftOut(stored.source.id, std::vector<LeftOut>{folder});
    EXPECT_THAT(store.leftOut(project), ElementsAre(folder, binary));
    store.setLeftOut(other, {});
    EXPECT_THAT(store.leftOut(project), ElementsAre(folder));
    EXPECT_THAT(store.leftOut(999), IsEmpty());
    EXPECT_THAT(failureOf([&] { store.setLeftOut(999, std::vector<LeftOut>{folder}); }),
                HasSubstr("gone"));
}

TEST_F(Documents, ThePlanComesBackInItsOrder) {
    std::vector<PlannedBlock> blocks(300);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        blocks[i].tokens = {static_cast<std::int64_t>(i) * 4096,
                            static_cast<std::int64_t>(i + 1) * 4096};
        blocks[i].key.bytes.fill(static_cast<std::uint8_t>(i));
        blocks[i].seconds = 0.1 * static_cast<double>(i);
        blocks[i].rank = static_cast<int>(i % 4);
    }
    store.setPlan(project, blocks);
    EXPECT_EQ(store.plan(project), blocks);
    blocks.resize(2);
    store.setPlan(project, blocks);
    const BlockKey planned = blocks[1].key;
    blocks[1].seconds = 2.5;
    blocks[1].rank = 3;
    blocks[1].key.bytes[0] = 99;
    store.noteEncoded(project, 1, planned, blocks[1]);
    EXPECT_EQ(store.plan(project), blocks);
    // Of a plan that there was before.
    store.noteEncoded(project, 1, planned, blocks[0]);
    store.noteEncoded(project, 2, planned, blocks[0]);
    EXPECT_EQ(store.plan(project), blocks);
    EXPECT_THAT(failureOf([&] { store.setPlan(999, blocks); }), HasSubstr("gone"));
    store.setPlan(project, {});
    EXPECT_THAT(store.plan(project), IsEmpty());
}

TEST_F(Documents, TheLastRateOfADeviceModelAndBlockSizeIsKept) {
    EXPECT_EQ(store.rate("cpu", "f", 4096), 0);
    store.noteRate("cpu", "f", 4096, 100);
    store.noteRate("cpu", "f", 4096, 120.5);
    store.noteRate("cuda:0", "f", 4096, 1);
    store.noteRate("cpu", "g", 4096, 2);
    store.noteRate("cpu", "f", 8192, 3);
    EXPECT_EQ(store.rate("cpu", "f", 4096), 120.5);
    EXPECT_EQ(store.rate("cuda:0", "f", 4096), 1);
    EXPECT_EQ(store.rate("cpu", "g", 4096), 2);
    EXPECT_EQ(store.rate("cpu", "f", 8192), 3);
}

TEST_F(Documents, WhatCannotBeMeantIsSaidToBeDamaged) {
    store.save(project, fullRecord(), "", {});
    const std::vector<std::pair<std::string, std::string>> damages = {
        {"kind", "99"},           {"quality", "-1"},    {"state", "6"},
        {"marks", "'no JSON'"},   {"marks", "'[[0]]'"}, {"marks", "'[[7,0,1,\"\"]]'"},
        {"notes", "'{\"a\":1}'"}, {"notes", "'[1]'"},   {"secrets", "'[[1,2]]'"},
    };
    for (const auto& [column, value] : damages) {
        const Transaction transaction(stored.database);
        stored.database.execute(
            std::string("UPDATE document SET ").append(column).append(" = ").append(value));
        EXPECT_THAT(failureOf([this] { store.list(project); }),
                    HasSubstr("damaged in column " + column));
    }
    EXPECT_EQ(failureOf([this] { store.list(project); }), "no error");
    store.setPlan(project, std::vector<PlannedBlock>(1));
    stored.database.execute("UPDATE block SET key = x'00'");
    EXPECT_THAT(failureOf([this] { store.plan(project); }), HasSubstr("damaged in column key;"));
}

TEST(DocumentState, HasAName) {
    EXPECT_EQ(toString(DocumentState::queued), "queued");
    EXPECT_EQ(toString(DocumentState::reading), "reading");
    EXPECT_EQ(toString(DocumentState::encoding), "encoding");
    EXPECT_EQ(toString(DocumentState::ready), "ready");
    EXPECT_EQ(toString(DocumentState::changed), "changed");
    EXPECT_EQ(toString(DocumentState::failed), "failed");
}

}  // namespace
}  // namespace asterism
