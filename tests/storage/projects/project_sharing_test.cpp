// A project that others change while a session has it open: other processes with this model or
// another one, and a KV cache that does not take or have everything.

#include <gmock/gmock.h>

#include "storage/block_folder.h"
#include "storage/projects/project_lock.h"
#include "tests/storage/other_process.h"
#include "tests/storage/projects/project_fixture.h"
#include "tests/support/failure_of.h"

namespace asterism::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ProjectSharingTest : public ProjectTest {
  protected:
    ProjectSharingTest() {
        m_settings.blockTokens = 128;
        for (unsigned i = 0; i < 4; ++i)
            write("text" + std::to_string(i) + ".txt", madeUpText(9, 500 + i));
    }

    std::vector<std::string> warnings() const {
        std::vector<std::string> texts;
        for (const EngineEvent& event : m_events)
            if (const auto* warning = std::get_if<Warning>(&event)) texts.push_back(warning->text);
        return texts;
    }

    std::vector<PlannedBlock> plan() {
        return workspace().documents().plan(session().project().id);
    }

    void inAnotherProcess(const std::function<void()>& work) {
        OtherProcess other([&](const OtherProcessTalk&) { work(); });
        ASSERT_TRUE(other.wait());
    }

    void giveToAnotherModel() {
        Workspace other(workspaceOptions());
        other.projects().setModel(session().project().id, "another.gguf", "another");
    }

    // Files cannot be made where their folders should be.
    void blockTheCache() const {
        const std::filesystem::path folder = workspaceOptions().blocks.folder;
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
        constexpr const char* kDigits = "0123456789abcdef";
        for (int i = 0; i < 256; ++i)
            writeFile(folder / std::string{kDigits[i / 16], kDigits[i % 16]}, "");
    }
};

TEST_F(ProjectSharingTest, WhatAnotherProcessHasReadIsPartOfTheNextAnswer) {
    inAnotherProcess([this] {
        open();
        ingest();
    });
    open();
    const std::int64_t before = ask("What is it about?").message.tokensRead;
    EXPECT_FALSE(session().refresh());
    write("text1.txt", madeUpText(20, 77));
    write("text9.txt", madeUpText(9, 78));
    inAnotherProcess([this] {
        open();
        ingest();
    });
    const AskResult answer = ask("What is it about now?");
    EXPECT_GT(answer.message.tokensRead, before);
    EXPECT_EQ(answer.message.tokensRead, answer.message.tokensInScope);
    EXPECT_EQ(answer.message.tokensRead, std::ssize(session().context().input().tokens));
    EXPECT_EQ(answer.message.blocksEncoded, 0);
    EXPECT_EQ(session().context().documents().size(), 5U);
    EXPECT_FALSE(session().refresh());
}

TEST_F(ProjectSharingTest, ASessionOfAnotherModelThanTheProjectsStoresNothing) {
    open();
    ingest();
    giveToAnotherModel();
    write("text9.txt", madeUpText(9, 78));
    for (const auto& work : std::vector<std::function<void()>>{
             [this] { ingest(); }, [this] { ask("What?"); }, [this] { session().load({}, {}); },
             [this] { session().rescan({}); }})
        EXPECT_THAT(failureOf(work), AllOf(HasSubstr("papers: "), HasSubstr("another.gguf"),
                                           HasSubstr("open it again")));
    EXPECT_THAT(plan(), IsEmpty());
    EXPECT_EQ(workspace().documents().list(session().project().id).size(), 4U);
    EXPECT_THAT(workspace().chats().list(session().project().id), IsEmpty());
}

TEST_F(ProjectSharingTest, TokensThatAnotherModelHasLeftAreNotThisOnes) {
    open();
    ingest();
    const std::vector<TokenId> tokens = session().context().input().tokens;
    const std::int64_t document = workspace().documents().list(session().project().id)[1].id;
    workspace().documents().setTokens(document, {"another", std::vector<TokenId>(500, 1)});
    open();
    EXPECT_EQ(session().context().input().tokens, tokens);
}

