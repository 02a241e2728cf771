// Models come from a server on this machine into a folder of the test's own.
#include <gtest/gtest.h>

#include <QAction>
#include <QDialog>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QTreeWidget>

#include "app/fetch/sha256.h"
#include "tests/support/http_server.h"
#include "tests/ui/desktop_fixture.h"
#include "ui/dialogs.h"

namespace asterism::test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSize = 300'000;
constexpr std::size_t kAtATime = 120'000;

std::string sampleContent() {
    std::string content(kSize, '\0');
    for (std::size_t i = 0; i < kSize; ++i) content[i] = static_cast<char>(i * i / 7);
    return content;
}

std::string entry(const std::string& name, const std::string& sha256, const std::string& url) {
    return R"({"name": ")" + name + R"(", "title": "A model", "file": ")" + name +
           R"(.gguf", "bytes": )" + std::to_string(kSize) + R"(, "sha256": ")" + sha256 +
           R"(", "licence": "Apache-2.0", "terms": "https://example.org/terms", "url": ")" + url +
           R"("})";
}

// The server gives a part of the file at a time and is silent then, so that every pause comes at a
// known place.
class ServedModels : public testing::Test {
  protected:
    ServedModels()
        : m_content(sampleContent()),
          m_server(m_content, {.breakAfter = kAtATime, .stalls = true}),
          m_catalogue(Catalogue::parse(
              R"({"default": "good", "models": [)" +
                  entry("good", sha256Of(m_content), m_server.url("/good")) + ", " +
                  entry("damaged", std::string(64, '0'), m_server.url("/damaged")) + "]}",
              "the test's catalogue")),
          under(DesktopSetup{.catalogue = &m_catalogue}) {}

    static std::string sha256Of(std::string_view text) {
        Sha256 hash;
        hash.update(std::as_bytes(std::span(text)));
        return hash.finish();
    }
    void choose(int row) {
        auto* models = under.find<QTreeWidget>("modelsTree");
        models->setCurrentItem(models->topLevelItem(row));
    }
    std::string stateOf(int row) {
        return under.find<QTreeWidget>("modelsTree")->topLevelItem(row)->text(1).toStdString();
    }
    std::string said() { return under.find<QLabel>("downloadLabel")->text().toStdString(); }
    bool waitFor(const std::string& text) {
        return under.wait([&] { return said().find(text) != std::string::npos; }, 10);
    }
    std::string buttonText() {
        return under.find<QPushButton>("getModelButton")->text().toStdString();
    }

    std::string m_content;
    HttpServer m_server;
    Catalogue m_catalogue;
    DesktopUnderTest under;
};

class DesktopModels : public ServedModels {
  protected:
    DesktopModels() {
        under.desktop().settings().set(Setting::hasSeenFirstRun, true);
        under.desktop().show({});
        under.window().findChild<QAction*>(QStringLiteral("modelsAction"))->trigger();
    }
};

TEST_F(DesktopModels, AreFetchedWithProgressPausedAndGoneOnWith) {
    choose(0);
    EXPECT_EQ(stateOf(0), "not here yet");
    EXPECT_FALSE(under.find<QPushButton>("useForNewButton")->isEnabled());
    under.click("getModelButton");
    ASSERT_TRUE(waitFor("Getting good: 40")) << said();
    auto* bar = under.find<QProgressBar>("downloadProgressBar");
    EXPECT_TRUE(bar->isVisible());
    EXPECT_EQ(bar->value(), 400);
    under.picture(QStringLiteral("download"), under.find<QDialog>("modelsDialog"));

    EXPECT_EQ(buttonText(), "Pause");
    under.click("getModelButton");
    ASSERT_TRUE(waitFor("Paused")) << said();
    EXPECT_EQ(buttonText(), "Resume");
    under.click("getModelButton");
    ASSERT_TRUE(waitFor("Getting good: 80")) << said();
    // Closing the dialog pauses as well, and a restart forgets nothing.
    under.restart();
    under.desktop().show({});
    under.window().findChild<QAction*>(QStringLiteral("modelsAction"))->trigger();
    choose(0);
    EXPECT_EQ(buttonText(), "Resume");
    under.click("getModelButton");
    ASSERT_TRUE(waitFor("its checksum is right")) << said();
    EXPECT_EQ(m_server.ranges(), (std::vector<std::string>{"", "bytes=120000-", "bytes=240000-"}));
    EXPECT_EQ(readFile(under.folder() / "models/good.gguf"), m_content);
    EXPECT_EQ(stateOf(0), "on this machine");
    EXPECT_TRUE(under.find<QPushButton>("useForNewButton")->isEnabled());
}

