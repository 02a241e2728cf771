#include <gtest/gtest.h>

#include <QAction>
#include <QDialog>
#include <QLineEdit>
#include <QTest>
#include <QTreeView>

#include "tests/ui/desktop_fixture.h"
#include "tests/ui/filled_project.h"
#include "ui/commands.h"
#include "ui/dialogs.h"
#include "ui/panels/source_view_panel.h"
#include "ui/theme.h"

namespace asterism {
namespace {

using test::DesktopUnderTest;

// Pictures of the main states, for people to look at; what is asserted is that they can be made.
class Screenshots : public testing::TestWithParam<const char*> {
  protected:
    Screenshots() { under.desktop().settings().set(Setting::theme, scheme()); }
    ~Screenshots() override { dialogs::answerPickers({}); }

    QString scheme() const { return QString::fromLatin1(GetParam()); }
    void picture(const char* name, QWidget* widget = nullptr) {
        under.picture(QStringLiteral("%1-%2").arg(QLatin1String(name), scheme()), widget);
    }
    void open(int width, int height) {
        under.desktop().settings().set(Setting::hasSeenFirstRun, true);
        under.window().resize(width, height);
        under.desktop().show({});
    }
    void pictureDialog(const char* action, const char* dialog, const char* name) {
        under.window().findChild<QAction*>(QLatin1String(action))->trigger();
        auto* shown = under.find<QDialog>(dialog);
        picture(name, shown);
        shown->close();
    }

    DesktopUnderTest under;
};

TEST_P(Screenshots, EmptyWindow) {
    open(1280, 800);
    picture("empty");
    EXPECT_TRUE(under.window().isVisible());
}

TEST_P(Screenshots, ChatWithSources) {
    const std::int64_t chat = test::fillProject(under.library(), under.folder());
    open(1400, 900);
    under.library().openProject(QStringLiteral("Star attention"));
    under.library().openConversation(chat);
    under.find<QTreeView>("sourcesTree")->expandAll();
    const auto citations =
        under.library().chats().citations(under.library().chats().find(chat)->leafMessage);
    under.find<SourceViewPanel>("sourceViewPanel")->showCitation(citations.front());
    picture("chat");
    under.find<SourceViewPanel>("sourceViewPanel")->showCitation(citations.back());
    under.window().resize(960, 640);
    picture("chat-small");
    EXPECT_EQ(citations.size(), 2U);
}

TEST_P(Screenshots, Dialogs) {
    const std::int64_t chat = test::fillProject(under.library(), under.folder());
    open(1280, 800);
    under.library().openConversation(chat);
    pictureDialog("settingsAction", "settingsDialog", "settings");
    pictureDialog("keysAction", "keysDialog", "keys");
    pictureDialog("modelsAction", "modelsDialog", "models");
    under.window().findChild<QAction*>(QStringLiteral("searchChatsAction"))->trigger();
    under.find<QLineEdit>("searchEdit")->setText(QStringLiteral("anchor"));
    QTest::qWait(300);
    picture("search", under.find<QDialog>("searchDialog"));
    under.find<QDialog>("searchDialog")->close();
    EXPECT_TRUE(under.window().isVisible());
}

TEST_P(Screenshots, FirstRun) {
    under.window().resize(1280, 800);
    under.desktop().show({});
    picture("first-run", under.find<QDialog>("firstRunDialog"));
    under.click("skipButton");
    picture("first-run-device", under.find<QDialog>("firstRunDialog"));
    under.click("skipButton");
    picture("first-run-sample", under.find<QDialog>("firstRunDialog"));
    under.click("skipButton");
    EXPECT_TRUE(under.desktop().settings().isOn(Setting::hasSeenFirstRun));
}

INSTANTIATE_TEST_SUITE_P(Themes, Screenshots, testing::Values("light", "dark"),
                         [](const auto& theme) { return std::string(theme.param); });

}  // namespace
}  // namespace asterism
