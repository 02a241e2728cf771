// Plain text, Markdown and source code: encodings, line ends, headings, lines.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/documents/reader_list.h"
#include "core/documents/text_encoding.h"

namespace asterism {

namespace {

using namespace std::string_literals;

ReadText readAs(std::string_view name, std::string_view bytes) {
    return readerFor(name, bytes.substr(0, kHeadBytes)).read(bytes, {});
}

LeftOutCause causeOf(std::string_view name, std::string_view bytes) {
    try {
        readAs(name, bytes);
    } catch (const RefusedFile& refusal) {
        return refusal.cause();
    }
    ADD_FAILURE() << name << " was taken";
    return LeftOutCause::hidden;
}

std::vector<std::string> outlineOf(const ReadText& read) {
    std::vector<std::string> outline;
    for (const Mark& mark : read.marks)
        outline.push_back(std::to_string(mark.number) + " " + mark.title);
    return outline;
}

}  // namespace

TEST(TextEncoding, TakesUtf8AsItIsWithoutANote) {
    const ReadText read = readAs("a.txt", "Grüße, 世界\n");
    EXPECT_EQ(read.text, "Grüße, 世界\n");
    EXPECT_TRUE(read.notes.empty());
    EXPECT_EQ(read.quality, TextQuality::good);
}

TEST(TextEncoding, FollowsEveryByteOrderMarkAndDropsIt) {
    EXPECT_EQ(decodeText("\xEF\xBB\xBFhé").text, "hé");
    EXPECT_EQ(decodeText("\xFF\xFEh\0\xE9\0"s).text, "hé");
    EXPECT_EQ(decodeText("\xFE\xFF\0h\0\xE9"s).text, "hé");
    EXPECT_EQ(decodeText("\xFF\xFE\0\0h\0\0\0\xE9\0\0\0"s).text, "hé");
    EXPECT_EQ(decodeText("\0\0\xFE\xFF\0\0\0h\0\0\0\xE9"s).text, "hé");
}

TEST(TextEncoding, ReadsUtf16WithoutMarkAndSaysThatItGuessed) {
    std::string bytes;
    for (const char c : "A plain line of text.\n"s) bytes += {c, '\0'};
    const ReadText read = readAs("a.txt", bytes);
    EXPECT_EQ(read.text, "A plain line of text.\n");
    ASSERT_EQ(read.notes.size(), 1u);
    EXPECT_EQ(read.notes[0], "encoding not stated: read as UTF-16LE");
}

TEST(TextEncoding, GuessesLegacyEncodingsByStatisticsAndNamesThem) {
    // "Съешь же ещё этих мягких французских булок, да выпей чаю." in windows-1251, repeated.
    std::string bytes;
    for (int i = 0; i < 4; ++i)
        bytes +=
            "\xD1\xFA\xE5\xF8\xFC \xE6\xE5 \xE5\xF9\xB8 \xFD\xF2\xE8\xF5 \xEC\xFF\xE3\xEA\xE8\xF5 "
            "\xF4\xF0\xE0\xED\xF6\xF3\xE7\xF1\xEA\xE8\xF5 \xE1\xF3\xEB\xEE\xEA, \xE4\xE0 "
            "\xE2\xFB\xEF\xE5\xE9 \xF7\xE0\xFE.\n";
    const ReadText read = readAs("a.txt", bytes);
    EXPECT_NE(read.text.find("французских булок, да выпей чаю."), std::string::npos);
    ASSERT_EQ(read.notes.size(), 1u);
    EXPECT_EQ(read.notes[0], "encoding not stated: read as WINDOWS-1251");
}

TEST(TextEncoding, ReadsShiftedJapaneseThatIsAlsoValidAscii) {
    const ReadText read = readAs("a.txt", "\x1B$B$3$s$K$A$O\x1B(B\n\x1B$BF|K\\8l\x1B(B\n");
    EXPECT_EQ(read.text, "こんにちは\n日本語\n");
}

TEST(TextEncoding, KeepsDamagedUtf8AsUtf8AndCountsTheDamage) {
    const ReadText read = readAs("a.log",
                                 "größer später schön für über Öl Maß Fuß\nbad: \xFF.\n"
                                 "Ärger Übung Straße Füße müde\n");
    EXPECT_NE(read.text.find("größer"), std::string::npos);
    EXPECT_NE(read.text.find("bad: \xEF\xBF\xBD."), std::string::npos);
    EXPECT_EQ(read.quality, TextQuality::doubtful);
    ASSERT_EQ(read.notes.size(), 2u);
    EXPECT_EQ(read.notes[1], "1 places are not valid UTF-8; they are shown as U+FFFD");
}

TEST(TextEncoding, DoesNotTakeReplacementCharactersOfTheFileForDamage) {
    const ReadText read = readAs("a.txt", "one \xEF\xBF\xBD two\n");
    EXPECT_TRUE(read.notes.empty());
    EXPECT_EQ(read.quality, TextQuality::good);
}

TEST(TextEncoding, MakesAllLineEndsOne) {
    EXPECT_EQ(readAs("a.txt", "a\r\nb\rc\n\r\n").text, "a\nb\nc\n\n");
}

TEST(TextEncoding, RefusesBinaryFiles) {
    EXPECT_EQ(causeOf("a.bin",
                      "\x7F"
                      "ELF\x02\x01\x01\0\0\0"s),
              LeftOutCause::binary);
    EXPECT_EQ(causeOf("a.dat", "\x01\x02\x03\x04\x05\x06\x07\x08 text"), LeftOutCause::binary);
    // Numbers that begin like a byte order mark.
    EXPECT_EQ(causeOf("a.raw", "\xFF\xFE\0\0\0\0\x12\xD8\x34\xDC\0\0"s), LeftOutCause::binary);
}

TEST(PlainText, SaysWhatToDoWithFormatsThatAreNotRead) {
    EXPECT_EQ(causeOf("a.rtf", "{\\rtf1 text}"), LeftOutCause::unsupported);
    EXPECT_EQ(causeOf("a.doc", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), LeftOutCause::unsupported);
}

TEST(Markdown, KeepsTheTextAndMarksItsHeadings) {
    const std::string text =
        "# Guide\n\nIntro.\n\n## Set up ##\n\n```sh\n# no heading\n```\n\nUnder\nlined\n---\n\n"
        "    # code\n\nTop\n===\n#hashtag\n####### seven\n";
    const ReadText read = readAs("guide.md", text);
    EXPECT_EQ(read.text, text);
    EXPECT_EQ(outlineOf(read),
              (std::vector<std::string>{"1 Guide", "2 Set up", "2 Under lined", "1 Top"}));
    for (const Mark& mark : read.marks)
        EXPECT_TRUE(mark.offset == 0 || text[mark.offset - 1] == '\n') << mark.title;
}

TEST(Markdown, TakesNoHeadingFromFrontMatterOrLists) {
    const ReadText read = readAs("a.md", "---\ntitle: x\n---\n- item\n---\n> quote\n---\n# Real\n");
    EXPECT_EQ(outlineOf(read), std::vector<std::string>{"1 Real"});
}

TEST(Source, IsKnownByItsNameOrItsFirstLine) {
    EXPECT_EQ(readerFor("a.CPP", "").kind(), DocumentKind::source);
    EXPECT_EQ(readerFor("Makefile", "").kind(), DocumentKind::source);
    EXPECT_EQ(readerFor("run", "#!/bin/sh\n").kind(), DocumentKind::source);
    EXPECT_EQ(readerFor("notes", "hello").kind(), DocumentKind::text);
}

TEST(LocationIndex, GivesLinePageAndTheHeadingsAbove) {
    Document document;
    document.text = "aaa\nbbb\nccc\nddd\n";
    document.marks = {{Mark::Kind::page, 0, 1, {}},       {Mark::Kind::heading, 0, 1, "A"},
                      {Mark::Kind::heading, 4, 3, "A.x"}, {Mark::Kind::heading, 6, 2, "A.1"},
                      {Mark::Kind::page, 8, 2, {}},       {Mark::Kind::heading, 12, 1, "B"}};
    const LocationIndex index(document);
    EXPECT_EQ(index.at(3).line, 1);
    EXPECT_EQ(index.at(4).line, 2);
    EXPECT_EQ(index.at(5).headings, (std::vector<std::string>{"A", "A.x"}));
    EXPECT_EQ(index.at(7).page, 1);
    EXPECT_EQ(index.at(8).page, 2);
    EXPECT_EQ(index.at(8).headings, (std::vector<std::string>{"A", "A.1"}));
    EXPECT_EQ(index.at(13).headings, std::vector<std::string>{"B"});
    EXPECT_EQ(index.at(1000).line, 5);
    EXPECT_EQ(index.atLine(3).page, 2);
    EXPECT_EQ(index.atLine(99).line, 5);
}

TEST(LocationIndex, NamesLinesAsACitationDoes) {
    Document document;
    document.text = "aaa\nbbb\nccc\nddd\n";
    document.kind = DocumentKind::source;
    document.marks = {{Mark::Kind::heading, 0, 1, "A"}, {Mark::Kind::heading, 4, 2, "B"}};
    EXPECT_EQ(LocationIndex(document).describeLines(2, 2), "line 2");
    EXPECT_EQ(LocationIndex(document).describeLines(2, 4), "lines 2 to 4");
    document.kind = DocumentKind::docx;
    EXPECT_EQ(LocationIndex(document).describeLines(2, 4), "under \"A > B\"");
    document.kind = DocumentKind::pdf;
    document.marks = {{Mark::Kind::page, 0, 1, {}}, {Mark::Kind::page, 8, 2, {}}};
    EXPECT_EQ(LocationIndex(document).describeLines(1, 2), "page 1");
    EXPECT_EQ(LocationIndex(document).describeLines(2, 4), "pages 1 to 2");
}

}  // namespace asterism
