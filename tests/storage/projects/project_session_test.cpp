#include "storage/projects/project_session.h"

#include <algorithm>
#include <numeric>
#include <set>

#include <gmock/gmock.h>

#include "core/base/error.h"
#include "core/model/decoder.h"
#include "storage/projects/project_removal.h"
#include "storage/projects/project_report.h"
#include "tests/storage/projects/project_fixture.h"

namespace asterism::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;

class ProjectSessionTest : public ProjectTest {
  protected:
    ProjectSessionTest() {
        for (int i = 0; i < 12; ++i)
            write("text" + std::to_string(10 + i) + ".txt",
                  madeUpText(14, 100 + static_cast<unsigned>(i)));
        open();
    }

    std::set<std::string> citedDocuments(const AskResult& result) const {
        std::set<std::string> names;
        for (const CitationRecord& citation : result.citations) names.insert(citation.document);
        return names;
    }
};

TEST_F(ProjectSessionTest, IngestReadsEveryDocumentAndEncodesEveryBlock) {
    const IngestReport report = ingest();
    EXPECT_EQ(report.changes.added.size(), 12U);
    EXPECT_EQ(report.changes.unchanged, 0);
    EXPECT_GT(report.changes.blocksTotal, 3);
    EXPECT_EQ(report.blocksEncoded, report.changes.blocksTotal);
    EXPECT_EQ(report.changes.tokens, std::ssize(session().context().input().tokens));
    for (const DocumentRecord& document : workspace().documents().list(session().project().id))
        EXPECT_EQ(document.state, DocumentState::ready) << document.name;
    EXPECT_THAT(m_warnings, IsEmpty());
}

TEST_F(ProjectSessionTest, BlocksAndTheirAnchorStayWithinTheModelsWindow) {
    TinyModelOptions options;
    options.window = 300;
    writeTinyModel(m_model, options);
    open();
    const IngestReport report = ingest();
    std::int64_t longest = 0;
    for (const TokenRange& block : session().context().blocks())
        longest = std::max(longest, block.tokens());
    EXPECT_LE(longest, 150);
    EXPECT_GT(longest, 100);
    EXPECT_EQ(report.changes.blockTokens, 150);
    EXPECT_EQ(session().project().settings.blockTokens, 256);
}

TEST_F(ProjectSessionTest, IngestAgainDoesNothing) {
    ingest();
    const IngestReport again = ingest();
    EXPECT_EQ(again.changes.summary(), "+0 ~0 -0, 12 unchanged, 0 blocks to encode");
    EXPECT_EQ(again.blocksEncoded, 0);
}

TEST_F(ProjectSessionTest, AReopenedProjectGivesTheSameLogitsBitForBit) {
    ingest();
    const std::vector<float> before = logits();
    open();
    EXPECT_EQ(logits(), before);
    EXPECT_EQ(session().encoded()->restoredBlocks, std::ssize(session().encoded()->blocks));
}

TEST_F(ProjectSessionTest, AnEditOfOneDocumentEncodesFewBlocks) {
    const std::int64_t total = ingest().changes.blocksTotal;
    write("text18.txt", madeUpText(14, 777));
    const IngestReport report = ingest();
    EXPECT_THAT(report.changes.changed, ElementsAre("text18.txt"));
    EXPECT_EQ(report.changes.unchanged, 11);
    EXPECT_GE(report.blocksEncoded, 1);
    EXPECT_LE(report.blocksEncoded, 3);
    EXPECT_LT(report.blocksEncoded, total);
}

TEST_F(ProjectSessionTest, AFileThatIsWrittenAgainWithTheSameTextIsUnchanged) {
    ingest();
    write("text18.txt", madeUpText(14, 108));
    EXPECT_EQ(ingest().changes.summary(), "+0 ~0 -0, 12 unchanged, 0 blocks to encode");
}

