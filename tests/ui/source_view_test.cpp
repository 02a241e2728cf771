#include <gtest/gtest.h>

#include <QLabel>
#include <QTest>
#include <QToolButton>

#include "tests/support/test_files.h"
#include "tests/ui/filled_project.h"
#include "ui/panels/source_view_panel.h"
#include "ui/source/numbered_text_view.h"
#include "ui/source/passage_finder.h"
#include "ui/source/pdf_page_view.h"
#include "ui/source/reading_view.h"

namespace asterism {
namespace {

TEST(Passages, AreFoundThroughOtherLineEndsAndHyphens) {
    const QString page = QStringLiteral("Some long exam\uFFFE\nple of a page\nwith lines.");
    const TextStretch found = findPassage(page, QStringLiteral("example of a page with"));
    ASSERT_FALSE(found.isEmpty());
    EXPECT_EQ(page.mid(found.begin, found.end - found.begin),
              QStringLiteral("exam\uFFFE\nple of a page\nwith"));
}

TEST(Passages, ThatGoOnOnTheNextPageAreMarkedToTheEnd) {
    const QString page =
        QStringLiteral("Top. The passage that begins on this page and then it ends");
    const QString passage =
        QStringLiteral("The passage that begins on this page and then it ends on the next one.");
    const TextStretch found = findPassage(page, passage);
    ASSERT_FALSE(found.isEmpty());
    EXPECT_EQ(found.begin, 5);
    EXPECT_EQ(found.end, page.size());
}

TEST(Passages, ThatAreNotThereAreNotFound) {
    EXPECT_TRUE(findPassage(QStringLiteral("abc"), QStringLiteral("xyz")).isEmpty());
    EXPECT_TRUE(findPassage(QStringLiteral("abc"), QStringLiteral("  ")).isEmpty());
    EXPECT_TRUE(findPassage({}, QStringLiteral("abc")).isEmpty());
}

TEST(PdfPages, ShowTheirPassageByItsCharacterBoxes) {
    PdfPageView view(nullptr);
    view.resize(600, 700);
    view.show();
    ASSERT_TRUE(
        view.open(QString::fromStdString(test::dataFile("documents/two_pages.pdf").string())));
    EXPECT_EQ(view.pageCount(), 2);
    bool isDrawn = false;
    QObject::connect(&view, &PdfPageView::pageDrawn, [&] { isDrawn = true; });
    view.showPage(2);
    EXPECT_TRUE(QTest::qWaitFor([&] { return isDrawn; }, 10'000));
    EXPECT_FALSE(view.mark(1, QStringLiteral("words that are on no page")));
    EXPECT_FALSE(view.open(QStringLiteral("/nonexistent.pdf")));
    EXPECT_TRUE(view.error().contains(QStringLiteral("/nonexistent.pdf")));
}

class SourceViewTest : public testing::Test {
  protected:
    SourceViewTest() {
        chat = test::fillProject(library, folder.path());
        citations = library.chats().citations(library.chats().find(chat)->leafMessage);
        panel.resize(500, 600);
        panel.show();
    }

    test::TempDir folder;
    Library library{test::inMemory()};
    SourceViewPanel panel{library};
    std::int64_t chat = 0;
    std::vector<CitationRecord> citations;
};

TEST_F(SourceViewTest, CodeIsShownWithItsPassageMarked) {
    panel.showCitation(citations.at(1));
    auto* text = panel.findChild<NumberedTextView*>(QStringLiteral("sourceTextView"));
    EXPECT_TRUE(text->isVisible());
    EXPECT_EQ(text->markedText().toStdString(), citations.at(1).quote);
}

TEST_F(SourceViewTest, MarkdownIsShownAsItIsReadAndAsItWasExtracted) {
    panel.showCitation(citations.at(0));
    auto* reading = panel.findChild<ReadingView*>(QStringLiteral("readingView"));
    EXPECT_TRUE(reading->isVisible());
    ASSERT_EQ(reading->extraSelections().size(), 1);
    EXPECT_EQ(reading->extraSelections().first().cursor.selectedText().toStdString(),
              citations.at(0).quote);
    QTest::mouseClick(panel.findChild<QToolButton*>(QStringLiteral("extractedButton")),
                      Qt::LeftButton);
    auto* text = panel.findChild<NumberedTextView*>(QStringLiteral("sourceTextView"));
    EXPECT_TRUE(text->isVisible());
    EXPECT_EQ(text->markedText().toStdString(), citations.at(0).quote);
}

TEST_F(SourceViewTest, ASourceThatIsGoneLeavesItsQuote) {
    CitationRecord gone = citations.at(0);
    gone.document = "gone.md";
    panel.showCitation(gone);
    auto* notice = panel.findChild<QLabel*>(QStringLiteral("noticeLabel"));
    EXPECT_TRUE(notice->text().contains(QStringLiteral("gone.md")));
    EXPECT_TRUE(notice->text().contains(QString::fromStdString(gone.quote)));
}

}  // namespace
}  // namespace asterism
