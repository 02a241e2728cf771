// What can be done with an answer once it is there.
#include <gtest/gtest.h>

#include <QAbstractButton>
#include <QDialog>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTest>
#include <QTreeWidget>

#include "tests/ui/desktop_flow.h"
#include "ui/dialogs.h"
#include "ui/widgets/notice_bar.h"

namespace asterism::test {
namespace {

class DesktopChat : public DesktopFlow {
  protected:
    void openNotes() {
        startTiny();
        for (const char* name : {"one.txt", "two.txt", "three.txt"})
            write(name, std::string("This is the text of ") + name +
                            ". The tide came in and the boats went out.\n");
        encodeNotes();
    }
    ChatStore& chats() const { return under->library().chats(); }
    std::int64_t openChat() const { return under->library().conversation(); }
    std::vector<std::string> textsShown() const {
        std::vector<std::string> texts;
        for (const MessageRecord& message : chats().branch(chats().find(openChat())->leafMessage))
            if (message.role == MessageRole::question) texts.push_back(message.text);
        return texts;
    }
    void press(QAbstractButton* button) const { QTest::mouseClick(button, Qt::LeftButton); }
    bool waitForAnswer() const {
        return under->wait([&] { return !under->desktop().bridge().isAnswering(); });
    }
    bool isEmptyChatShown() const { return under->find<QWidget>("chatEmptyState")->isVisible(); }
    QString draft() const { return under->find<QPlainTextEdit>("questionEdit")->toPlainText(); }
    NoticeBar* notice() const { return under->find<NoticeBar>("chatNoticeBar"); }
    QPushButton* noticeButton() const {
        return notice()->findChild<QPushButton*>(QStringLiteral("noticeButton"));
    }
};

TEST_F(DesktopChat, WhyThisAnswerNamesTheBlockThatItNeeds) {
    ASTERISM_MODEL_OR_SKIP(model, kSmallModelFile);
    start(model);
    std::string filler;
    for (int line = 0; line < 20; ++line)
        filler += "The harbour was quiet that morning and nothing of note was written down.\n\n";
    write("a_harbour.txt", filler);
    write("b_harbour.txt", filler);
    write("keeper.txt", "The lighthouse keeper's name was Ansel Brandt.\n\n" + filler);
    under->desktop().settings().set(Setting::hasSeenFirstRun, true);
    under->desktop().settings().set(Setting::blockTokens, 400);
    under->desktop().settings().set(Setting::maxTokens, 24);
    under->desktop().show({});
    ASSERT_NO_FATAL_FAILURE(encodeNotes());
    ASSERT_NO_FATAL_FAILURE(
        askAndWait(QStringLiteral("What is the name of the lighthouse keeper?")));
    ASSERT_TRUE(lastAnswer().contains(QStringLiteral("Ansel"))) << lastAnswer().toStdString();

    press(lastOf<QAbstractButton>("explainButton"));
    ASSERT_TRUE(under->wait([] { return findWidget(QStringLiteral("effectsTree")); }))
        << messagesShown();
    const auto* effects = under->find<QTreeWidget>("effectsTree");
    ASSERT_GE(effects->topLevelItemCount(), 3);
    EXPECT_TRUE(under->find<QLabel>("verdictLabel")->text().contains(QStringLiteral("keeper.txt")))
        << under->find<QLabel>("verdictLabel")->text().toStdString();
    for (int row = 0; row < effects->topLevelItemCount(); ++row)
        for (int column = 0; column < effects->columnCount(); ++column)
            EXPECT_FALSE(effects->topLevelItem(row)->text(column).isEmpty())
                << row << ", " << column;
    under->picture(QStringLiteral("real-explanation"), under->find<QDialog>("explanationDialog"));
}

TEST_F(DesktopChat, AnEditedQuestionIsABranchBesideTheOldOne) {
    openNotes();
    ASSERT_NO_FATAL_FAILURE(askAndWait(QStringLiteral("First question?")));
    ASSERT_NO_FATAL_FAILURE(askAndWait(QStringLiteral("Second question?")));
    press(lastOf<QAbstractButton>("editButton"));
    auto* edit = under->find<QPlainTextEdit>("questionEdit");
    EXPECT_EQ(edit->toPlainText(), QStringLiteral("Second question?"));
    ASSERT_NO_FATAL_FAILURE(askAndWait(QStringLiteral("Second question, better?")));
    using Texts = std::vector<std::string>;
    EXPECT_EQ(textsShown(), (Texts{"First question?", "Second question, better?"}));
    EXPECT_EQ(chats().list(0).size(), 1U);

    ASSERT_FALSE(lastOf<QAbstractButton>("laterButton")->isEnabled());
    press(lastOf<QAbstractButton>("earlierButton"));
    EXPECT_EQ(textsShown(), (Texts{"First question?", "Second question?"}));
    press(lastOf<QAbstractButton>("laterButton"));
    EXPECT_EQ(textsShown(), (Texts{"First question?", "Second question, better?"}));

    // Answering again is a branch as well, and which one is shown outlives a restart.
    press(lastOf<QAbstractButton>("regenerateButton"));
    ASSERT_TRUE(under->wait([&] { return !under->desktop().bridge().isAnswering(); }));
    press(lastOf<QAbstractButton>("earlierButton"));
    const std::int64_t chat = openChat();
    const std::int64_t leaf = chats().find(chat)->leafMessage;
    under->restart();
    under->desktop().show({});
    EXPECT_EQ(chats().find(chat)->leafMessage, leaf);
}

TEST_F(DesktopChat, AnAnswerStaysInTheProjectItWasAskedIn) {
    openNotes();
    ProjectStore& projects = under->library().projects();
    projects.create("beta", under->library().project().model, {});
    ask(QStringLiteral("First question?"));
    ASSERT_TRUE(under->desktop().bridge().isAnswering());
    under->library().openProject(QStringLiteral("beta"));
    EXPECT_TRUE(isEmptyChatShown());
    ASSERT_TRUE(waitForAnswer());
    EXPECT_EQ(openChat(), 0);
    EXPECT_TRUE(isEmptyChatShown());
    EXPECT_TRUE(chats().list(under->library().project().id).empty());
    EXPECT_EQ(chats().list(projects.get("notes").id).size(), 1U);
}

TEST_F(DesktopChat, ANewChatIsEmptyThoughTheAnswerOfTheLastOneIsStillComing) {
    openNotes();
    ask(QStringLiteral("First question?"));
    ASSERT_TRUE(under->desktop().bridge().isAnswering());
    trigger("newChatAction");
    EXPECT_TRUE(isEmptyChatShown());
    ASSERT_TRUE(waitForAnswer());
    EXPECT_TRUE(isEmptyChatShown());
    EXPECT_EQ(openChat(), 0);
    ASSERT_NO_FATAL_FAILURE(askAndWait(QStringLiteral("Second question?")));
    EXPECT_EQ(textsShown(), std::vector<std::string>{"Second question?"});
    EXPECT_EQ(chats().list(0).size(), 2U);
}

TEST_F(DesktopChat, AQuestionWithoutRoomIsGivenBackWithTheWayToTheSettings) {
    openNotes();
    under->desktop().settings().set(Setting::room, 256);
    under->desktop().settings().set(Setting::maxTokens, 512);
    ASSERT_NO_FATAL_FAILURE(askAndWait(QStringLiteral("First question?")));
    EXPECT_EQ(draft(), QStringLiteral("First question?"));
    EXPECT_TRUE(notice()->text().contains(QStringLiteral("room for 256 tokens")))
        << notice()->text().toStdString();
    EXPECT_TRUE(notice()->text().contains(QStringLiteral("Settings > Answers")));
    under->picture(QStringLiteral("no-room"));
    press(noticeButton());
    EXPECT_TRUE(under->find<QDialog>("settingsDialog")->isVisible());
}

TEST_F(DesktopChat, ANewChatInsteadOfAFullOneKeepsTheQuestion) {
    openNotes();
    under->desktop().settings().set(Setting::room, 256);
    for (int turn = 0; turn < 20 && draft().isEmpty(); ++turn)
        ASSERT_NO_FATAL_FAILURE(askAndWait(QStringLiteral("And what came then?")));
    ASSERT_EQ(draft(), QStringLiteral("And what came then?")) << "the chat is full";
    EXPECT_FALSE(notice()->text().contains(QStringLiteral("--room")));
    press(noticeButton());
    EXPECT_EQ(openChat(), 0);
    EXPECT_EQ(draft(), QStringLiteral("And what came then?"));
    QTest::keyClick(under->find<QPlainTextEdit>("questionEdit"), Qt::Key_Return);
    ASSERT_TRUE(waitForAnswer());
    EXPECT_EQ(textsShown(), std::vector<std::string>{"And what came then?"});
}

TEST_F(DesktopChat, AnEditThatFailedIsStillAnEditWhenItIsAskedAgain) {
    openNotes();
    ASSERT_NO_FATAL_FAILURE(askAndWait(QStringLiteral("First question?")));
    ASSERT_NO_FATAL_FAILURE(askAndWait(QStringLiteral("Second question?")));
    press(lastOf<QAbstractButton>("editButton"));
    under->desktop().settings().set(Setting::maxTokens, 8192);
    ASSERT_NO_FATAL_FAILURE(askAndWait(QStringLiteral("Second question, better?")));
    EXPECT_EQ(draft(), QStringLiteral("Second question, better?"));
    under->desktop().settings().set(Setting::maxTokens, 16);
    QTest::keyClick(under->find<QPlainTextEdit>("questionEdit"), Qt::Key_Return);
    ASSERT_TRUE(waitForAnswer());
    EXPECT_EQ(textsShown(),
              (std::vector<std::string>{"First question?", "Second question, better?"}));
}

TEST_F(DesktopChat, AFailureElsewhereIsToldWithItsQuestion) {
    openNotes();
    under->desktop().settings().set(Setting::maxTokens, 8192);
    ask(QStringLiteral("First question?"));
    trigger("newChatAction");
    under->find<QPlainTextEdit>("questionEdit")->setPlainText(QStringLiteral("The next one"));
    ASSERT_TRUE(waitForAnswer());
    EXPECT_TRUE(notice()->text().startsWith(QStringLiteral("“First question?” was not answered")))
        << notice()->text().toStdString();
    EXPECT_EQ(draft(), QStringLiteral("The next one"));
}

TEST_F(DesktopChat, IsExportedAsMarkdownAndAsJsonWithItsSources) {
    openNotes();
    ASSERT_NO_FATAL_FAILURE(askAndWait(QStringLiteral("When did the boats go out?")));
    const std::filesystem::path markdown = under->folder() / "chat.md";
    const std::filesystem::path json = under->folder() / "chat.json";
    dialogs::answerPickers(
        {QString::fromStdString(markdown.string()), QString::fromStdString(json.string())});
    trigger("exportMarkdownAction");
    trigger("exportJsonAction");
    EXPECT_EQ(messagesShown(), "");
    EXPECT_NE(readFile(markdown).find("> When did the boats go out?"), std::string::npos);
    const auto chat = QJsonDocument::fromJson(QByteArray::fromStdString(readFile(json))).object();
    EXPECT_EQ(chat[QStringLiteral("project")].toString(), QStringLiteral("notes"));
    const QJsonArray messages = chat[QStringLiteral("messages")].toArray();
    ASSERT_EQ(messages.size(), 2);
    const QJsonObject answer = messages[1].toObject();
    EXPECT_EQ(answer[QStringLiteral("text")].toString(), lastAnswer());
    EXPECT_EQ(answer[QStringLiteral("tokens_read")], answer[QStringLiteral("tokens_in_scope")]);
    const auto cited = chats().citations(chats().find(openChat())->leafMessage);
    EXPECT_EQ(answer[QStringLiteral("sources")].toArray().size(), std::ssize(cited));
}

TEST_F(DesktopChat, AWordOfAnyChatIsFoundAndItsPlaceOpened) {
    openNotes();
    ASSERT_NO_FATAL_FAILURE(askAndWait(QStringLiteral("Is a cormorant mentioned anywhere?")));
    const std::int64_t found = openChat();
    trigger("newChatAction");
    ASSERT_NO_FATAL_FAILURE(askAndWait(QStringLiteral("Something else?")));
    ASSERT_NE(openChat(), found);

    under->window().activateWindow();
    ASSERT_TRUE(QTest::qWaitForWindowActive(&under->window()));
    QTest::keyClick(&under->window(), Qt::Key_K, Qt::ControlModifier);
    auto* words = under->find<QLineEdit>("searchEdit");
    ASSERT_TRUE(words->isVisible());
    QTest::keyClicks(words, QStringLiteral("cormorant"));
    auto* hits = under->find<QListWidget>("hitsList");
    ASSERT_TRUE(under->wait([&] { return hits->count() > 0; }, 5));
    QTest::keyClick(words, Qt::Key_Return);
    EXPECT_EQ(openChat(), found);
    EXPECT_FALSE(under->find<QDialog>("searchDialog")->isVisible());
    EXPECT_TRUE(lastOf<QWidget>("questionWidget")->isVisible());
}

}  // namespace
}  // namespace asterism::test
