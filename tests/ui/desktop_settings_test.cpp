// Settings take effect when they are changed, where they are said to.
#include <gtest/gtest.h>

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSpinBox>
#include <QTest>

#include "storage/cache_settings.h"
#include "tests/ui/desktop_flow.h"
#include "ui/dialogs.h"

namespace asterism::test {
namespace {

class DesktopSettings : public DesktopFlow {
  protected:
    void openSettings(int page) const {
        trigger("settingsAction");
        under->find<QListWidget>("settingsPagesList")->setCurrentRow(page);
    }
    void closeSettings() const { under->find<QDialog>("settingsDialog")->close(); }
    // As from the keyboard: a combo box tells only what a person chose.
    void choose(const char* name, int row) const {
        auto* box = under->find<QComboBox>(name);
        box->setFocus();
        while (box->currentIndex() < row) QTest::keyClick(box, Qt::Key_Down);
        while (box->currentIndex() > row) QTest::keyClick(box, Qt::Key_Up);
    }
    MessageRecord answer() const {
        ChatStore& chats = under->library().chats();
        return *chats.message(chats.find(under->library().conversation())->leafMessage);
    }
    int tokensOfAnswer(const char* question) const {
        int tokens = 0;
        const auto count =
            QObject::connect(&under->desktop().bridge(), &EngineBridge::eventsArrived,
                             [&](const std::vector<EngineEvent>& events) {
                                 for (const EngineEvent& event : events)
                                     tokens += std::holds_alternative<TokenDecoded>(event);
                             });
        askAndWait(QString::fromLatin1(question));
        QObject::disconnect(count);
        return tokens;
    }
    static bool isDark() { return QApplication::palette().color(QPalette::Base).lightness() < 128; }
};

TEST_F(DesktopSettings, ThemeTextSizeAndLanguageChangeTheWindow) {
    startTiny();
    openSettings(0);
    choose("themeComboBox", 1);
    EXPECT_FALSE(isDark());
    choose("themeComboBox", 2);
    EXPECT_TRUE(isDark());

    // Text keeps its proportions: small print, headings and the chat grow together.
    const auto heightOf = [&](const char* name) {
        return under->find<QWidget>(name)->fontMetrics().height();
    };
    under->find<QSpinBox>("fontPointsSpinBox")->setValue(10);
    QTest::qWait(20);
    const int small = heightOf("scopeLabel");
    const int title = heightOf("emptyStateTitleLabel");
    const int question = heightOf("questionEdit");
    const int source = heightOf("sourceTextView");
    under->find<QSpinBox>("fontPointsSpinBox")->setValue(20);
    QTest::qWait(20);
    EXPECT_EQ(QApplication::font().pointSize(), 20);
    EXPECT_NEAR(heightOf("questionEdit"), 2 * question, 3);
    EXPECT_NEAR(heightOf("scopeLabel"), 2 * small, 3);
    EXPECT_NEAR(heightOf("sourceTextView"), 2 * source, 3);
    EXPECT_NEAR(heightOf("emptyStateTitleLabel"), 2 * title, 3);

    choose("languageComboBox", 2);
    const auto command = [&] {
        return under->window().findChild<QAction*>(QStringLiteral("settingsAction"))->text();
    };
    EXPECT_TRUE(under->wait([&] { return command().contains(QStringLiteral("Einstellungen")); }, 5))
        << command().toStdString();
    EXPECT_TRUE(under->window().isVisible());

    openSettings(0);
    under->click("resetPageButton");
    EXPECT_EQ(under->desktop().settings().number(Setting::fontPoints), 0);
}

TEST_F(DesktopSettings, LengthRoomAndChanceHoldFromTheNextAnswerOn) {
    startTiny();
    write("plan.txt", "The ferry leaves at nine from pier four.\n");
    ASSERT_NO_FATAL_FAILURE(encodeNotes());
    EXPECT_EQ(tokensOfAnswer("When?"), 16);
    openSettings(3);
    under->find<QSpinBox>("maxTokensSpinBox")->setValue(24);
    under->find<QSpinBox>("roomSpinBox")->setValue(512);
    closeSettings();
    EXPECT_EQ(tokensOfAnswer("When?"), 24);
    EXPECT_EQ(answer().end, MessageEnd::maxTokens);
    EXPECT_TRUE(lastOf<QLabel>("figuresLabel")
                    ->text()
                    .contains(QStringLiteral("ended at the longest answer allowed")));

    const auto room = [&] {
        return under->library().chats().find(under->library().conversation())->room;
    };
    EXPECT_EQ(room(), 2048) << "a chat keeps its room";
    trigger("newChatAction");
    askAndWait(QStringLiteral("When?"));
    EXPECT_EQ(room(), 512);

    const std::string likeliest = answer().text;
    trigger("newChatAction");
    askAndWait(QStringLiteral("When?"));
    EXPECT_EQ(answer().text, likeliest) << "no chance yet";
    openSettings(3);
    under->find<QDoubleSpinBox>("temperatureSpinBox")->setValue(2);
    closeSettings();
    trigger("newChatAction");
    askAndWait(QStringLiteral("When?"));
    EXPECT_NE(answer().text, likeliest);
}

TEST_F(DesktopSettings, ThreadsOpenTheModelAgain) {
    startTiny();
    write("plan.txt", "The ferry leaves at nine from pier four.\n");
    ASSERT_NO_FATAL_FAILURE(encodeNotes());
    int opened = 0;
    QObject::connect(&under->desktop().bridge(), &EngineBridge::projectReady, [&] { ++opened; });
    openSettings(1);
    under->find<QSpinBox>("threadsSpinBox")->setValue(1);
    ASSERT_TRUE(under->wait([&] { return opened == 1 && allReady(); }));
    closeSettings();
    ASSERT_NO_FATAL_FAILURE(askAndWait(QStringLiteral("When?")));
    EXPECT_EQ(answer().blocksEncoded, 0) << "what was encoded is found again";
}

TEST_F(DesktopSettings, QuotaAndKindOfNewProjectsHoldFromTheNextProjectOn) {
    startTiny();
    openSettings(2);
    ASSERT_TRUE(under->wait([&] {
        return under->find<QLabel>("cacheUsageLabel")->text().contains(QStringLiteral("block"));
    }));
    under->find<QDoubleSpinBox>("quotaSpinBox")->setValue(1.5);
    choose("kvTypeComboBox", 1);
    const int usual = static_cast<int>(ProjectSettings().blockTokens);
    EXPECT_GE(under->find<QComboBox>("blockTokensComboBox")->findData(usual), 0);
    choose("blockTokensComboBox", 1);
    closeSettings();
    EXPECT_EQ(keptQuota(defaultBlockFolder()), 1'500'000'000U);
    write("plan.txt", "The ferry leaves at nine from pier four.\n");
    ASSERT_NO_FATAL_FAILURE(openPreflight());
    EXPECT_TRUE(
        under->find<QLabel>("costsLabel")->text().contains(QStringLiteral("1.5 GB allowed")))
        << under->find<QLabel>("costsLabel")->text().toStdString();
    EXPECT_EQ(under->find<QComboBox>("blockComboBox")->currentData().toInt(), 4096);
    EXPECT_GE(under->find<QComboBox>("blockComboBox")->findData(usual), 0);
    EXPECT_TRUE(
        under->find<QLabel>("shorterBlocksLabel")->text().contains(QStringLiteral("2,048 tokens")))
        << "half of the model's window";
    under->click("encodeButton");
    ASSERT_TRUE(under->wait([&] { return allReady(); })) << messagesShown();
    EXPECT_EQ(under->library().project().settings.kv, KvType::bf16);
    EXPECT_EQ(under->library().project().settings.blockTokens, 4096);
}

TEST_F(DesktopSettings, AnotherCacheFolderIsSaidToBeUsedFromTheNextStartOn) {
    startTiny();
    const std::filesystem::path other = under->folder() / "other cache";
    std::filesystem::create_directories(other);
    dialogs::answerPickers({QString::fromStdString(other.string())});
    const auto label = [&] { return under->find<QLabel>("cacheFolderLabel")->text(); };
    openSettings(2);
    under->click("moveCacheButton");
    EXPECT_TRUE(label().endsWith(QStringLiteral("(from the next start on)")));
    closeSettings();
    openSettings(2);
    EXPECT_TRUE(label().endsWith(QStringLiteral("(from the next start on)")));
    closeSettings();
    under->restart();
    under->desktop().show({});
    openSettings(2);
    EXPECT_EQ(label(), QString::fromStdString(other.string()));
}

TEST_F(DesktopSettings, ChangesOfFilesAreNoticedOnlyWhileThatIsOn) {
    startTiny();
    write("plan.txt", "The ferry leaves at nine from pier four.\n");
    ASSERT_NO_FATAL_FAILURE(encodeNotes());
    openSettings(2);
    QTest::mouseClick(under->find<QCheckBox>("watchCheckBox"), Qt::LeftButton);
    closeSettings();
    ASSERT_FALSE(under->desktop().settings().isOn(Setting::watchesSources));
    write("plan.txt", "The ferry leaves at ten from pier seven.\n");
    EXPECT_FALSE(QTest::qWaitFor([&] { return figures().changed > 0; }, 1500));
    under->desktop().settings().set(Setting::watchesSources, true);
    write("plan.txt", "The ferry leaves at eleven, pier six, in the rain.\n");
    EXPECT_TRUE(under->wait([&] { return figures().changed == 1; }, 15));
}

}  // namespace
}  // namespace asterism::test
