// Which project is open, how others come and go, and what is told of them.
#include <gtest/gtest.h>

#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QTest>

#include "storage/disk_block_store.h"
#include "storage/projects/project_lock.h"
#include "tests/ui/desktop_flow.h"
#include "tests/ui/filled_project.h"
#include "ui/source_watch.h"
#include "ui/widgets/warning_bar.h"

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

TEST(DesktopProjects, OneThatCannotBeReadIsAWarningThatStaysUntilItIsDismissed) {
    DesktopUnderTest under;
    fillProject(under.library(), under.folder());
    Database(defaultDatabase()).execute("ALTER TABLE document RENAME TO gone");
    under.restart();
    under.desktop().show({});
    auto* warnings = under.find<WarningBar>("warningBar");
    ASSERT_TRUE(under.wait([&] { return warnings->isVisible(); }, 10));
    EXPECT_TRUE(warnings->text().contains(QStringLiteral("asterism.db")))
        << warnings->text().toStdString();
    EXPECT_FALSE(under.library().hasProject());
    under.picture(QStringLiteral("real-warning"));
    QTest::mouseClick(warnings->findChild<QPushButton*>(), Qt::LeftButton);
    EXPECT_FALSE(warnings->isVisible());
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

TEST_F(DesktopProjectsWithEngine,
       WaitingForAnotherProgramIsShownAndFilesThatChangeAreLookedAtNext) {
    startTiny();
    write("plan.txt", "The ferry leaves at nine from pier four.\n");
    ASSERT_NO_FATAL_FAILURE(encodeNotes());
    auto* watch = under->window().findChild<SourceWatch*>();
    ASSERT_NE(watch, nullptr);
    watch->setOn(false);  // the test tells of the change
    EngineBridge& bridge = under->desktop().bridge();
    {
        const ProjectLock other(defaultDatabase().parent_path() / "locks",
                                under->library().project().id, {}, {});
        bridge.ingest({});
        ASSERT_TRUE(
            under->wait([&] { return bridge.activity().stage == Activity::Stage::waiting; }, 10));
        EXPECT_TRUE(
            under->find<QLabel>("activityLabel")
                ->toolTip()
                .contains(QStringLiteral("Waiting for another program")) ||
            under->find<QLabel>("activityLabel")->text().startsWith(QStringLiteral("Waiting")));
        under->picture(QStringLiteral("real-waiting"));
        write("plan.txt", "The ferry leaves at ten from pier seven, in the rain.\n");
        emit watch->changed();
        EXPECT_EQ(figures().changed, 0);
        bridge.stopWork();
        ASSERT_TRUE(under->wait([&] { return figures().changed == 1; }, 10));
    }
    EXPECT_FALSE(under->find<WarningBar>("warningBar")->isVisible());
}

TEST_F(DesktopProjectsWithEngine, ADamagedBlockIsAWarning) {
    startTiny();
    write("plan.txt", "The ferry leaves at nine from pier four.\n");
    ASSERT_NO_FATAL_FAILURE(encodeNotes());
    for (const auto& entry : std::filesystem::recursive_directory_iterator(defaultBlockFolder())) {
        if (!entry.is_regular_file() || entry.path().extension() != ".kv") continue;
        std::string bytes = readFile(entry.path());
        bytes[bytes.size() / 2] ^= 1;
        writeFile(entry.path(), bytes);
    }
    under->restart();
    under->desktop().show({});
    auto* warnings = under->find<WarningBar>("warningBar");
    ASSERT_TRUE(under->wait([&] { return warnings->isVisible(); }, 20));
    EXPECT_TRUE(warnings->text().contains(QStringLiteral("damaged")))
        << warnings->text().toStdString();
}

}  // namespace
}  // namespace asterism::test
