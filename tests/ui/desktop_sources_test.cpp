// Sources over time: what is ticked, what was left out, what cannot be looked at.
#include <gtest/gtest.h>

#include <QAction>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QTreeView>

#include "tests/support/tiny_model.h"
#include "tests/ui/desktop_fixture.h"
#include "tests/ui/filled_project.h"
#include "ui/models/document_tree_model.h"
#include "ui/widgets/notice_bar.h"

namespace asterism {
namespace {

using test::DesktopUnderTest;

DocumentTreeModel& sources(const DesktopUnderTest& under) {
    return *qobject_cast<DocumentTreeModel*>(under.find<QTreeView>("sourcesTree")->model());
}

TEST(DesktopSources, TicksAreFoundAgainAfterARestart) {
    DesktopUnderTest under;
    under.desktop().settings().set(Setting::hasSeenFirstRun, true);
    under.desktop().settings().set(Setting::lastProject, QStringLiteral("Star attention"));
    test::fillProject(under.library(), under.folder());
    under.desktop().show({});
    sources(under).setData(sources(under).indexOf("src"), Qt::Unchecked, Qt::CheckStateRole);
    under.restart();
    under.desktop().show({});
    EXPECT_EQ(sources(under).figures().documents, 6);
    EXPECT_EQ(sources(under).figures().ticked, 4);
    // A change of language makes the window anew.
    under.desktop().settings().set(Setting::language, QStringLiteral("de"));
    QTest::qWait(50);
    EXPECT_EQ(sources(under).figures().ticked, 4);
    under.desktop().settings().set(Setting::language, QStringLiteral("en"));
    QTest::qWait(50);
}

TEST(DesktopSources, AFailedLookForChangesIsANoticeWithRetry) {
    DesktopUnderTest under;
    under.desktop().settings().set(Setting::hasSeenFirstRun, true);
    under.desktop().show({});
    QSignalSpy failed(&under.desktop().bridge(), &EngineBridge::rescanFailed);
    under.desktop().bridge().rescan();  // nothing is open
    auto* notice = under.find<NoticeBar>("sourcesNoticeBar");
    ASSERT_TRUE(under.wait([&] { return notice->isVisible(); }, 10));
    EXPECT_TRUE(notice->text().contains(QStringLiteral("no project is open")))
        << notice->text().toStdString();
    EXPECT_EQ(test::messagesShown(), "");
    notice->findChild<QPushButton*>(QStringLiteral("noticeButton"))->click();
    ASSERT_TRUE(under.wait([&] { return failed.count() == 2; }, 10));
    ASSERT_TRUE(under.wait([&] { return notice->isVisible(); }, 10));
    under.library().openProject({});
    EXPECT_FALSE(notice->isVisible());
}

class DesktopSourcesWithEngine : public testing::Test {
  protected:
    static std::filesystem::path makeModel(const test::TempDir& folder) {
        test::writeTinyModel(folder / "tiny.gguf");
        return folder / "tiny.gguf";
    }
    void encode(const std::vector<std::string>& without) {
        under.desktop().settings().set(Setting::hasSeenFirstRun, true);
        std::filesystem::create_directories(notes);
        test::writeFile(notes / "plan.txt", "The ferry leaves at nine from pier four.\n");
        test::writeFile(notes / "harbour.txt", "The harbour was quiet that morning.\n");
        under.window().resize(1280, 800);
        under.desktop().show({});
        QSignalSpy ready(&under.desktop().bridge(), &EngineBridge::projectReady);
        under.library().projects().create("Notes", "tiny", {});
        under.library().noteProjects();
        under.desktop().settings().set(Setting::lastProject, QStringLiteral("Notes"));
        under.window().begin({});
        ASSERT_TRUE(under.wait([&] { return ready.count() == 1 && isIdle(); }));
        IngestOptions options;
        options.paths = {notes};
        options.without = without;
        under.desktop().bridge().ingest(options);
        ASSERT_TRUE(under.wait([&] { return isIdle(); })) << test::messagesShown();
    }
    bool isIdle() { return !under.desktop().bridge().isWorking(); }

    test::TempDir models;
    DesktopUnderTest under{{makeModel(models)}};
    std::filesystem::path notes = under.folder() / "notes";
};

TEST_F(DesktopSourcesWithEngine, AFileThatWasLeftOutIsReadAfterAll) {
    ASSERT_NO_FATAL_FAILURE(encode({"plan.txt"}));
    ASSERT_TRUE(under.wait([&] { return sources(under).figures().leftOut == 1; }, 10));
    EXPECT_EQ(sources(under).figures().documents, 1);
    auto* tree = under.find<QTreeView>("sourcesTree");
    const QModelIndex plan = sources(under).indexOf("plan.txt");
    EXPECT_TRUE(plan.data(Qt::ToolTipRole).toString().contains(QStringLiteral("did not tick")));
    emit tree->customContextMenuRequested(tree->visualRect(plan).center());
    auto* menu = under.find<QMenu>("sourceMenu");
    auto* read = menu->findChild<QAction*>(QStringLiteral("readLeftOutAction"));
    ASSERT_NE(read, nullptr);
    EXPECT_TRUE(read->isEnabled());
    read->trigger();
    menu->close();
    ASSERT_TRUE(under.wait([&] {
        const DocumentTreeModel::Figures& figures = sources(under).figures();
        return isIdle() && figures.documents == 2 && figures.waiting == 0;
    })) << test::messagesShown();
    EXPECT_EQ(sources(under).figures().leftOut, 0);
    EXPECT_TRUE(under.library().unwantedFiles().empty());
}

}  // namespace
}  // namespace asterism
