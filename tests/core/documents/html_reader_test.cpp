#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "core/documents/reader_list.h"

namespace asterism {

namespace {

ReadText readHtml(std::string_view html) {
    return htmlReader().read(html, {});
}

std::string repeated(std::string_view text, int count) {
    std::string result;
    for (int i = 0; i < count; ++i) result += text;
    return result;
}

}  // namespace

TEST(Html, ReadsWhatAPersonSees) {
    const ReadText read = readHtml(
        "<!doctype html><html><head><title>T</title><style>p{}</style></head><body>"
        "<h1>Main &amp; first</h1><p>One  <b>bold</b>\n word, <a href=x>a link</a>.<br>Next"
        "<script>var hidden;</script></p><h2>Sub</h2><ul><li>a<ul><li>b</ul><li>c</ul>"
        "<pre>x\n  y</pre><img alt='A map'></body></html>");
    EXPECT_EQ(read.text,
              "# Main & first\n\nOne bold word, a link.\nNext\n\n## Sub\n\n- a\n  - b\n- c\n\n"
              "x\n  y\n\n[image: A map]\n");
    ASSERT_EQ(read.marks.size(), 2u);
    EXPECT_EQ(read.marks[1], (Mark{Mark::Kind::heading, read.text.find("## Sub"), 2, "Sub"}));
}

TEST(Html, KeepsRowsOfTablesOnLines) {
    EXPECT_EQ(readHtml("<p>before<table><tr><th>k</th><th>v</th></tr>"
                       "<tr><td><p>a</p></td><td><p>1</p></td></tr><tr><td></td><td>2</td></tr>"
                       "</table>after")
                  .text,
              "before\n\nk | v\na | 1\n| 2\n\nafter\n");
}

TEST(Html, DropsSoftHyphensAndEmptyHeadings) {
    const ReadText read = readHtml("<h1> </h1><p>hy\xC2\xADphen");
    EXPECT_EQ(read.text, "hyphen\n");
    EXPECT_TRUE(read.marks.empty());
}

TEST(Html, FollowsTheEncodingThatThePageStates) {
    const ReadText read =
        readHtml("<html><head><meta charset=\"iso-8859-1\"></head><body>caf\xE9</body></html>");
    EXPECT_EQ(read.text, "café\n");
    EXPECT_TRUE(read.notes.empty());
}

TEST(Html, DoesNotTakeReplacementCharactersOfThePageForDamage) {
    const ReadText read = readHtml("<meta charset=utf-8><p>one \xEF\xBF\xBD two");
    EXPECT_EQ(read.quality, TextQuality::good);
    EXPECT_TRUE(read.notes.empty());
}

TEST(Html, ReadsSelfClosedElementsOfXhtml) {
    EXPECT_EQ(readHtml("<?xml version='1.0'?><html><head><title/></head><body>text<br/>more&nbsp;"
                       "<div/>end</body></html>")
                  .text,
              "text\nmore\xC2\xA0\nend\n");
}

TEST(Html, ReadsTenThousandLevels) {
    const ReadText read = readHtml(repeated("<div>", 10'000) + "deep");
    EXPECT_EQ(read.text, "deep\n");
}

TEST(Html, RefusesNestingThatWouldCostTooMuch) {
    EXPECT_THROW(readHtml(repeated("<div>", 1'000'000) + "deep"), RefusedFile);
    // Each paragraph would open all the unclosed elements anew.
    std::string page;
    for (int i = 0; i < 5'000; ++i) page += "<b x=" + std::to_string(i) + ">";
    EXPECT_THROW(readHtml(page + repeated("<p>x", 100'000)), RefusedFile);
}

TEST(Html, RefusesTagsWithAttributesWithoutEnd) {
    std::string tag = "<a";
    for (int i = 0; i < 100'000; ++i) tag += "/x" + std::to_string(i);
    EXPECT_THROW(readHtml(tag + ">text"), RefusedFile);
    EXPECT_THROW(readHtml(repeated("<a/b=", 100'000)), RefusedFile);
    EXPECT_EQ(readHtml("<a x='1>2' y=\"<b\" z>text</a>").text, "text\n");
}

TEST(Html, RefusesMoreElementsThanAPageHas) {
    const std::pair<const char*, int> pieces[] = {{"<p>x", 1'500'001},
                                                  {"</p>", 3'000'001},
                                                  {"<!>", 3'000'001},
                                                  {"<a b c d e f>x</a>", 450'000}};
    for (const auto& [piece, count] : pieces) {
        try {
            readHtml("text" + repeated(piece, count));
            ADD_FAILURE() << piece;
        } catch (const RefusedFile& refusal) {
            EXPECT_EQ(refusal.cause(), LeftOutCause::unsafe);
            EXPECT_NE(std::string(refusal.what()).find("3000000 elements"), std::string::npos)
                << piece << ": " << refusal.what();
        }
    }
    const ReadText read = readHtml(repeated("<p><b class='n'>x</b>", 100'000));
    EXPECT_EQ(std::count(read.text.begin(), read.text.end(), 'x'), 100'000);
}

TEST(Html, ReadsLongTextInLinearTime) {
    const ReadText read = readHtml(repeated("word &amp; ", 200'000));
    EXPECT_EQ(read.text.size(), 1'400'000u);
}

TEST(Html, TakesALongListWithoutEndTagsForNoNesting) {
    const ReadText read = readHtml("<ul>" + repeated("<li>item<p>more<br>", 30'000) + "</ul>");
    EXPECT_GT(read.text.size(), 300'000u);
}

TEST(Html, WithoutTextIsRefusedByName) {
    try {
        readHtml("<html><body><script>app()</script></body></html>");
        FAIL();
    } catch (const RefusedFile& refusal) {
        EXPECT_EQ(refusal.cause(), LeftOutCause::noText);
    }
}

TEST(Html, RefusesMoreTextThanTheLimit) {
    ReadLimits limits;
    limits.textBytes = 1000;
    EXPECT_THROW(htmlReader().read("<p>" + repeated("word ", 300), limits), RefusedFile);
}

}  // namespace asterism
