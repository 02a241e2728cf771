// Two processes that work on one project at a time.

#include <gmock/gmock.h>

#include "tests/storage/other_process.h"
#include "tests/storage/projects/project_fixture.h"

namespace asterism::test {
namespace {

using ::testing::HasSubstr;

class ProjectProcessesTest : public ProjectTest {
  protected:
    ProjectProcessesTest() {
        m_settings.blockTokens = 128;
        for (unsigned i = 0; i < 4; ++i)
            write("text" + std::to_string(i) + ".txt", madeUpText(9, 400 + i));
    }
};

TEST_F(ProjectProcessesTest, TheSecondOfTwoIngestsWaitsIsToldSoAndHasNothingToEncode) {
    OtherProcess first([this](const OtherProcessTalk& talk) {
        open();
        bool isInTheMiddle = false;
        const IngestReport report = ingest([&] {
            for (const EngineEvent& event : m_events) {
                if (isInTheMiddle || !std::holds_alternative<BlockEncoded>(event)) continue;
                isInTheMiddle = true;
                talk.tell("in the middle");
                talk.waitForGo();
            }
        });
        EXPECT_GT(report.blocksEncoded, 5);
    });
    ASSERT_EQ(first.next(), "in the middle");
    OtherProcess second([this](const OtherProcessTalk& talk) {
        open();
        IngestOptions options;
        options.paths = {documents()};
        const IngestReport report =
            session().ingest(options,
                             [&](const EngineEvent& event) {
                                 if (const auto* warning = std::get_if<Warning>(&event))
                                     talk.tell(warning->text);
                             },
                             {});
        EXPECT_EQ(report.changes.summary(), "+0 ~0 -0, 4 unchanged, 0 blocks to encode");
        EXPECT_EQ(report.blocksEncoded, 0);
        EXPECT_GT(report.blocksRestored, 5);
        ask("What is it about?");
    });
    const auto told = second.next();
    ASSERT_TRUE(told);
    EXPECT_THAT(*told, HasSubstr("another process is reading this project; waiting for it"));
    first.go();
    EXPECT_TRUE(first.wait());
    EXPECT_TRUE(second.wait());
}

TEST_F(ProjectProcessesTest, BothOfTwoAnswersAtATimeAreStored) {
    constexpr int kQuestions = 3;
    OtherProcess maker([this](const OtherProcessTalk&) {
        open();
        ingest();
        ask("One?");
    });
    ASSERT_TRUE(maker.wait());
    const auto asking = [this](const OtherProcessTalk& talk) {
        open();
        session().load({}, {});
        const std::int64_t chat = workspace().chats().list(session().project().id).front().id;
        talk.tell("ready");
        talk.waitForGo();
        for (int i = 0; i < kQuestions; ++i) ask("Two?", {}, chat);
    };
    OtherProcess first(asking);
    OtherProcess second(asking);
    ASSERT_EQ(first.next(), "ready");
    ASSERT_EQ(second.next(), "ready");
    first.go();
    second.go();
    EXPECT_TRUE(first.wait());
    EXPECT_TRUE(second.wait());

    open();
    const Database& database = workspace().database();
    Statement messages = database.prepare("SELECT count(*) FROM message");
    ASSERT_TRUE(messages.step());
    EXPECT_EQ(messages.integer(0), 2 * (1 + 2 * kQuestions));
    Statement citations = database.prepare("SELECT count(DISTINCT message) FROM citation");
    ASSERT_TRUE(citations.step());
    EXPECT_EQ(citations.integer(0), 1 + 2 * kQuestions);
}

}  // namespace
}  // namespace asterism::test