TEST_F(ProjectSessionTest, AddedAndRemovedDocumentsAreTold) {
    ingest();
    write("text15b.txt", madeUpText(9, 3));
    std::filesystem::remove(documents() / "text20.txt");
    const IngestReport report = ingest();
    EXPECT_THAT(report.changes.added, ElementsAre("text15b.txt"));
    EXPECT_THAT(report.changes.removed, ElementsAre("text20.txt"));
    EXPECT_EQ(session().context().documents().size(), 12U);
    EXPECT_LT(report.blocksEncoded, report.changes.blocksTotal);
}

// The pinned anchor's tokens stay what all blocks are encoded behind, whatever becomes of the text.
TEST_F(ProjectSessionTest, AChangeOfTheFirstDocumentLeavesTheOtherBlocksAlone) {
    const std::int64_t total = ingest().changes.blocksTotal;
    EXPECT_TRUE(session().context().anchorStands());
    write("text10.txt", madeUpText(14, 778));
    const IngestReport report = ingest();
    EXPECT_FALSE(report.changes.anchorStands);
    EXPECT_LE(report.blocksEncoded, 3);
    EXPECT_LT(report.blocksEncoded, total);
    // Back again, it is the anchor again, and its block is still in the cache.
    write("text10.txt", madeUpText(14, 100));
    const IngestReport back = ingest();
    EXPECT_TRUE(back.changes.anchorStands);
    EXPECT_EQ(back.blocksEncoded, 0);
}

TEST_F(ProjectSessionTest, AnAnswerIsStoredWithItsSourcesAndReadsEverything) {
    ingest();
    const AskResult result = ask("What is it about?");
    EXPECT_GT(result.message.id, 0);
    EXPECT_EQ(result.message.tokensRead, result.message.tokensInScope);
    EXPECT_EQ(result.message.tokensRead, std::ssize(session().context().input().tokens));
    EXPECT_FALSE(result.citations.empty());
    const auto stored = workspace().chats().message(result.message.id);
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->text, result.message.text);
    EXPECT_EQ(workspace().chats().citations(result.message.id), result.citations);
    for (const CitationRecord& citation : result.citations) {
        EXPECT_TRUE(citation.isVerified);
        EXPECT_FALSE(citation.quote.empty());
    }
    const float mass = std::accumulate(stored->blockMass.begin(), stored->blockMass.end(), 0.0F);
    EXPECT_GT(mass, 0);
    EXPECT_LE(mass, 1.0001F);
}

TEST_F(ProjectSessionTest, AScopeLimitsWhatIsReadWithoutEncodingAnything) {
    ingest();
    ask("All?");
    m_events.clear();
    const AskResult result = ask("Only this?", {"text17.txt"});
    EXPECT_THAT(citedDocuments(result), ElementsAre("text17.txt"));
    EXPECT_LT(result.message.tokensRead, std::ssize(session().context().input().tokens) / 4);
    EXPECT_EQ(result.message.tokensRead, result.message.tokensInScope);
    for (const EngineEvent& event : m_events)
        EXPECT_FALSE(std::holds_alternative<BlockEncoded>(event));
    EXPECT_THROW(ask("Nothing?", {"*.pdf"}), Error);
}

TEST_F(ProjectSessionTest, AChatGoesOnAfterARestartWithoutReadingItsTurnsAgain) {
    ingest();
    const AskResult first = ask("One?");
    const std::int64_t chat = first.message.conversationId;
    const AskResult second = ask("Two?", {}, chat);
    const AskResult third = ask("Three?", {}, chat);
    ASSERT_EQ(workspace().chats().branch(third.message.id).size(), 6U);

    open();
    m_events.clear();
    AskRequest request;
    request.question = "Three?";
    request.conversation = chat;
    request.parent = second.message.id;
    request.answer.maxTokens = 12;
    const AskResult again =
        session().ask(request, [this](const EngineEvent& event) { m_events.push_back(event); }, {});
    EXPECT_EQ(again.message.text, third.message.text);
    for (const EngineEvent& event : m_events)
        EXPECT_FALSE(std::holds_alternative<Warning>(event)) << "turns were read again";
    // The same question again is another branch.
    EXPECT_EQ(workspace().chats().siblings(third.message.parentId).size(), 2U);
}

