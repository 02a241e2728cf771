// Drives the whole desktop with the real engine, by the names of its widgets.
#include <algorithm>
#include <iostream>

#include <gtest/gtest.h>

#include <QApplication>
#include <QDialog>
#include <QDropEvent>
#include <QLabel>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTest>
#include <QTimer>
#include <QTreeView>

#include "core/base/clock.h"
#include "tests/ui/desktop_fixture.h"
#include "tests/ui/thread_clock.h"
#include "ui/dialogs.h"
#include "ui/models/document_tree_model.h"
#include "ui/source/numbered_text_view.h"

namespace asterism {
namespace {

using test::DesktopUnderTest;

constexpr const char* kModelFile = "smollm2-135m-instruct-q4_1.gguf";

// The longest time the GUI thread did not come back to its event loop: by the clock, which on a
// busy machine counts others' work too, and by the time it was at work itself.
class Heartbeat {
  public:
    Heartbeat() {
        m_timer.setInterval(5);
        QObject::connect(&m_timer, &QTimer::timeout, [this] {
            m_longest = std::max(m_longest, m_clock.seconds());
            m_longestWork = std::max(m_longestWork, test::threadSeconds() - m_workBegin);
            m_clock = {};
            m_workBegin = test::threadSeconds();
        });
        restart();
        m_timer.start();
    }
    double longestMs() const { return m_longest * 1000; }
    double longestWorkMs() const { return m_longestWork * 1000; }
    void restart() {
        m_longest = 0;
        m_longestWork = 0;
        m_clock = {};
        m_workBegin = test::threadSeconds();
    }

  private:
    QTimer m_timer;
    Stopwatch m_clock;
    double m_workBegin = 0;
    double m_longest = 0;
    double m_longestWork = 0;
};

class DesktopFlow : public testing::Test {
  protected:
    void write(const char* name, const std::string& text) { test::writeFile(notes() / name, text); }
    std::filesystem::path notes() const { return under->folder() / "notes"; }

    void start(const std::filesystem::path& model) {
        under.emplace(model);
        std::filesystem::create_directories(notes());
        std::string filler;
        for (int line = 0; line < 60; ++line)
            filler +=
                "The harbour was quiet that morning and nothing of note was written down.\n\n";
        write("harbour.txt",
              filler + "The lighthouse keeper's name was Ansel Brandt.\n\n" + filler);
        write("plan.md", "# Plan\n\nThe ferry leaves at nine from pier four.\n");
    }
    // Drops the folder on the window, as a file manager does.
    void dropFolder() {
        QMimeData mime;
        mime.setUrls({QUrl::fromLocalFile(QString::fromStdString(notes().string()))});
        QDragEnterEvent enter(QPoint(200, 200), Qt::CopyAction, &mime, Qt::LeftButton,
                              Qt::NoModifier);
        QApplication::sendEvent(&under->window(), &enter);
        QDropEvent drop(QPointF(200, 200), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&under->window(), &drop);
    }
    bool isIdle() { return !under->desktop().bridge().isWorking(); }
    DocumentTreeModel::Figures figures() {
        return qobject_cast<DocumentTreeModel*>(under->find<QTreeView>("sourcesTree")->model())
            ->figures();
    }
    bool allReady() {
        return isIdle() && figures().documents > 0 && figures().waiting == 0 &&
               figures().changed == 0 && figures().failed == 0;
    }
    void encodeNotes() {
        dropFolder();
        ASSERT_TRUE(under->wait([] { return test::findWidget(QStringLiteral("preflightDialog")); }))
            << test::messagesShown();
        under->picture(QStringLiteral("real-preflight"), under->find<QDialog>("preflightDialog"));
        under->click("encodeButton");
        ASSERT_TRUE(under->wait([&] { return allReady(); }, 120)) << test::messagesShown();
    }
    void ask(const QString& question) {
        auto* edit = under->find<QPlainTextEdit>("questionEdit");
        edit->setPlainText(question);
        QTest::keyClick(edit, Qt::Key_Return);
    }
    QString lastAnswer() {
        const auto chat = under->library().chats().find(under->library().conversation());
        if (!chat) return {};
        return QString::fromStdString(under->library().chats().message(chat->leafMessage)->text);
    }

    std::optional<DesktopUnderTest> under;
};

TEST_F(DesktopFlow, FromTheFirstStartToACitationAndBackAgain) {
    ASTERISM_MODEL_OR_SKIP(model, kModelFile);
    start(model);
    under->window().resize(1400, 900);
    under->desktop().show({});
    // First run: a model that is here, a device, no sample.
    ASSERT_NE(test::findWidget(QStringLiteral("firstRunDialog")), nullptr);
    under->click("nextButton");
    under->click("nextButton");
    under->click("skipButton");

    encodeNotes();
    EXPECT_EQ(figures().documents, 2);

    ask(QStringLiteral("What is the name of the lighthouse keeper?"));
    ASSERT_TRUE(under->desktop().bridge().isAnswering());
    ASSERT_TRUE(under->wait([&] { return !under->desktop().bridge().isAnswering(); }, 120));
    EXPECT_TRUE(lastAnswer().contains(QStringLiteral("Ansel"))) << lastAnswer().toStdString();
    auto* line = under->find<QLabel>("figuresLabel");
    EXPECT_TRUE(line->isVisible());
    under->picture(QStringLiteral("real-answer"));

    // A click on the number of a source stands at the passage.
    under->click("citationButton1");
    under->picture(QStringLiteral("real-citation"));
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
    EXPECT_EQ(test::findWidget(QStringLiteral("firstRunDialog")), nullptr);
    ASSERT_TRUE(under->wait([&] { return allReady(); }, 120));
    EXPECT_EQ(under->library().chats().list(0).size(), 1U);
    EXPECT_GE(under->library().chats().branch(chat->leafMessage).size(), messages);
}

TEST_F(DesktopFlow, TheWindowNeverWaitsForTheEngine) {
    ASTERISM_MODEL_OR_SKIP(model, kModelFile);
    start(model);
    under->desktop().settings().set(Setting::hasSeenFirstRun, true);
    under->window().resize(1400, 900);
    under->desktop().show({});
    QTest::qWait(300);  // the first layout of the window is no work of the engine's
    dropFolder();
    ASSERT_TRUE(under->wait([] { return test::findWidget(QStringLiteral("preflightDialog")); }));
    under->click("encodeButton");
    Heartbeat heart;
    ASSERT_TRUE(under->wait([&] { return allReady(); }, 120));
    std::cout << "encoding: longest " << heart.longestMs() << " ms, at work "
              << heart.longestWorkMs() << " ms" << std::endl;
    EXPECT_LT(heart.longestWorkMs(), 50) << "while encoding";
    heart.restart();
    ask(QStringLiteral("Describe the harbour in a few sentences."));
    ASSERT_TRUE(under->wait([&] { return !under->desktop().bridge().isAnswering(); }, 120));
    std::cout << "streaming: longest " << heart.longestMs() << " ms, at work "
              << heart.longestWorkMs() << " ms" << std::endl;
    EXPECT_LT(heart.longestWorkMs(), 50) << "while streaming";
}

}  // namespace
}  // namespace asterism
