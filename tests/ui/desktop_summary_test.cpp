// Summaries of single documents and of all of them, in their dialog.
#include <set>

#include <gtest/gtest.h>

#include <QAbstractButton>
#include <QDialog>
#include <QLabel>
#include <QListWidget>
#include <QTextBrowser>

#include "tests/ui/desktop_flow.h"

namespace asterism::test {
namespace {

class DesktopSummaries : public DesktopFlow {
  protected:
    QListWidget* documents() const { return under->find<QListWidget>("summaryDocumentsList"); }
    QString shownFor(int row) const {
        documents()->setCurrentRow(row);
        return under->find<QTextEdit>("summaryView")->toPlainText();
    }
    QString state() const { return under->find<QLabel>("summaryStateLabel")->text(); }
    bool isRunning() const {
        return under->find<QAbstractButton>("summarizeButton")->text() == QLatin1String("Stop");
    }
};

TEST_F(DesktopSummaries, AppearOneByOneThenOverAllAndAreKept) {
    startTiny();
    for (const char* name : {"a.txt", "b.txt", "c.txt"})
        write(name, std::string("All about ") + name + ".\n");
    ASSERT_NO_FATAL_FAILURE(encodeNotes());
    trigger("summarizeAction");
    ASSERT_EQ(documents()->count(), 4) << "all of them, and each";
    const QString none = shownFor(0);
    documents()->item(3)->setCheckState(Qt::Unchecked);

    std::vector<std::string> appeared;
    QObject::connect(&under->desktop().bridge(), &EngineBridge::summaryMade,
                     [&](const DocumentSummary& summary) {
                         appeared.push_back(summary.document);
                         EXPECT_EQ(shownFor(0), none) << "the whole comes last";
                     });
    under->click("summarizeButton");
    ASSERT_TRUE(isRunning());
    ASSERT_TRUE(under->wait([&] { return !isRunning(); })) << messagesShown();
    EXPECT_EQ(appeared, (std::vector<std::string>{"a.txt", "b.txt"}));
    EXPECT_EQ(state(), QStringLiteral("Done. The summaries are kept in the project."));
    std::vector<QString> texts;
    for (int row = 0; row < 4; ++row) texts.push_back(shownFor(row));
    for (int row = 0; row < 3; ++row) EXPECT_NE(texts[static_cast<std::size_t>(row)], none) << row;
    EXPECT_EQ(texts[3], none) << "it was not ticked";

    under->restart();
    under->desktop().show({});
    ASSERT_TRUE(under->wait([&] { return allReady(); }));
    trigger("summarizeAction");
    for (int row = 0; row < 4; ++row)
        EXPECT_EQ(shownFor(row), texts[static_cast<std::size_t>(row)]) << row;
    // What was made of the same text is not made again.
    documents()->item(3)->setCheckState(Qt::Unchecked);
    int words = 0;
    QObject::connect(&under->desktop().bridge(), &EngineBridge::eventsArrived,
                     [&](const std::vector<EngineEvent>& events) {
                         for (const EngineEvent& event : events)
                             words += std::holds_alternative<TokenDecoded>(event);
                     });
    under->click("summarizeButton");
    ASSERT_TRUE(under->wait([&] { return !isRunning(); }));
    EXPECT_EQ(words, 0);
}

TEST_F(DesktopSummaries, StopKeepsTheFinishedOnes) {
    startTiny();
    for (int i = 0; i < 12; ++i)
        write(("text" + std::to_string(i) + ".txt").c_str(), "Of little matter.\n");
    ASSERT_NO_FATAL_FAILURE(encodeNotes());
    trigger("summarizeAction");
    const QString none = shownFor(0);
    int made = 0;
    QObject::connect(&under->desktop().bridge(), &EngineBridge::summaryMade, [&] {
        if (++made == 1) under->click("summarizeButton");
    });
    under->click("summarizeButton");
    ASSERT_TRUE(under->wait([&] { return made > 0 && !isRunning(); })) << messagesShown();
    EXPECT_LT(made, 12);
    EXPECT_EQ(state(), QStringLiteral("Stopped. Finished summaries are kept."));
    EXPECT_NE(shownFor(1), none);
    EXPECT_EQ(shownFor(0), none);
}

}  // namespace
}  // namespace asterism::test