TEST_F(ProjectSessionTest, TurnsAreReadAgainWhenTheirTextHasChangedAndTheChatSaysSo) {
    ingest();
    const std::int64_t chat = ask("One?").message.conversationId;
    write("text19.txt", madeUpText(14, 779));
    ingest();
    m_events.clear();
    ask("Two?", {}, chat);
    EXPECT_TRUE(std::any_of(m_events.begin(), m_events.end(), [](const EngineEvent& event) {
        const auto* warning = std::get_if<Warning>(&event);
        return warning && warning->text.find("read again") != std::string::npos;
    }));
}

TEST_F(ProjectSessionTest, AFullChatIsRefusedWithTheNumbers) {
    ingest();
    AskRequest request;
    request.question = "One?";
    request.placement.room = 64;
    request.answer.maxTokens = 12;
    const std::int64_t chat = session().ask(request, {}, {}).message.conversationId;
    request.conversation = chat;
    request.answer.maxTokens = 60;
    try {
        session().ask(request, {}, {});
        FAIL() << "the chat was not refused";
    } catch (const ConversationFull& error) {
        EXPECT_THAT(error.what(), HasSubstr("64 positions"));
    }
    // Nothing of it was stored.
    EXPECT_EQ(workspace().chats().find(chat)->leafMessage,
              workspace().chats().branch(workspace().chats().find(chat)->leafMessage).back().id);
    EXPECT_EQ(workspace().chats().branch(workspace().chats().find(chat)->leafMessage).size(), 2U);
}

TEST_F(ProjectSessionTest, QuestionsAreAnsweredBetweenBlocksOverWhatIsReady) {
    std::vector<std::int64_t> read;
    std::vector<std::int64_t> scope;
    bool isAsking = false;
    ingest([&] {
        const auto states = session().states();
        if (isAsking ||
            std::find(states.begin(), states.end(), DocumentState::ready) == states.end())
            return;
        isAsking = true;
        const AskResult result = ask("So far?");
        isAsking = false;
        read.push_back(result.message.tokensRead);
        scope.push_back(result.message.tokensInScope);
    });
    ASSERT_GE(read.size(), 3U);
    EXPECT_TRUE(std::is_sorted(read.begin(), read.end()));
    EXPECT_LT(read.front(), scope.front());
    EXPECT_EQ(read.back(), scope.back());
}

TEST_F(ProjectSessionTest, AStoppedIngestGoesOnWhereItWas) {
    std::stop_source stop;
    IngestOptions options;
    options.paths = {documents()};
    int blocks = 0;
    const EventSink stopAtThird = [&](const EngineEvent& event) {
        if (std::holds_alternative<BlockEncoded>(event) && ++blocks == 3) stop.request_stop();
    };
    EXPECT_THROW(session().ingest(options, stopAtThird, stop.get_token()), Stopped);
    open();
    const IngestReport report = ingest();
    EXPECT_EQ(report.changes.added.size(), 0U);
    EXPECT_EQ(report.blocksEncoded, report.changes.blocksTotal - 3);
    const std::vector<float> resumed = logits();
    std::filesystem::remove_all(m_folder / "cache");
    std::filesystem::remove_all(m_folder / "data");
    open();
    ingest();
    EXPECT_EQ(logits(), resumed);
}

TEST_F(ProjectSessionTest, PreflightSaysWhatIngestWouldDoAndStoresNothing) {
    IngestOptions options;
    options.paths = {documents()};
    const Preflight preflight = session().preflight(options, {}, {});
    EXPECT_EQ(preflight.changes.added.size(), 12U);
    EXPECT_EQ(preflight.tree.files, 12);
    EXPECT_GT(preflight.changes.kvBytes, 0);
    EXPECT_TRUE(workspace().documents().list(session().project().id).empty());
    EXPECT_TRUE(workspace().projects().sources(session().project().id).empty());
    const IngestReport report = ingest();
    EXPECT_EQ(report.changes.tokens, preflight.changes.tokens);
    EXPECT_EQ(report.changes.blocksToEncode, preflight.changes.blocksToEncode);
}

