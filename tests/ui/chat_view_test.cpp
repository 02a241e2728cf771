#include "ui/chat/chat_view.h"

#include <algorithm>
#include <iostream>

#include <gtest/gtest.h>

#include <QAbstractButton>
#include <QCoreApplication>
#include <QScrollBar>
#include <QTest>

#include "tests/support/test_files.h"
#include "tests/ui/filled_project.h"
#include "tests/ui/thread_clock.h"
#include "ui/chat/message_body.h"
#include "ui/chat/message_widget.h"

namespace asterism {
namespace {

class ChatViewTest : public testing::Test {
  protected:
    ChatViewTest() {
        test::fillProject(library, folder.path());
        view.resize(900, 700);
        view.show();
    }
    std::size_t shownMessages() const { return view.findChildren<MessageWidget*>().size(); }

    test::TempDir folder;
    Library library{test::inMemory()};
    MessageListModel model{library};
    ChatView view{model};
};

TEST_F(ChatViewTest, TwoThousandMessagesScrollSmoothly) {
    model.show(test::fillLongChat(library, 2000));
    EXPECT_LT(shownMessages(), 60U) << "only what is near the visible part is made";
    QScrollBar* bar = view.verticalScrollBar();
    EXPECT_EQ(bar->value(), bar->maximum()) << "a chat opens at its end";
    double longest = 0;
    double all = 0;
    constexpr int kSteps = 100;
    for (int step = 0; step < kSteps; ++step) {
        const double begin = test::threadSeconds();
        bar->setValue(bar->maximum() * (kSteps - 1 - step) / kSteps);
        view.viewport()->repaint();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        const double seconds = test::threadSeconds() - begin;
        longest = std::max(longest, seconds);
        all += seconds;
    }
    std::cout << "a step of 1 % of 2,000 messages: " << all / kSteps * 1000 << " ms, the longest "
              << longest * 1000 << " ms" << std::endl;
    EXPECT_LT(all / kSteps, 0.05)
        << "each step goes to other messages, which are made and laid out";
    EXPECT_EQ(bar->value(), 0);
}

TEST_F(ChatViewTest, WhatIsReadStaysWhereItIsWhileHeightsBecomeKnown) {
    model.show(test::fillLongChat(library, 200));
    QScrollBar* bar = view.verticalScrollBar();
    bar->setValue(bar->maximum() / 2);
    const auto firstVisible = [&]() -> MessageWidget* {
        for (MessageWidget* widget : view.findChildren<MessageWidget*>())
            if (widget->isVisible() && widget->geometry().bottom() > 0 &&
                widget->geometry().top() < 100)
                return widget;
        return nullptr;
    };
    MessageWidget* read = firstVisible();
    ASSERT_NE(read, nullptr);
    const int before = read->y();
    bar->setValue(bar->value() - 40);
    EXPECT_NEAR(read->y(), before + 40, 2);
}

TEST_F(ChatViewTest, FollowsTheStreamOnlyAtTheEnd) {
    model.show(test::fillLongChat(library, 20));
    model.beginAnswer(QStringLiteral("Go on?"), model.lastAnswer());
    QScrollBar* bar = view.verticalScrollBar();
    for (int i = 0; i < 40; ++i) model.addText(QStringLiteral("Line of text.\n\n"));
    EXPECT_EQ(bar->value(), bar->maximum());
    bar->setValue(bar->maximum() / 2);
    const int place = bar->value();
    for (int i = 0; i < 10; ++i) model.addText(QStringLiteral("Line of text.\n\n"));
    EXPECT_EQ(bar->value(), place) << "who reads elsewhere is left there";
}

TEST_F(ChatViewTest, ACitationSaysItsQuoteAndCanBeClicked) {
    const auto chats = library.chats().list(library.project().id);
    model.show(chats.front().id);
    std::vector<std::string> clicked;
    QObject::connect(&view, &ChatView::citationClicked,
                     [&](const CitationRecord& citation) { clicked.push_back(citation.document); });
    auto* chip = view.findChild<QAbstractButton*>(QStringLiteral("citationButton1"));
    ASSERT_NE(chip, nullptr);
    EXPECT_TRUE(chip->toolTip().contains(QStringLiteral("prefixes every block")));
    QTest::mouseClick(chip, Qt::LeftButton);
    EXPECT_EQ(clicked, std::vector<std::string>{"manual/concepts.md"});
}

TEST_F(ChatViewTest, TheLineUnderAnAnswerSaysWhatWasRead) {
    MessageRecord record;
    record.tokensRead = 30112;
    record.tokensInScope = 30112;
    record.firstTokenSeconds = 0.42;
    record.tokensPerSecond = 31;
    QLocale::setDefault(QLocale(QStringLiteral("en")));
    const QString line = MessageWidget::figuresOf(record);
    EXPECT_TRUE(line.startsWith(
        QStringLiteral("read 30,112 of 30,112 tokens, nothing dropped · first token 0.4 s")))
        << line.toStdString();
    EXPECT_TRUE(line.contains(QStringLiteral("31 tokens/s")));

    record.tokensRead = 9058;
    const auto begin = [&] {
        return MessageWidget::figuresOf(record).section(QStringLiteral(" · "), 0, 0).toStdString();
    };
    EXPECT_EQ(begin(), "read 9,058 of 30,112 tokens, the rest was not encoded yet");
    record.selectedBlocks = {0, 4};
    EXPECT_EQ(begin(), "read 9,058 of 30,112 tokens, the rest was not chosen");
}

}  // namespace
}  // namespace asterism
