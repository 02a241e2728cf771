// Pictures of the main states, for people to look at: light and dark, small and large windows,
// right to left as well, and once more with two pixels for one (CMakeLists.txt). What is asserted
// is that the states can be reached with the real engine, and that windows get the size asked for.
#include <gtest/gtest.h>

#include <QDialog>
#include <QDockWidget>
#include <QLineEdit>
#include <QTest>
#include <QTreeView>

#include "tests/support/tiny_model.h"
#include "tests/ui/desktop_flow.h"
#include "tests/ui/sample_work.h"
#include "ui/panels/source_view_panel.h"
#include "ui/theme.h"

namespace asterism::test {
namespace {

constexpr QSize kSmall(900, 600);
constexpr QSize kLarge(1600, 1000);

struct Look {
    const char* name;
    const char* theme;
    Qt::LayoutDirection direction;
};

class Screenshots : public DesktopFlow, public testing::WithParamInterface<Look> {
  protected:
    Screenshots() {
        QApplication::setLayoutDirection(GetParam().direction);
        // Large enough to be at work for a while.
        TinyModelOptions options;
        options.hidden = 128;
        options.feedForward = 256;
        options.headDim = 32;
        writeTinyModel(m_folder / "tiny.gguf", options);
        start(m_folder / "tiny.gguf");
        under->desktop().settings().set(Setting::theme, QString::fromLatin1(GetParam().theme));
        under->desktop().settings().set(Setting::blockTokens, 1024);
        writeSampleDocuments(notes());
    }
    ~Screenshots() override {
        under.reset();
        QApplication::setLayoutDirection(Qt::LeftToRight);
    }

    void picture(const char* state, const char* size, QWidget* widget) const {
        const QString pixels =
            widget->devicePixelRatioF() > 1 ? QStringLiteral("-hidpi") : QString();
        under->picture(QStringLiteral("%1-%2-%3%4")
                           .arg(QLatin1String(state), QLatin1String(GetParam().name),
                                QLatin1String(size), pixels),
                       widget);
    }
    void pictureWindow(const char* state) const {
        for (const QSize& size : {kSmall, kLarge}) {
            under->window().resize(size);
            QTest::qWait(20);
            const int share = size == kSmall ? 38 : 60;
            under->window().resizeDocks(
                {under->window().findChild<QDockWidget*>(QStringLiteral("sidebarDock")),
                 under->window().findChild<QDockWidget*>(QStringLiteral("blocksDock"))},
                {34 * kGridUnit, share * kGridUnit}, Qt::Horizontal);
            QTest::qWait(50);
            EXPECT_EQ(under->window().size(), size) << state << " needs more room";
            picture(state, size == kSmall ? "small" : "large", &under->window());
        }
    }
    void pictureDialog(const char* state, const char* dialog) const {
        picture(state, "dialog", under->find<QDialog>(dialog));
    }
    void pictureDialogOf(const char* action, const char* dialog, const char* state) const {
        trigger(action);
        pictureDialog(state, dialog);
        under->find<QDialog>(dialog)->close();
    }
    void showPanel(const char* name) const {
        auto* dock = under->window().findChild<QDockWidget*>(QLatin1String(name));
        dock->show();
        dock->raise();
    }
    void runThroughFirstRun() const {
        pictureDialog("first-run", "firstRunDialog");
        under->click("skipButton");
        pictureDialog("first-run-device", "firstRunDialog");
        under->click("skipButton");
        pictureDialog("first-run-sample", "firstRunDialog");
        under->click("skipButton");
    }
    void encode() const {
        int blocks = 0;
        const auto counting =
            QObject::connect(&under->desktop().bridge(), &EngineBridge::eventsArrived,
                             [&](const std::vector<EngineEvent>& events) {
                                 for (const EngineEvent& event : events)
                                     blocks += std::holds_alternative<BlockEncoded>(event);
                             });
        showPanel("blocksDock");
        under->click("encodeButton");
        ASSERT_TRUE(under->wait([&] { return blocks >= 2; })) << messagesShown();
        pictureWindow("encoding");
        QObject::disconnect(counting);
        ASSERT_TRUE(under->wait([&] { return allReady(); })) << messagesShown();
        pictureWindow("blocks");
    }

    TempDir m_folder;
};

TEST_P(Screenshots, FromTheFirstRunToASummary) {
    under->window().resize(kSmall);
    under->desktop().show({});
    runThroughFirstRun();
    pictureWindow("empty");
    ASSERT_NO_FATAL_FAILURE(openPreflight());
    pictureDialog("preflight", "preflightDialog");
    ASSERT_NO_FATAL_FAILURE(encode());

    under->find<QTreeView>("sourcesTree")->expandAll();
    addSampleChat(under->library());
    showPanel("sourceDock");
    auto* source = under->find<SourceViewPanel>("sourceViewPanel");
    ChatStore& chats = under->library().chats();
    const auto citations =
        chats.citations(chats.find(under->library().conversation())->leafMessage);
    ASSERT_EQ(citations.size(), 3U);
    const char* const states[] = {"answer", "answer-pdf", "answer-code"};
    for (std::size_t i = 0; i < citations.size(); ++i) {
        source->showCitation(citations[i]);
        pictureWindow(states[i]);
    }
    showPanel("memoryDock");
    pictureWindow("memory");
    pictureDialogOf("summarizeAction", "summaryDialog", "summary");
}

TEST_P(Screenshots, Dialogs) {
    under->desktop().settings().set(Setting::hasSeenFirstRun, true);
    under->desktop().show({});
    ASSERT_NO_FATAL_FAILURE(encodeNotes());
    addSampleChat(under->library());
    pictureDialogOf("settingsAction", "settingsDialog", "settings");
    pictureDialogOf("keysAction", "keysDialog", "keys");
    pictureDialogOf("modelsAction", "modelsDialog", "models");
    trigger("searchChatsAction");
    under->find<QLineEdit>("searchEdit")->setText(QStringLiteral("anchor"));
    QTest::qWait(300);
    pictureDialog("search", "searchDialog");
}

INSTANTIATE_TEST_SUITE_P(Looks, Screenshots,
                         testing::Values(Look{"light", "light", Qt::LeftToRight},
                                         Look{"dark", "dark", Qt::LeftToRight},
                                         Look{"reversed", "light", Qt::RightToLeft}),
                         [](const auto& look) { return std::string(look.param.name); });

}  // namespace
}  // namespace asterism::test