TEST_F(ProjectSharingTest, AnAnswerWhoseModelTheProjectLostMeanwhileKeepsNoTokens) {
    open();
    ingest();
    AskRequest request;
    request.question = "What is it about?";
    request.answer.maxTokens = 4;
    bool isGiven = false;
    const AskResult result = session().ask(
        request,
        [&](const EngineEvent& event) {
            if (std::exchange(isGiven, isGiven || std::holds_alternative<TokenDecoded>(event)) ==
                isGiven)
                return;
            giveToAnotherModel();
        },
        {});
    ASSERT_TRUE(isGiven);
    const auto answer = workspace().chats().message(result.message.id);
    EXPECT_EQ(answer->text, result.message.text);
    EXPECT_THAT(answer->tokens, IsEmpty());
    EXPECT_THAT(workspace().chats().message(answer->parentId)->tokens, IsEmpty());
}

TEST_F(ProjectSharingTest, AnotherModelIsNotTakenUnderTheHandsOfAnIngest) {
    open();
    ingest();
    giveToAnotherModel();
    const ProjectLock lock(workspace().lockFolder(), session().project().id, {}, {});
    EXPECT_THAT(failureOf([this] { open(); }),
                AllOf(HasSubstr("papers: another process is reading"), HasSubstr("another.gguf")));
}

TEST_F(ProjectSharingTest, AQuestionDuringAnotherOnesIngestLeavesItsPlanAlone) {
    open();
    ingest();
    const std::vector<PlannedBlock> before = plan();
    std::filesystem::remove_all(workspaceOptions().blocks.folder);
    open();
    const ProjectLock lock(workspace().lockFolder(), session().project().id, {}, {});
    EXPECT_GT(ask("What is it about?").message.blocksEncoded, 3);
    EXPECT_EQ(plan(), before);
    EXPECT_THAT(warnings(), Contains(HasSubstr("another process is reading this project")));
    EXPECT_THAT(ask("And now?").message.blocksEncoded, 0);
}

TEST_F(ProjectSharingTest, APlanThatBecameAnotherOneDoesNotEndAnIngest) {
    open();
    const IngestReport report = ingest([this] {
        Workspace other(workspaceOptions());
        other.documents().setPlan(session().project().id, {});
    });
    EXPECT_GT(report.blocksEncoded, 3);
}

TEST_F(ProjectSharingTest, BlocksThatAQuestionEncodesAreNotedInThePlan) {
    open();
    ingest();
    const std::vector<PlannedBlock> before = plan();
    std::filesystem::remove_all(workspaceOptions().blocks.folder);
    open();
    session().load({}, {});
    const std::vector<PlannedBlock> after = plan();
    ASSERT_EQ(after.size(), before.size());
    for (std::size_t i = 0; i < after.size(); ++i) {
        EXPECT_EQ(after[i].key, before[i].key);
        EXPECT_NE(after[i].seconds, before[i].seconds);
    }
}

TEST_F(ProjectSharingTest, APlanThatIsMissingIsKeptByTheNextQuestion) {
    open();
    ingest();
    const std::size_t blocks = plan().size();
    workspace().documents().setPlan(session().project().id, {});
    open();
    ask("What is it about?");
    EXPECT_EQ(plan().size(), blocks);
}

TEST_F(ProjectSharingTest, WithoutAKvCacheThePlanKeepsItsKeys) {
    open();
    ingest();
    const std::vector<PlannedBlock> before = plan();
    m_keepsBlocks = false;
    open();
    ask("What is it about?");
    EXPECT_EQ(plan(), before);
    ingest();
    EXPECT_EQ(plan(), before);
    write("text9.txt", madeUpText(9, 78));
    ingest();
    EXPECT_GT(plan().size(), before.size());
}

