// The window never waits for the engine: measured while a real one encodes and answers, with the
// panels that show its events in view.
#include <unistd.h>

#include <iostream>

#include <gtest/gtest.h>

#include <QAction>
#include <QDockWidget>
#include <QTest>

#include "tests/ui/desktop_flow.h"
#include "tests/ui/event_loop_watch.h"
#include "tests/ui/thread_clock.h"

namespace asterism::test {
namespace {

constexpr double kLongestMs = 50;

TEST(EventLoopWatch, SeesWorkAndWaiting) {
    const auto longest = [](const std::function<void()>& block) {
        EventLoopWatch watch;
        QTest::qWait(20);
        EXPECT_LT(watch.longestMs(), kLongestMs);
        QTimer::singleShot(0, block);
        QTest::qWait(200);
        return watch.longestMs();
    };
    EXPECT_GE(longest([] { ::usleep(80'000); }), 80);
    EXPECT_GE(longest([] {
                  const double begin = threadSeconds();
                  while (threadSeconds() < begin + 0.08) {
                  }
              }),
              80);
}

class DesktopLatency : public DesktopFlow {
  protected:
    void showPanel(const char* name) const {
        auto* dock = under->window().findChild<QDockWidget*>(QLatin1String(name));
        dock->show();
        dock->raise();
        QTest::qWait(300);  // its first layout is no work of the engine's
    }
    static void expectQuick(const EventLoopWatch& watch, const char* what) {
        std::cout << what << ": longest " << watch.longestMs() << " ms, with other programs "
                  << watch.longestByTheClockMs() << " ms, " << watch.rounds() << " rounds"
                  << std::endl;
        EXPECT_LT(watch.longestMs(), kLongestMs) << "while " << what;
        EXPECT_GT(watch.rounds(), 50) << "while " << what;
    }
};

TEST_F(DesktopLatency, TheWindowNeverWaitsForTheEngine) {
    ASTERISM_MODEL_OR_SKIP(model, kSmallModelFile);
    start(model);
    std::string text;
    for (int line = 0; line < 120; ++line)
        text += "The harbour was quiet that morning and nothing of note was written down.\n\n";
    write("harbour.txt", text);
    Settings& settings = under->desktop().settings();
    settings.set(Setting::hasSeenFirstRun, true);
    settings.set(Setting::blockTokens, 256);
    settings.set(Setting::maxTokens, 100);
    under->window().resize(1400, 900);
    under->desktop().show({});
    showPanel("blocksDock");
    ASSERT_NO_FATAL_FAILURE(openPreflight());
    int blocks = 0;
    int batches = 0;
    double lastEnd = 0;
    QObject::connect(&under->desktop().bridge(), &EngineBridge::eventsArrived,
                     [&](const std::vector<EngineEvent>& events) {
                         ++batches;
                         for (const EngineEvent& event : events) {
                             const auto* block = std::get_if<BlockEncoded>(&event);
                             if (!block) continue;
                             ++blocks;
                             EXPECT_GE(block->beginSeconds, lastEnd) << "one after the other";
                             lastEnd = block->beginSeconds + block->seconds;
                         }
                     });
    under->click("encodeButton");
    EventLoopWatch watch;
    ASSERT_TRUE(under->wait([&] { return allReady(); }, 120)) << messagesShown();
    expectQuick(watch, "encoding");
    EXPECT_GE(blocks, 6);
    EXPECT_GE(batches, 6) << "blocks are shown as they come";

    showPanel("timelineDock");
    int texts = 0;
    QObject::connect(&under->desktop().bridge(), &EngineBridge::answerText, [&] { ++texts; });
    watch.restart();
    ASSERT_NO_FATAL_FAILURE(askAndWait(QStringLiteral("Describe the harbour at length.")));
    expectQuick(watch, "streaming");
    EXPECT_GE(texts, 10) << "words are shown as they come";
}

}  // namespace
}  // namespace asterism::test
