// What the KV cache has lost, and what another process has read meanwhile.
#include <gtest/gtest.h>

#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "app/engine_factory.h"
#include "storage/model_fingerprint.h"
#include "tests/support/tiny_model.h"
#include "tests/ui/desktop_flow.h"
#include "ui/engine_worker.h"
#include "ui/source_flow.h"
#include "ui/widgets/notice_bar.h"

namespace asterism::test {
namespace {

class DesktopResume : public DesktopFlow {
  protected:
    static DiskBlockStore blocks() {
        return DiskBlockStore({.folder = defaultBlockFolder(), .quota = {}, .onWarning = {}});
    }
    void encodeTwo() {
        startTiny();
        std::string text;
        for (int line = 0; line < 30; ++line) text += "The harbour was quiet that morning.\n\n";
        write("first.txt", text);
        write("second.txt", "The ferry leaves at nine from pier four.\n\n" + text);
        ASSERT_NO_FATAL_FAILURE(encodeNotes());
        ASSERT_GT(blocks().usage().files, 2U);
    }
    // Starts again and waits until all is there that is there by itself.
    void startAgain() {
        m_encoded = 0;
        EngineBridge& bridge = under->desktop().bridge();
        QObject::connect(&bridge, &EngineBridge::eventsArrived,
                         [this](const std::vector<EngineEvent>& events) {
                             for (const EngineEvent& event : events)
                                 if (const auto* block = std::get_if<BlockEncoded>(&event))
                                     m_encoded += !block->isRestored;
                         });
        const QSignalSpy found(&bridge, &EngineBridge::changesFound);
        under->desktop().show({});
        ASSERT_TRUE(under->wait([&] { return found.count() == 1 && isIdle(); }));
    }
    MessageRecord answer() const {
        ChatStore& chats = under->library().chats();
        const auto chat = chats.find(under->library().conversation());
        return chat ? *chats.message(chat->leafMessage) : MessageRecord();
    }

    int m_encoded = 0;  // blocks, since the program was started again
};

TEST_F(DesktopResume, WhatWasClearedIsEncodedOnlyWhenAPersonResumes) {
    ASSERT_NO_FATAL_FAILURE(encodeTwo());
    under->restart();
    blocks().clear();
    ASSERT_NO_FATAL_FAILURE(startAgain());
    EXPECT_EQ(figures().waiting, 2);
    auto* notice = under->find<NoticeBar>("sourcesNoticeBar");
    EXPECT_TRUE(notice->isVisible());
    under->picture(QStringLiteral("real-resume"));
    QSignalSpy failed(&under->desktop().bridge(), &EngineBridge::answerFailed);
    ASSERT_NO_FATAL_FAILURE(askAndWait(QStringLiteral("When?")));
    EXPECT_EQ(failed.count(), 1) << "nothing can be read";
    EXPECT_EQ(m_encoded, 0);

    notice->findChild<QPushButton*>(QStringLiteral("noticeButton"))->click();
    ASSERT_TRUE(under->wait([&] { return allReady(); })) << messagesShown();
    EXPECT_GT(m_encoded, 2);
    ASSERT_NO_FATAL_FAILURE(askAndWait(QStringLiteral("When?")));
    EXPECT_EQ(answer().tokensRead, answer().tokensInScope);
}

TEST_F(DesktopResume, AQuestionReadsWhatIsReadyAndEncodesNothing) {
    ASSERT_NO_FATAL_FAILURE(encodeTwo());
    const auto plan = under->library().documents().plan(under->library().project().id);
    under->restart();
    const auto file = findBlockFile(defaultBlockFolder(), plan.back().key);
    ASSERT_TRUE(file && removeBlockFile(*file));
    ASSERT_NO_FATAL_FAILURE(startAgain());
    EXPECT_EQ(figures().waiting, 1);
    ASSERT_NO_FATAL_FAILURE(askAndWait(QStringLiteral("When?")));
    EXPECT_GT(answer().tokensRead, 0);
    EXPECT_LT(answer().tokensRead, answer().tokensInScope);
    EXPECT_EQ(m_encoded, 0);
    EXPECT_EQ(answer().blocksEncoded, 0);
}

TEST_F(DesktopResume, APauseEndsWithItsProjectOrWhenReadingGoesOn) {
    ASSERT_NO_FATAL_FAILURE(encodeTwo());
    auto* flow = under->window().findChild<SourceFlow*>();
    ASSERT_NE(flow, nullptr);
    flow->pause();
    EXPECT_TRUE(flow->isPaused());
    flow->encode();
    EXPECT_FALSE(flow->isPaused());
    flow->pause();
    under->library().openProject({});
    EXPECT_FALSE(flow->isPaused());
}

TEST_F(DesktopResume, WhatTheCommandLineReadsMeanwhileIsReadByTheNextQuestion) {
    startTiny();
    write("plan.txt", "The ferry leaves at nine from pier four.\n");
    ASSERT_NO_FATAL_FAILURE(encodeNotes());
    ASSERT_NO_FATAL_FAILURE(askAndWait(QStringLiteral("When?")));
    const TempDir models;
    writeTinyModel(models / "tiny.gguf");
    EngineOptions options;
    options.model = models / "tiny.gguf";
    const auto engine = openEngine(options);
    Workspace workspace(WorkspaceOptions{});
    ProjectSession commandLine(
        workspace,
        {*engine, under->library().project().model,
         modelFingerprint(options.model, defaultBlockFolder().parent_path())},
        under->library().project().name);
    const auto tokens = [&] { return std::ssize(commandLine.context().input().tokens); };

    write("plan.txt", "The ferry leaves at ten from pier seven, in the rain.\n");
    write("harbour.txt", "The harbour was quiet that morning.\n");
    QTest::qSleep(50);  // a file that has changed just now counts as one that may go on to
    commandLine.ingest({}, {}, {});
    std::size_t shown = 0;
    QObject::connect(&under->desktop().bridge(), &EngineBridge::layoutChanged,
                     [&](const ProjectLayout& layout) { shown = layout.documents.size(); });
    trigger("rescanAction");
    ASSERT_TRUE(under->wait([&] { return allReady() && figures().documents == 2; }, 20))
        << under->find<NoticeBar>("sourcesNoticeBar")->text().toStdString();
    EXPECT_EQ(shown, 2U) << "the blocks are shown as they are now";
    ASSERT_NO_FATAL_FAILURE(askAndWait(QStringLiteral("When?")));
    EXPECT_EQ(answer().tokensInScope, tokens());
    EXPECT_EQ(answer().tokensRead, tokens());

    // Without looking for changes.
    write("pier.txt", "The pier was painted green.\n");
    QTest::qSleep(50);
    commandLine.ingest({}, {}, {});
    ASSERT_NO_FATAL_FAILURE(askAndWait(QStringLiteral("When?")));
    EXPECT_EQ(answer().tokensInScope, tokens());
    EXPECT_EQ(answer().tokensRead, tokens());
    EXPECT_EQ(figures().documents, 3);
}

}  // namespace
}  // namespace asterism::test
