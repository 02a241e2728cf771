// Drives the whole desktop with the real engine, by the names of its widgets.
#include <gtest/gtest.h>

#include <QDialog>
#include <QLabel>
#include <QTest>

#include "tests/ui/desktop_flow.h"

namespace asterism::test {
namespace {

class DesktopFirstDay : public DesktopFlow {
  protected:
    void writeHarbour() const {
        std::string filler;
        for (int line = 0; line < 60; ++line)
            filler +=
                "The harbour was quiet that morning and nothing of note was written down.\n\n";
        write("harbour.txt",
              filler + "The lighthouse keeper's name was Ansel Brandt.\n\n" + filler);
        write("plan.md", "# Plan\n\nThe ferry leaves at nine from pier four.\n");
    }
};

TEST_F(DesktopFirstDay, FromTheFirstStartToACitationAndBackAgain) {
    ASTERISM_MODEL_OR_SKIP(model, kSmallModelFile);
    start(model);
    writeHarbour();
    under->window().resize(1400, 900);
    under->desktop().show({});
    // First run: a model that is here, a device, no sample.
    ASSERT_NE(findWidget(QStringLiteral("firstRunDialog")), nullptr);
    under->click("nextButton");
    under->click("nextButton");
    under->click("skipButton");

    ASSERT_NO_FATAL_FAILURE(openPreflight());
    under->picture(QStringLiteral("real-preflight"), under->find<QDialog>("preflightDialog"));
    under->click("encodeButton");
    ASSERT_TRUE(under->wait([&] { return allReady(); }, 120)) << messagesShown();
    EXPECT_EQ(figures().documents, 2);

    ASSERT_NO_FATAL_FAILURE(
        askAndWait(QStringLiteral("What is the name of the lighthouse keeper?")));
    EXPECT_TRUE(lastAnswer().contains(QStringLiteral("Ansel"))) << lastAnswer().toStdString();
    auto* line = under->find<QLabel>("figuresLabel");
    EXPECT_TRUE(line->isVisible());
    under->picture(QStringLiteral("real-answer"));

    // A click on the number of a source stands at the passage.
    under->click("citationButton1");
    under->picture(QStringLiteral("real-citation"));
    EXPECT_FALSE(under->find<QLabel>("sourceNameLabel")->text().isEmpty());
    const auto chat = under->library().chats().find(under->library().conversation());
    ASSERT_TRUE(chat.has_value());
    EXPECT_FALSE(under->library().chats().citations(chat->leafMessage).empty());

    // Stop ends an answer and keeps what there is of it.
    qsizetype streamed = 0;
    QObject::connect(&under->desktop().bridge(), &EngineBridge::answerText,
                     [&](const QString& text) { streamed += text.size(); });
    ask(QStringLiteral("Tell me everything about the harbour, in many long sentences."));
    ASSERT_TRUE(under->wait([&] { return streamed > 20; }));
    under->click("sendButton");
    ASSERT_TRUE(under->wait([&] { return !under->desktop().bridge().isAnswering(); }, 5));

    // An edit in place is noticed, and only what it touches is encoded again.
    write("plan.md", "# Plan\n\nThe ferry leaves at ten from pier seven.\n");
    ASSERT_TRUE(under->wait([&] { return figures().changed == 1 && isIdle(); }, 30));
    under->picture(QStringLiteral("real-changed"));
    under->click("noticeButton");
    ASSERT_TRUE(under->wait([&] { return allReady(); }, 120));

    // After a restart everything is there.
    const auto messages = under->library().chats().branch(chat->leafMessage).size();
    under->restart();
    under->desktop().show({});
    EXPECT_EQ(findWidget(QStringLiteral("firstRunDialog")), nullptr);
    ASSERT_TRUE(under->wait([&] { return allReady(); }, 120));
    EXPECT_EQ(under->library().chats().list(0).size(), 1U);
    EXPECT_GE(under->library().chats().branch(chat->leafMessage).size(), messages);
}

}  // namespace
}  // namespace asterism::test
