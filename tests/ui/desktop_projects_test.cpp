// Which project is open, how others come and go, and what is told of them.
#include <gtest/gtest.h>

#include <QAction>
#include <QComboBox>
#include <QMenu>
#include <QTest>

#include "storage/disk_block_store.h"
#include "tests/ui/desktop_flow.h"
#include "tests/ui/filled_project.h"

namespace asterism::test {
namespace {

std::string openProject(const DesktopUnderTest& under) {
    return under.library().project().name;
}

// As the command line, from a process of its own.
WorkspaceOptions ofCommandLine() {
    WorkspaceOptions options;
    options.keepsBlocks = false;
    return options;
}

TEST(DesktopProjects, TheFirstStartOpensWhatTheCommandLineUsedLast) {
    const DesktopUnderTest under;
    {
        Workspace commandLine(ofCommandLine());
        const std::int64_t used = commandLine.projects().create("used", "tiny", {}).id;
        commandLine.projects().create("unused", "tiny", {});
        QTest::qSleep(2);  // times are in milliseconds
        commandLine.projects().markOpened(used);
    }
    under.desktop().show({});
    EXPECT_EQ(openProject(under), "used");
    const QWidget* wizard = findWidget(QStringLiteral("firstRunDialog"));
    EXPECT_TRUE(!wizard || !wizard->isVisible());
}

TEST(DesktopProjects, ARenamedProjectIsOpenAfterARestart) {
    DesktopUnderTest under;
    under.library().projects().create("other", "tiny", {});
    fillProject(under.library(), under.folder());
    under.desktop().show({});
    auto* box = under.find<QComboBox>("projectComboBox");
    emit box->activated(box->findText(QStringLiteral("Star attention")));
    ASSERT_EQ(openProject(under), "Star attention");
    under.library().projects().markOpened(under.library().projects().get("other").id);
    under.library().projects().rename(under.library().project().id, "renamed");
    under.library().noteProjects();
    under.restart();
    under.desktop().show({});
    EXPECT_EQ(openProject(under), "renamed");
}

TEST(DesktopProjects, OneThatTheCommandLineMakesMeanwhileCanBeChosen) {
    const DesktopUnderTest under;
    under.desktop().settings().set(Setting::hasSeenFirstRun, true);
    under.desktop().show({});
    auto* box = under.find<QComboBox>("projectComboBox");
    EXPECT_EQ(box->placeholderText(), QStringLiteral("No project yet"));
    EXPECT_FALSE(box->isEnabled());
    Workspace(ofCommandLine()).projects().create("new", "tiny", {});
    QEvent activation(QEvent::WindowActivate);
    QApplication::sendEvent(&under.window(), &activation);
    EXPECT_EQ(box->count(), 1);
    EXPECT_EQ(box->placeholderText(), QStringLiteral("Choose a project"));
    EXPECT_TRUE(box->isEnabled());
}

class DesktopProjectsWithEngine : public DesktopFlow {
  protected:
    static DiskBlockStore blocks() {
        return DiskBlockStore({.folder = defaultBlockFolder(), .quota = {}, .onWarning = {}});
    }
};

TEST_F(DesktopProjectsWithEngine, DeletingOneTakesItsTextOutOfTheKvCache) {
    startTiny();
    write("plan.txt", "The ferry leaves at nine from pier four.\n");
    ASSERT_NO_FATAL_FAILURE(encodeNotes());
    under->library().projects().create("other", "tiny", {});
    ASSERT_GT(blocks().usage().files, 0U);
    under->click("projectMenuButton");
    auto* menu = under->find<QMenu>("projectMenu");
    menu->actions().last()->trigger();
    menu->close();
    under->click("actionButton");
    ASSERT_TRUE(under->wait([&] { return under->library().projects().list().size() == 1; }));
    ASSERT_TRUE(under->wait([&] { return isIdle(); }));
    EXPECT_EQ(blocks().usage().files, 0U);
    auto* box = under->find<QComboBox>("projectComboBox");
    EXPECT_EQ(box->count(), 1);
    EXPECT_EQ(box->currentIndex(), -1);
    EXPECT_EQ(box->placeholderText(), QStringLiteral("Choose a project"));
    under->picture(QStringLiteral("real-deleted"));
}

}  // namespace
}  // namespace asterism::test