TEST_F(DesktopModels, ADamagedOneIsThrownAwayAndTheReasonShown) {
    choose(1);
    under.click("getModelButton");
    ASSERT_TRUE(waitFor("Getting damaged: 40"));
    under.click("getModelButton");
    ASSERT_TRUE(waitFor("Paused"));
    under.click("getModelButton");
    ASSERT_TRUE(waitFor("Getting damaged: 80"));
    under.click("getModelButton");
    ASSERT_TRUE(waitFor("Paused"));
    under.click("getModelButton");
    ASSERT_TRUE(waitFor("it was thrown away, pull again")) << said();
    EXPECT_EQ(stateOf(1), "not here yet");
    EXPECT_EQ(buttonText(), "Get") << "it starts from the beginning";
    EXPECT_FALSE(fs::exists(under.folder() / "models/damaged.gguf"));
    EXPECT_FALSE(fs::exists(under.folder() / "models/damaged.gguf.part"));
}

class DesktopFirstRun : public ServedModels {
  protected:
    std::string chosen() {
        const auto* models = under.find<QTreeWidget>("modelsTree");
        return models->currentItem()->data(0, Qt::UserRole).toString().toStdString();
    }
    std::string modelOfNewProjects() {
        return under.desktop().settings().text(Setting::defaultModel).toStdString();
    }
    void keep(const std::string& file) {
        fs::create_directories(under.folder() / "models");
        writeFile(under.folder() / file, m_content);
    }
    static bool isOpen() {
        const QWidget* dialog = findWidget(QStringLiteral("firstRunDialog"));
        return dialog && dialog->isVisible();
    }
};

TEST_F(DesktopFirstRun, AModelThatIsHereIsChosenWhereTheDefaultIsNot) {
    keep("models/damaged.gguf");
    under.desktop().show({});
    EXPECT_EQ(chosen(), "damaged");
    ASSERT_TRUE(under.find<QPushButton>("nextButton")->isEnabled());
    under.click("nextButton");
    EXPECT_EQ(modelOfNewProjects(), "damaged");
}

TEST_F(DesktopFirstRun, AFileThatIsAddedIsChosen) {
    keep("models/good.gguf");
    keep("own.gguf");
    const std::string own = (under.folder() / "own.gguf").string();
    under.desktop().show({});
    EXPECT_EQ(chosen(), "good");
    dialogs::answerPickers({QString::fromStdString(own)});
    under.click("addModelButton");
    EXPECT_EQ(chosen(), own);
    under.picture(QStringLiteral("first-run-own-model"), under.find<QDialog>("firstRunDialog"));
    under.click("nextButton");
    EXPECT_EQ(modelOfNewProjects(), own);
}

TEST_F(DesktopFirstRun, ClosingAsksBeforeItEndsADownload) {
    under.desktop().show({});
    choose(0);
    under.click("getModelButton");
    ASSERT_TRUE(waitFor("Getting good: 40")) << said();
    for (int step = 0; step < 3; ++step) under.click("skipButton");
    EXPECT_TRUE(isOpen());
    EXPECT_NE(messagesShown().find("Stop getting good?"), std::string::npos) << messagesShown();
    under.click("cancelButton");
    EXPECT_TRUE(isOpen());
    EXPECT_EQ(buttonText(), "Pause") << "it goes on";
    under.click("skipButton");
    under.click("actionButton");
    EXPECT_TRUE(under.wait([] { return !isOpen(); }, 10));
    EXPECT_TRUE(under.desktop().settings().isOn(Setting::hasSeenFirstRun));
}

}  // namespace
}  // namespace asterism::test
