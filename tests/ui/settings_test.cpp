#include "ui/settings.h"

#include <gtest/gtest.h>

#include <QAction>
#include <QWidget>

#include "tests/support/test_files.h"
#include "ui/commands.h"
#include "ui/progress_meter.h"

namespace asterism {
namespace {

class SettingsTest : public testing::Test {
  protected:
    test::TempDir folder;
    QString file = QString::fromStdString((folder / "desktop.ini").string());
};

TEST_F(SettingsTest, TheTableIsInTheOrderOfTheEnum) {
    for (std::size_t i = 0; i < Settings::table().size(); ++i)
        EXPECT_EQ(static_cast<std::size_t>(Settings::table()[i].setting), i);
}

TEST_F(SettingsTest, WhatIsSetIsKeptAndTold) {
    std::vector<Setting> told;
    {
        Settings settings(file);
        QObject::connect(&settings, &Settings::changed,
                         [&](Setting setting) { told.push_back(setting); });
        settings.set(Setting::maxTokens, 99);
        settings.set(Setting::maxTokens, 99);
    }
    EXPECT_EQ(told, std::vector<Setting>{Setting::maxTokens});
    Settings again(file);
    EXPECT_EQ(again.number(Setting::maxTokens), 99);
    again.reset(SettingsPage::answers);
    EXPECT_EQ(again.number(Setting::maxTokens), 512);
}

TEST_F(SettingsTest, AValueOfAnotherTypeCountsAsNotSet) {
    test::writeFile(folder / "desktop.ini", "[General]\nmax_tokens=many\n");
    EXPECT_EQ(Settings(file).number(Setting::maxTokens), 512);
}

TEST_F(SettingsTest, KeysCanBeChangedAndReset) {
    Settings settings(file);
    QWidget window;
    CommandSet commands(settings, &window);
    const QAction* newChat = commands.action(Command::newChat);
    EXPECT_EQ(newChat->shortcut(), QKeySequence(QStringLiteral("Ctrl+N")));
    EXPECT_EQ(commands.action(Command::keys)->shortcuts().size(), 2);
    settings.setKeys(QStringLiteral("newChat"), QStringLiteral("Ctrl+Alt+N"));
    EXPECT_EQ(newChat->shortcut(), QKeySequence(QStringLiteral("Ctrl+Alt+N")));
    settings.resetKeys();
    EXPECT_EQ(newChat->shortcut(), QKeySequence(QStringLiteral("Ctrl+N")));
}

TEST_F(SettingsTest, NoTwoCommandsHaveTheSameKeys) {
    Settings settings(file);
    QWidget window;
    CommandSet commands(settings, &window);
    QList<QKeySequence> seen;
    for (const auto& [command, action] : commands.all())
        for (const QKeySequence& keys : action->shortcuts()) {
            EXPECT_FALSE(seen.contains(keys)) << keys.toString().toStdString();
            seen << keys;
        }
}

TEST(Progress, CountsBlocksAndSaysWhenItEnds) {
    ProgressMeter meter;
    EXPECT_FALSE(meter.take(BlockEncoded{})) << "nothing is being done";
    meter.begin(Activity::Stage::reading);
    EXPECT_TRUE(meter.take(DocumentRead{3, 10, "a.txt"}));
    EXPECT_EQ(meter.activity().done, 3);
    EncodingStarted started;
    started.contextTokens = 300;
    started.blocks = {{0, 100}, {100, 200}, {200, 300}};
    EXPECT_TRUE(meter.take(started));
    EXPECT_EQ(meter.activity().stage, Activity::Stage::encoding);
    EXPECT_EQ(meter.activity().total, 3);
    BlockEncoded restored;
    restored.tokens = {0, 100};
    restored.isRestored = true;
    meter.take(restored);
    EXPECT_EQ(meter.activity().tokensPerSecond, 0);
    BlockEncoded encoded;
    encoded.tokens = {100, 200};
    meter.take(encoded);
    EXPECT_EQ(meter.activity().done, 2);
    EXPECT_GT(meter.activity().tokensPerSecond, 0);
    EXPECT_GT(meter.activity().secondsLeft, 0);
    meter.end();
    EXPECT_TRUE(meter.activity().isIdle());
}

TEST(Progress, ShowsBlocksThatAreEncodedForSomethingElse) {
    EncodingStarted started;
    started.contextTokens = 200;
    started.blocks = {{0, 100}, {100, 200}};
    BlockEncoded restored;
    restored.isRestored = true;
    BlockEncoded encoded;
    encoded.tokens = {100, 200};
    for (const auto stage : {Activity::Stage::idle, Activity::Stage::explaining}) {
        ProgressMeter meter;
        meter.begin(stage);
        EXPECT_FALSE(meter.take(started));
        EXPECT_FALSE(meter.take(restored)) << "that takes no time";
        EXPECT_EQ(meter.activity().stage, stage);
        meter.take(started);
        EXPECT_TRUE(meter.take(encoded));
        EXPECT_EQ(meter.activity().stage, Activity::Stage::encoding);
        EXPECT_EQ(meter.activity().done, 1);
        EXPECT_EQ(meter.activity().total, 2);
        EXPECT_TRUE(meter.take(encoded));
        EXPECT_EQ(meter.activity().stage, stage);
    }
}

}  // namespace
}  // namespace asterism
