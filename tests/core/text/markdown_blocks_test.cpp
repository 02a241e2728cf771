#include "core/text/markdown_blocks.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace asterism {
namespace {

using Kind = MarkdownBlock::Kind;

// One line per block: its kind (quoted ones with >) and its lines, joined by a bar.
std::vector<std::string> describe(std::string_view text) {
    std::vector<std::string> described;
    for (const MarkdownBlock& block : markdownBlocks(text)) {
        std::string line = block.isQuoted ? ">" : "";
        line += "phtc"[static_cast<std::size_t>(block.kind)];
        for (const ByteRange& range : block.lines) line += "|" + std::string(range.of(text));
        described.push_back(line);
    }
    return described;
}

using Blocks = std::vector<std::string>;

TEST(MarkdownBlocks, ParagraphsEndAtEmptyLines) {
    EXPECT_EQ(describe("one\n  two \r\n\n\nthree"), (Blocks{"p|one|two", "p|three"}));
    EXPECT_EQ(describe(""), Blocks{});
    EXPECT_EQ(describe(" \n\t\n"), Blocks{});
}

TEST(MarkdownBlocks, HeadingsStandAlone) {
    EXPECT_EQ(describe("# Title\ntext"), (Blocks{"h|Title", "p|text"}));
    EXPECT_EQ(describe("Title\n===\ntext\n\nSub\n---\n"), (Blocks{"h|Title", "p|text", "h|Sub"}));
    EXPECT_EQ(describe("**Overview:**\nThe **bold** text"),
              (Blocks{"h|**Overview:**", "p|The **bold** text"}));
    EXPECT_EQ(describe("#define X\n####### seven"), (Blocks{"p|#define X|####### seven"}));
}

TEST(MarkdownBlocks, EveryListItemIsABlockWithItsFurtherLines) {
    EXPECT_EQ(describe("Intro:\n- one\n  goes on\n* two\n  1. three\n2) four\n\u2022 five"),
              (Blocks{"p|Intro:", "p|one|goes on", "p|two", "p|three", "p|four", "p|five"}));
    EXPECT_EQ(describe("-5 degrees\n3.14 is pi"), (Blocks{"p|-5 degrees|3.14 is pi"}));
}

TEST(MarkdownBlocks, TableRowsStandAloneAndSeparatorsSayNothing) {
    EXPECT_EQ(describe("| a | b |\n|---|:-:|\n| 1 | 2 |\n"),
              (Blocks{"t|| a | b |", "t|| 1 | 2 |"}));
    EXPECT_EQ(describe("a | b\n--|--\n1 | 2\n"), (Blocks{"t|a | b", "t|1 | 2"}));
    EXPECT_EQ(describe("either a | b or not"), (Blocks{"p|either a | b or not"}));
    EXPECT_EQ(describe("above\n\n***\nbelow"), (Blocks{"p|above", "p|below"}));
}

TEST(MarkdownBlocks, CodeKeepsItsLinesAsTheyAre) {
    EXPECT_EQ(describe("Run:\n```sh\n\n# no heading\n  - no item \n\n\n```\nDone."),
              (Blocks{"p|Run:", "c|# no heading|  - no item ", "p|Done."}));
    EXPECT_EQ(describe("~~~~\n```\n~~~\n~~~~"), (Blocks{"c|```|~~~"}));
    EXPECT_EQ(describe("```\nnever closed\n\n"), (Blocks{"c|never closed"}));
    EXPECT_EQ(describe("```\n\n```"), Blocks{});
}

TEST(MarkdownBlocks, QuotedLinesAreToldFromOthers) {
    EXPECT_EQ(describe("He wrote:\n> first\n> second\n>\n>> third\nand left."),
              (Blocks{"p|He wrote:", ">p|first|second", ">p|third", "p|and left."}));
    EXPECT_EQ(describe("> ```\n> code\n> ```\n"), (Blocks{">c|code"}));
}

TEST(MarkdownBlocks, StayInsideAnyBytes) {
    std::mt19937 random(1);
    const std::string letters = "`~#>-*|= \n\t\r1.\"a\xE2\x80\xA2\xFF";
    for (int round = 0; round < 3000; ++round) {
        std::string text;
        for (auto length = random() % 60; length > 0; --length)
            text += letters[random() % letters.size()];
        std::size_t end = 0;
        for (const MarkdownBlock& block : markdownBlocks(text)) {
            ASSERT_FALSE(block.lines.empty());
            for (const ByteRange& line : block.lines) {
                EXPECT_GE(line.begin, end);
                ASSERT_LE(line.begin, line.end);
                end = line.end;
            }
            ASSERT_LE(end, text.size());
            EXPECT_GT(block.range().bytes(), 0U) << text;
        }
    }
}

std::vector<std::string> codeIn(std::string_view text) {
    std::vector<std::string> found;
    for (const ByteRange& range : inlineCode(text, {0, text.size()}))
        found.emplace_back(range.of(text));
    return found;
}

TEST(InlineCode, StandsBetweenEqualRunsOfBackticks) {
    EXPECT_EQ(codeIn("a `b c` and `` d`e `` but ```f` is not"), (Blocks{"b c", "d`e"}));
    EXPECT_EQ(codeIn("`` ` ``, ` `, `open"), (Blocks{"`"}));
}

}  // namespace
}  // namespace asterism