TEST_F(ProjectSessionTest, WhatIsNotWantedIsNotReadThoughItWasAwayForOneReading) {
    IngestOptions options;
    options.paths = {documents()};
    options.without = {"text13.txt"};
    options.withoutGlobs = {"*.log"};
    write("x.log", "words");
    EXPECT_EQ(session().ingest(options, {}, {}).changes.added.size(), 11U);
    const std::string text = readFile(documents() / "text13.txt");
    std::filesystem::remove(documents() / "text13.txt");
    EXPECT_EQ(ingest().changes.unchanged, 11);
    write("text13.txt", text);
    write("y.log", "more words");
    EXPECT_TRUE(
        compareSources(workspace(), reportOn(workspace(), session().project()), {}).added.empty());
    EXPECT_THAT(session().rescan({}).added, IsEmpty());
    EXPECT_EQ(ingest().changes.unchanged, 11);

    const std::filesystem::path away = m_folder / "away";
    std::filesystem::rename(documents(), away);
    EXPECT_EQ(session().ingest({}, {}, {}).changes.problems.size(), 1U);
    EXPECT_THAT(workspace().documents().unwanted(session().project().id),
                ElementsAre("text13.txt", "x.log", "y.log"));
    std::filesystem::rename(away, documents());
    EXPECT_THAT(ingest().changes.added, IsEmpty());
}

TEST_F(ProjectSessionTest, ANameThatIsWantedIsTakenThoughAGlobLeavesItOut) {
    write("x.log", "words");
    write("y.log", "more words");
    IngestOptions options;
    options.paths = {documents()};
    options.withoutGlobs = {"*.log"};
    EXPECT_EQ(session().ingest(options, {}, {}).changes.added.size(), 12U);
    IngestOptions again;
    again.wanted = {"x.log"};
    EXPECT_THAT(session().preflight(again, {}, {}).changes.added, ElementsAre("x.log"));
    EXPECT_THAT(session().ingest(again, {}, {}).changes.added, ElementsAre("x.log"));
    EXPECT_EQ(ingest().changes.unchanged, 13);
    again.wanted.clear();
    again.wantedGlobs = {"*.log"};
    EXPECT_THAT(session().ingest(again, {}, {}).changes.added, ElementsAre("y.log"));
    EXPECT_THAT(workspace().documents().filterRules(session().project().id), IsEmpty());
}

TEST_F(ProjectSessionTest, NamesThatAreNotWantedGoWithTheirSource) {
    IngestOptions options;
    options.paths = {documents()};
    options.without = {"text13.txt"};
    options.withoutGlobs = {"*.log"};
    session().ingest(options, {}, {});
    const auto sources = workspace().projects().sources(session().project().id);
    workspace().projects().removeSource(sources.front().id);
    EXPECT_THAT(workspace().documents().filterRules(session().project().id),
                ElementsAre(FilterRule{"*.log", true, false}));
}

// A folder whose .gitignore is no file cannot be listed, whoever asks.
TEST_F(ProjectSessionTest, DocumentsInAFolderThatCannotBeListedStayAsTheyWereRead) {
    write("inner/deep/a.txt", "words");
    write("inner/deep/b.log", "words");
    write("inner/c.txt", "more words");
    write("inner.txt", "others");
    ingest();
    std::filesystem::create_directory(documents() / "inner/.gitignore");
    std::filesystem::remove(documents() / "inner.txt");
    const std::string problem =
        (documents() / "inner").string() +
        ": its .gitignore is not a regular file; its documents stay as they were read";
    EXPECT_THAT(
        compareSources(workspace(), reportOn(workspace(), session().project()), {}).problems,
        ElementsAre(problem));
    EXPECT_THAT(session().rescan({}).removed, ElementsAre("inner.txt"));
    const ProjectChanges changes = ingest().changes;
    EXPECT_THAT(changes.problems, ElementsAre(problem));
    EXPECT_THAT(changes.removed, ElementsAre("inner.txt"));
    EXPECT_EQ(changes.unchanged, 15);
    IngestOptions options;
    options.withoutGlobs = {"*.log"};
    EXPECT_THAT(session().ingest(options, {}, {}).changes.removed, ElementsAre("inner/deep/b.log"));
    std::filesystem::remove(documents() / "inner/.gitignore");
    EXPECT_EQ(ingest().changes.summary(), "+0 ~0 -0, 14 unchanged, 0 blocks to encode");
}

