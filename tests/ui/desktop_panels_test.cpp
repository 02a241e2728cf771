// What the window shows of the project's model, its memory and the answer that is coming.
#include <gtest/gtest.h>

#include <QAction>
#include <QApplication>
#include <QDialog>
#include <QGroupBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>

#include "storage/disk_block_store.h"
#include "tests/support/tiny_model.h"
#include "tests/ui/desktop_fixture.h"
#include "tests/ui/filled_project.h"
#include "ui/engine_worker.h"
#include "ui/figures.h"
#include "ui/widgets/heat_strip.h"
#include "ui/widgets/notice_bar.h"

namespace asterism {
namespace {

using test::DesktopUnderTest;

TEST(DesktopPanels, TheModelOfTheProjectIsNamedBesideTheQuestion) {
    DesktopUnderTest under;
    under.desktop().settings().set(Setting::hasSeenFirstRun, true);
    under.window().resize(1280, 800);
    under.desktop().show({});
    auto* label = under.find<QLabel>("modelLabel");
    EXPECT_EQ(label->text(), QString());
    test::fillProject(under.library(), under.folder());
    EXPECT_EQ(label->text(), QStringLiteral("smollm2-135m-instruct"));
    under.library().projects().setModel(under.library().project().id, "/models/own.gguf", {});
    under.library().noteProjects();
    EXPECT_EQ(label->text(), QStringLiteral("own.gguf"));
    EXPECT_TRUE(label->toolTip().contains(QStringLiteral("/models/own.gguf")));
    under.library().openProject({});
    EXPECT_EQ(label->text(), QString());
}

TEST(DesktopPanels, TheLineBelowTheQuestionSaysWhatIsReadAndWhatIsNot) {
    DesktopUnderTest under;
    under.desktop().settings().set(Setting::hasSeenFirstRun, true);
    under.window().resize(1280, 800);
    under.desktop().show({});
    test::fillProject(under.library(), under.folder());
    EXPECT_EQ(under.find<QLabel>("scopeLabel")->text(),
              QStringLiteral("Reads 4 of 6 sources, 1 could not be read, 1 not encoded yet · "
                             "26,176 tokens"));
}

// Counts how often a widget is painted.
class PaintCounter : public QObject {
  public:
    explicit PaintCounter(QWidget* widget) { widget->installEventFilter(this); }
    bool eventFilter(QObject*, QEvent* event) override {
        count += event->type() == QEvent::Paint ? 1 : 0;
        return false;
    }
    int count = 0;
};

TEST(DesktopPanels, AModelThatCannotBeOpenedIsANoticeUnderTheChatThatIsShown) {
    DesktopUnderTest under;
    under.desktop().settings().set(Setting::hasSeenFirstRun, true);
    under.window().resize(1280, 800);
    under.desktop().show({});
    auto* edit = under.find<QPlainTextEdit>("questionEdit");
    EXPECT_EQ(edit->placeholderText(), QStringLiteral("You can ask once a project is open"));
    under.library().openConversation(test::fillProject(under.library(), under.folder()));
    QTest::qWait(50);
    PaintCounter paints(edit->viewport());
    EngineBridge& bridge = under.desktop().bridge();
    emit bridge.projectFailed(QStringLiteral(
        "device cuda: this machine has no NVIDIA driver; install one, or use --device cpu"));
    auto* notice = under.find<NoticeBar>("chatNoticeBar");
    auto* button = notice->findChild<QPushButton*>(QStringLiteral("noticeButton"));
    EXPECT_TRUE(notice->isVisible());
    EXPECT_TRUE(notice->text().contains(QStringLiteral("no NVIDIA driver")));
    EXPECT_FALSE(notice->text().contains(QStringLiteral("--device")));
    EXPECT_EQ(edit->placeholderText(), QStringLiteral("The project's model is not open"));
    EXPECT_TRUE(under.wait([&] { return paints.count > 0; }, 2)) << "the new words are seen";
    under.picture(QStringLiteral("model-problem"));
    QTest::mouseClick(button, Qt::LeftButton);
    ASSERT_TRUE(under.find<QDialog>("settingsDialog")->isVisible());
    under.find<QDialog>("settingsDialog")->close();

    emit bridge.projectFailed(QStringLiteral("the model x is not on this machine"));
    QTest::mouseClick(button, Qt::LeftButton);
    ASSERT_TRUE(under.find<QDialog>("modelsDialog")->isVisible());
    under.find<QDialog>("modelsDialog")->close();
    emit bridge.projectReady();
    EXPECT_FALSE(notice->isVisible());
    EXPECT_EQ(edit->placeholderText(), QStringLiteral("Ask about your sources"));
}

TEST(DesktopPanels, TheTextGrowsFromTheSizeThatIsShown) {
    DesktopUnderTest under;
    under.desktop().settings().set(Setting::hasSeenFirstRun, true);
    under.desktop().show({});
    under.window().findChild<QAction*>(QStringLiteral("settingsAction"))->trigger();
    auto* points = under.find<QSpinBox>("fontPointsSpinBox");
    const int before = QApplication::font().pointSize();
    points->stepUp();
    EXPECT_EQ(QApplication::font().pointSize(), before + 1);
    points->setValue(points->minimum());
    EXPECT_EQ(under.desktop().settings().number(Setting::fontPoints), 0);
    EXPECT_EQ(QApplication::font().pointSize(), before);
    under.desktop().settings().set(Setting::fontPoints, 1);  // as a file could say
    EXPECT_EQ(QApplication::font().pointSize(), kSmallestPoints);
    under.desktop().settings().reset(SettingsPage::general);
}

TEST(DesktopPanels, TheMemoryPanelShowsBlocksInHostMemoryByThemselves) {
    DesktopUnderTest under;
    under.desktop().settings().set(Setting::hasSeenFirstRun, true);
    under.desktop().show({});
    ProjectLayout layout;
    layout.device = "cuda:0";
    layout.weightBytes = 16'000'000'000;
    layout.kvBytes = 7'000'000'000;
    layout.hostKvBytes = 9'600'000'000;
    EngineBridge& bridge = under.desktop().bridge();
    emit bridge.layoutChanged(layout);
    EXPECT_EQ(under.find<QGroupBox>("deviceGroup0")->title(), deviceText("cuda:0"));
    EXPECT_EQ(under.find<QLabel>("deviceLabel0")->text(),
              QStringLiteral("16.0 GB model weights \u00b7 7.0 GB KV cache"));
    EXPECT_EQ(under.find<QGroupBox>("deviceGroup1")->title(), deviceText("cpu"));
    EXPECT_EQ(under.find<QLabel>("deviceLabel1")->text(), QStringLiteral("9.6 GB KV cache"));

    layout.hostKvBytes = 0;
    emit bridge.layoutChanged(layout);
    EXPECT_EQ(under.find<QLabel>("deviceLabel0")->text(),
              QStringLiteral("16.0 GB model weights \u00b7 7.0 GB KV cache"));
    EXPECT_EQ(under.window().findChild<QGroupBox*>(QStringLiteral("deviceGroup1")), nullptr);
}

class DesktopPanelsWithEngine : public testing::Test {
  protected:
    static std::filesystem::path makeModel(const test::TempDir& folder) {
        test::writeTinyModel(folder / "tiny.gguf");
        return folder / "tiny.gguf";
    }
    void encode() {
        Settings& settings = under.desktop().settings();
        settings.set(Setting::hasSeenFirstRun, true);
        settings.set(Setting::maxTokens, 24);
        settings.set(Setting::lastProject, QStringLiteral("Notes"));
        test::writeFile(under.folder() / "plan.txt", "The ferry leaves at nine from pier four.\n");
        under.library().projects().create("Notes", "tiny", {});
        under.window().resize(1280, 800);
        under.desktop().show({});
        QSignalSpy loaded(&under.desktop().bridge(), &EngineBridge::blocksLoaded);
        ASSERT_TRUE(under.wait([&] { return loaded.count() == 1 && isIdle(); }));
        IngestOptions options;
        options.paths = {under.folder() / "plan.txt"};
        under.desktop().bridge().ingest(options);
        ASSERT_TRUE(under.wait([&] { return isIdle(); })) << test::messagesShown();
        ASSERT_TRUE(waitForLayout());
    }
    // Asks for the layout, which comes after all that was asked for before.
    bool waitForLayout() {
        bool isThere = false;
        const auto connection =
            QObject::connect(&under.desktop().bridge(), &EngineBridge::layoutChanged,
                             [&isThere](const ProjectLayout&) { isThere = true; });
        under.desktop().bridge().noteCache();
        const bool isInTime = under.wait([&isThere] { return isThere; });
        QObject::disconnect(connection);
        return isInTime;
    }
    bool isIdle() { return !under.desktop().bridge().isWorking(); }
    void ask() {
        auto* edit = under.find<QPlainTextEdit>("questionEdit");
        edit->setPlainText(QStringLiteral("When does the ferry leave?"));
        QTest::keyClick(edit, Qt::Key_Return);
    }

