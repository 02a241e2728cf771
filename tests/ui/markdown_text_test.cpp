#include "ui/chat/markdown_text.h"

#include <gtest/gtest.h>

#include <QGuiApplication>
#include <QPalette>
#include <QTextBlock>
#include <QTextDocument>
#include <QTextFrame>
#include <QTextList>
#include <QTextTable>

#include "tests/ui/thread_clock.h"

namespace asterism {
namespace {

// Counts what a document wants to load.
class WatchedDocument : public QTextDocument {
  public:
    int loads = 0;

  protected:
    QVariant loadResource(int, const QUrl&) override {
        ++loads;
        return {};
    }
};

class MarkdownText : public testing::Test {
  protected:
    void show(const char* markdown, const std::vector<TextSign>& signs = {}) {
        showMarkdown(document, QString::fromUtf8(markdown), signs, QGuiApplication::palette());
    }
    QStringList anchors() const {
        QStringList list;
        for (QTextBlock block = document.begin(); block.isValid(); block = block.next())
            for (auto it = block.begin(); !it.atEnd(); ++it)
                if (it.fragment().charFormat().isAnchor())
                    list << it.fragment().charFormat().anchorHref();
        return list;
    }

    WatchedDocument document;
};

TEST_F(MarkdownText, ShowsTheUsualParts) {
    show("# Title\n\nSome *text*.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n");
    int headings = 0;
    int items = 0;
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        headings += block.blockFormat().headingLevel() == 1 ? 1 : 0;
        items += block.textList() ? 1 : 0;
    }
    EXPECT_EQ(headings, 1);
    EXPECT_EQ(items, 2);
    int tables = 0;
    for (QTextFrame* frame : document.rootFrame()->childFrames())
        tables += qobject_cast<QTextTable*>(frame) ? 1 : 0;
    EXPECT_EQ(tables, 1);
}

TEST_F(MarkdownText, CodeKeepsItsLinesAndCanBeCopied) {
    const char* text = "Before\n\n```python\nif x:\n\n    y = '<b>'\n```\n\nAfter\n";
    show(text);
    EXPECT_TRUE(document.toPlainText().contains(QStringLiteral("if x:\n\n    y = '<b>'")));
    EXPECT_EQ(anchors(), QStringList{QStringLiteral("copy:0")});
    EXPECT_EQ(codeBlocks(QString::fromUtf8(text)),
              QStringList{QStringLiteral("if x:\n\n    y = '<b>'\n")});
}

TEST_F(MarkdownText, CodeThatIsStillComingIsCode) {
    show("```\nint x = *p;\n");
    EXPECT_TRUE(document.toPlainText().contains(QStringLiteral("int x = *p;")));
}

TEST_F(MarkdownText, NothingIsEverLoaded) {
    show(
        "![a picture](https://example.org/a.png) ![](file:///etc/passwd)\n\n"
        "<img src=\"http://example.org/b.png\"><script>alert(1)</script>");
    document.setTextWidth(400);
    EXPECT_EQ(document.loads, 0);
    EXPECT_TRUE(document.toPlainText().contains(QStringLiteral("<img src=")));
    EXPECT_TRUE(anchors().contains(QStringLiteral("https://example.org/a.png")));
}

TEST_F(MarkdownText, NumbersOfSourcesStandWhereTheyBelong) {
    show("First. Second.", {{TextSign::Kind::citation, 6, 1}, {TextSign::Kind::citation, 14, 2}});
    EXPECT_EQ(anchors(), (QStringList{QStringLiteral("cite:0"), QStringLiteral("cite:1")}));
    const QString text = document.toPlainText();
    EXPECT_LT(text.indexOf(QLatin1Char('1')), text.indexOf(QStringLiteral("Second")));
    EXPECT_GT(text.indexOf(QLatin1Char('2')), text.indexOf(QStringLiteral("Second")));
}

TEST_F(MarkdownText, AQuotationThatIsNotInTheSourcesIsFlagged) {
    show("It says \"so\" there.",
         {{TextSign::Kind::quotationBegin, 8}, {TextSign::Kind::quotationEnd, 12}});
    EXPECT_TRUE(
        document.toPlainText().contains(QStringLiteral("\"so\" [not found in the sources]")));
}

TEST_F(MarkdownText, AnAnswerCannotForgeSigns) {
    show("plain \xEE\x84\x81 text");
    EXPECT_TRUE(anchors().isEmpty());
}

// A stream is shown about 30 times a second; what is on the screen then may be 8,000 letters long.
TEST_F(MarkdownText, ALongAnswerIsShownInAFewMilliseconds) {
    QByteArray text;
    while (text.size() < 8000)
        text += "Some **words** of a `long` answer, line by line.\n\n- item\n\n";
    const double begin = test::threadSeconds();
    for (int i = 0; i < 5; ++i) show(text.constData());
    EXPECT_LT((test::threadSeconds() - begin) / 5, 0.2);
}

}  // namespace
}  // namespace asterism