TEST_F(ProjectSessionTest, AFailedDocumentDoesNotStopTheOthersAndIsTriedAgain) {
    write("broken.pdf", "%PDF-1.4\nnothing of a document");
    const IngestReport report = ingest();
    ASSERT_EQ(report.changes.failed.size(), 1U);
    EXPECT_THAT(report.changes.failed.front(), HasSubstr("broken.pdf"));
    EXPECT_EQ(report.changes.added.size(), 12U);
    write("broken.pdf", "plain text after all");
    EXPECT_THAT(ingest().changes.added, ElementsAre("broken.pdf"));
}

TEST_F(ProjectSessionTest, AnotherModelIsAdoptedAndEverythingEncodedAgain) {
    ingest();
    ask("One?");
    TinyModelOptions other;
    other.seed = 9;
    writeTinyModel(m_model, other);
    open();
    EXPECT_EQ(session().context().documents().size(), 12U);
    const IngestReport report = ingest();
    EXPECT_EQ(report.changes.unchanged, 12);
    EXPECT_EQ(report.blocksEncoded, report.changes.blocksTotal);
    const auto chats = workspace().chats().list(session().project().id);
    ASSERT_EQ(chats.size(), 1U);
    ask("Two?", {}, chats.front().id);  // over the earlier turn, in the other model's tokens
}

// Blocks of an earlier text, of another model and of a stopped ingest, anchors and turns.
TEST_F(ProjectSessionTest, ARemovedProjectLeavesNothingInTheKvCache) {
    ingest();
    ask("One?");
    write("text10.txt", madeUpText(14, 778));  // the anchor's
    write("text18.txt", madeUpText(14, 777));
    ingest();
    ask("Two?");
    TinyModelOptions other;
    other.seed = 9;
    writeTinyModel(m_model, other);
    open();
    std::stop_source stop;
    EXPECT_THROW(session().load([&](const EngineEvent&) { stop.request_stop(); }, stop.get_token()),
                 Stopped);
    open();
    ask("Three?");
    EXPECT_GT(workspace().blocks()->usage().files, 0U);
    const std::string name = session().project().name;
    const CacheUsage before = workspace().blocks()->usage();
    const CacheUsage removed = removeProject(workspace(), name, {});
    EXPECT_EQ(removed.files, before.files);
    EXPECT_EQ(workspace().blocks()->usage().files, 0U);
}

TEST_F(ProjectSessionTest, LeavingOutABlockChangesWhatTheAnswerIsWorth) {
    ingest();
    const AskResult result = ask("What is it about?");
    const Explanation explanation = session().explain(result.message.id, 3, {}, {});
    EXPECT_LT(explanation.logProbability, 0);
    EXPECT_EQ(explanation.tokens, std::ssize(result.message.tokens));
    ASSERT_EQ(explanation.blocks.size(), 3U);
    for (const BlockEffect& effect : explanation.blocks) {
        EXPECT_NE(effect.drop, 0);
        EXPECT_NEAR(effect.drop, explanation.logProbability - effect.logProbability, 1e-9);
        EXPECT_FALSE(effect.documents.empty());
    }
    EXPECT_GE(explanation.blocks[0].mass, explanation.blocks[1].mass);
}