TEST_F(ProjectSharingTest, BlocksThatCouldNotBeKeptAreAProblemOfTheIngest) {
    open();
    blockTheCache();
    const IngestReport report = ingest();
    EXPECT_EQ(report.blocksUnkept, report.changes.blocksTotal);
    EXPECT_THAT(report.changes.problems, Contains(HasSubstr("could not be kept in")));
}

TEST_F(ProjectSharingTest, AChatGoesOnWhenItsTurnsCannotBeKept) {
    open();
    blockTheCache();
    ingest();
    const std::int64_t chat = ask("What is it about?").message.conversationId;
    open();
    const AskResult second = ask("And what more?", {}, chat);
    EXPECT_EQ(second.message.conversationId, chat);
    EXPECT_THAT(warnings(), Contains(HasSubstr(workspaceOptions().blocks.folder.string())));
}

TEST_F(ProjectSharingTest, AnAnswerIsStoredWithWhatItCost) {
    open();
    ingest();
    open();
    const AskResult result = ask("What is it about?");
    EXPECT_GT(result.message.blocksRestored, 3);
    const auto stored = workspace().chats().message(result.message.id);
    EXPECT_EQ(stored->blocksRestored, result.message.blocksRestored);
    EXPECT_EQ(stored->encodeSeconds, result.message.encodeSeconds);
    EXPECT_EQ(stored->contextHash, result.message.contextHash);
}

TEST_F(ProjectSharingTest, OnlyWhatIsReadyIsReadWhereNothingIsToBeEncoded) {
    open();
    ingest();
    const BlockKey lost = plan().back().key;
    ASSERT_TRUE(removeBlockFile(*findBlockFile(workspaceOptions().blocks.folder, lost)));
    open();
    EXPECT_EQ(session().restore({}, {}), 1);
    AskRequest request;
    request.question = "What is it about?";
    request.answer.maxTokens = 4;
    request.onlyReady = true;
    const AskResult result = session().ask(request, {}, {});
    EXPECT_EQ(result.message.blocksEncoded, 0);
    EXPECT_LT(result.message.tokensRead, result.message.tokensInScope);
    EXPECT_FALSE(workspace().blocks()->has(lost));
    request.onlyReady = false;
    request.conversation = result.message.conversationId;
    const AskResult whole = session().ask(request, {}, {});
    EXPECT_EQ(whole.message.blocksEncoded, 1);
    EXPECT_EQ(whole.message.tokensRead, whole.message.tokensInScope);
}

TEST_F(ProjectSharingTest, AnAnswerOverOtherTextIsNotExplained) {
    open();
    ingest();
    const AskResult result = ask("What is it about?");
    EXPECT_FALSE(session().explain(result.message.id, 1, {}, {}).blocks.empty());
    std::string text = madeUpText(9, 502);
    text[0] = text[0] == 'a' ? 'b' : 'a';
    write("text2.txt", text);
    ingest();
    ASSERT_EQ(plan().size(), result.message.blockMass.size());
    EXPECT_THAT(failureOf([&] { session().explain(result.message.id, 1, {}, {}); }),
                HasSubstr("the documents have changed since answer"));
}

TEST_F(ProjectSharingTest, AnAnswerIsExplainedWhereItsBlocksStood) {
    open();
    ingest();
    AskRequest request;
    request.question = "What is it about?";
    request.answer.maxTokens = 8;
    request.placement.placement = Placement::reuse;
    const std::int64_t reused = session().ask(request, {}, {}).message.id;
    const auto stored = workspace().chats().message(reused);
    EXPECT_EQ(stored->placement, Placement::reuse);
    // The same tokens after the same text elsewhere: another answer's worth.
    MessageRecord elsewhere = *stored;
    elsewhere.placement = Placement::trueOrder;
    const std::int64_t other = workspace().chats().add(elsewhere);
    EXPECT_NE(session().explain(reused, 1, {}, {}).logProbability,
              session().explain(other, 1, {}, {}).logProbability);
}

}  // namespace
}  // namespace asterism::test
