// What the KV cache has lost.
#include <gtest/gtest.h>

#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/desktop_flow.h"
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

}  // namespace
}  // namespace asterism::test