// What the answer attended to is what it is weighed with: the chosen blocks, as they stood.
TEST_F(ProjectSessionTest, AnAnswerOverChosenBlocksIsExplainedOverThem) {
    ingest();
    AskRequest request;
    request.question = "What is it about?";
    request.answer.maxTokens = 5;
    request.placement.selectBlocks = 2;
    const AskResult result = session().ask(request, {}, {});
    const MessageRecord& answer = result.message;
    ASSERT_EQ(answer.selectedBlocks.size(), 3U);
    ASSERT_GT(session().context().blocks().size(), 3U);
    open();
    const Explanation explanation = session().explain(answer.id, 100, {}, {});
    std::vector<std::int32_t> weighed;
    for (const BlockEffect& effect : explanation.blocks) {
        weighed.push_back(static_cast<std::int32_t>(effect.block));
        EXPECT_NE(effect.drop, 0);
        EXPECT_GT(effect.mass, 0);
    }
    EXPECT_THAT(weighed, UnorderedElementsAreArray(answer.selectedBlocks));

    // The same question over all blocks would have made the same answer more or less likely.
    MessageRecord unselected = answer;
    unselected.selectedBlocks.clear();
    const std::int64_t other = workspace().chats().add(unselected);
    EXPECT_NE(session().explain(other, 1, {}, {}).logProbability, explanation.logProbability);

    unselected.selectedBlocks = {0, 1000};  // not of this project any more
    const std::int64_t foreign = workspace().chats().add(unselected);
    EXPECT_THROW(session().explain(foreign, 1, {}, {}), Error);
}

TEST_F(ProjectSessionTest, WorksWithoutAKvCache) {
    m_keepsBlocks = false;
    open();
    const IngestReport report = ingest();
    EXPECT_EQ(report.blocksEncoded, report.changes.blocksTotal);
    const AskResult first = ask("One?");
    EXPECT_EQ(ask("Two?", {}, first.message.conversationId).message.conversationId,
              first.message.conversationId);
    EXPECT_TRUE(std::filesystem::is_empty(m_folder / "cache/blocks"));
}

TEST_F(ProjectSessionTest, FilesThatWereReadAndNotTakenAreNotNewUntilTheyChange) {
    write("empty.txt", "");
    write("binary.txt", std::string("a\0b", 3));
    write("ignored.txt", "words");
    write(".gitignore", "ignored.txt");
    EXPECT_EQ(ingest().changes.leftOut.size(), 4U);
    const auto added = [&] {
        return compareSources(workspace(), reportOn(workspace(), session().project()), {}).added;
    };
    EXPECT_THAT(added(), IsEmpty());
    EXPECT_THAT(session().rescan({}).added, IsEmpty());
    write("empty.txt", "not any more");
    EXPECT_THAT(added(), ElementsAre("empty.txt"));
    EXPECT_THAT(session().rescan({}).added, ElementsAre("empty.txt"));
    std::filesystem::remove(documents() / ".gitignore");
    EXPECT_THAT(added(), ElementsAre("empty.txt", "ignored.txt"));
}

TEST_F(ProjectSessionTest, RescanMarksChangedDocuments) {
    write("made.cpp", "// Code generated by a tool. DO NOT EDIT.\nint made = 1;\n");
    EXPECT_EQ(ingest().changes.leftOut.size(), 1U);
    // Files that were just written are looked at once more.
    for (int i = 0; i < 1000 && !session().rescan({}).changed.empty(); ++i) ingest();
    write("text13.txt", madeUpText(14, 780));
    write("new.txt", "new");
    const ProjectChanges changes = session().rescan({});
    EXPECT_THAT(changes.changed, ElementsAre("text13.txt"));
    EXPECT_THAT(changes.added, ElementsAre("new.txt"));
    for (const DocumentRecord& document : workspace().documents().list(session().project().id))
        EXPECT_EQ(document.state,
                  document.name == "text13.txt" ? DocumentState::changed : DocumentState::ready);
}

}  // namespace
}  // namespace asterism::test