    test::TempDir models;
    DesktopUnderTest under{{makeModel(models)}};
};

TEST_F(DesktopPanelsWithEngine, TheHeatStripFollowsTheAnswer) {
    ASSERT_NO_FATAL_FAILURE(encode());
    const auto* strip = under.window().findChild<HeatStrip*>(QStringLiteral("heatStrip"));
    int columns = 0;
    QObject::connect(&under.desktop().bridge(), &EngineBridge::eventsArrived,
                     [&](const std::vector<EngineEvent>& arrived) {
                         for (const EngineEvent& event : arrived)
                             if (const auto* token = std::get_if<TokenDecoded>(&event))
                                 columns += token->blockMass.empty() ? 0 : 1;
                         // Before the answer has ended.
                         if (columns > 0 && under.desktop().bridge().isAnswering()) {
                             EXPECT_EQ(strip->tokens(), columns);
                         }
                     });
    ask();
    ASSERT_TRUE(under.desktop().bridge().isAnswering());
    ASSERT_TRUE(under.wait([&] { return !under.desktop().bridge().isAnswering(); }));
    EXPECT_GT(columns, 1);
    EXPECT_EQ(strip->tokens(), columns);
    EXPECT_GT(strip->massAt(0, 0), 0);
}

TEST_F(DesktopPanelsWithEngine, TheMemoryPanelTellsTheProjectFromTheWholeCache) {
    ASSERT_NO_FATAL_FAILURE(encode());
    ask();
    ASSERT_TRUE(under.wait([&] { return !under.desktop().bridge().isAnswering(); }));
    ASSERT_TRUE(waitForLayout());

    const std::filesystem::path folder = defaultBlockFolder();
    const DiskBlockStore store({.folder = folder, .quota = {}, .onWarning = {}});
    const auto whole = static_cast<std::int64_t>(store.usage().bytes);
    std::vector<BlockKey> keys;
    for (const PlannedBlock& block : under.library().documents().plan(under.library().project().id))
        keys.push_back(block.key);
    const auto own = static_cast<std::int64_t>(store.usage(keys).bytes);
    ASSERT_GT(own, 0);
    EXPECT_GT(whole, own) << "the keys of the chat's turn are kept, too";
    const auto text = [&](const char* name) {
        return under.window().findChild<QLabel*>(QLatin1String(name))->text();
    };
    EXPECT_TRUE(text("cacheLabel").startsWith(bytesText(whole))) << qPrintable(text("cacheLabel"));
    EXPECT_TRUE(text("cacheNoteLabel").contains(bytesText(own)))
        << qPrintable(text("cacheNoteLabel"));
}

}  // namespace
}  // namespace asterism
