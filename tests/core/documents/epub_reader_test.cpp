#include <gtest/gtest.h>

#include <string>

#include "core/documents/reader_list.h"
#include "tests/core/documents/zip_maker.h"

namespace asterism {

namespace {

using test::makeZip;
using test::ZipParts;

const ZipParts kBook = {
    {"mimetype", "application/epub+zip"},
    {"META-INF/container.xml",
     "<container><rootfiles><rootfile full-path='OPS/book.opf'/></rootfiles></container>"},
    {"OPS/book.opf",
     "<package><manifest><item id='b' href='text/two.xhtml'/><item id='a' "
     "href='text/one%20a.xhtml'/><item id='c' href='../../evil.xhtml'/><item id='d' "
     "href='gone.xhtml'/></manifest><spine><itemref idref='a'/><itemref idref='b'/>"
     "<itemref idref='c'/><itemref idref='d'/></spine></package>"},
    {"OPS/text/two.xhtml",
     "<html><head><title/></head><body><h1>Two</h1><p>Second&nbsp;chapter.</p></body></html>"},
    {"OPS/text/one a.xhtml",
     "<?xml version='1.0' encoding='utf-8'?><html xmlns='http://www.w3.org/1999/xhtml'><head>"
     "<title/><script src='x.js'/></head><body><h1>One</h1><p>First<a id='p1'/> chapter &amp; "
     "more.</p></body></html>"}};

ReadText readEpub(const std::string& bytes, const ReadLimits& limits = {}) {
    const DocumentReader& reader = readerFor("without suffix", bytes);
    EXPECT_EQ(reader.kind(), DocumentKind::epub);
    return reader.read(bytes, limits);
}

LeftOutCause causeOf(const ZipParts& parts, const ReadLimits& limits = {}) {
    try {
        readEpub(makeZip(parts), limits);
    } catch (const RefusedFile& refusal) {
        return refusal.cause();
    }
    ADD_FAILURE() << "was taken";
    return LeftOutCause::hidden;
}

}  // namespace

TEST(Epub, ReadsChaptersInTheOrderOfTheSpineAndNamesMissingOnes) {
    const ReadText read = readEpub(makeZip(kBook));
    EXPECT_EQ(read.text,
              "# One\n\nFirst chapter & more.\n\n# Two\n\nSecond\xC2\xA0"
              "chapter.\n");
    ASSERT_EQ(read.marks.size(), 2u);
    EXPECT_EQ(read.marks[1], (Mark{Mark::Kind::heading, read.text.find("# Two"), 1, "Two"}));
    ASSERT_EQ(read.notes.size(), 2u);
    EXPECT_EQ(read.notes[0],
              "chapter ../../evil.xhtml is left out: its path leads nowhere in the file");
    EXPECT_EQ(read.notes[1], "chapter gone.xhtml is left out: it is missing in the file");
    EXPECT_EQ(read.quality, TextQuality::doubtful);
}

TEST(Epub, RefusesLockedBooksButNotScrambledFonts) {
    const auto encryption = [](const std::string& part) {
        return "<encryption><enc:EncryptedData><enc:CipherData><enc:CipherReference URI='" + part +
               "'/></enc:CipherData></enc:EncryptedData></encryption>";
    };
    ZipParts locked = kBook;
    locked.emplace_back("META-INF/encryption.xml", encryption("OPS/text/two.xhtml"));
    EXPECT_EQ(causeOf(locked), LeftOutCause::encrypted);
    ZipParts fonts = kBook;
    fonts.emplace_back("META-INF/encryption.xml", encryption("OPS/font.otf"));
    EXPECT_FALSE(readEpub(makeZip(fonts)).text.empty());
}

TEST(Epub, RefusesPathsThatLeadOutsideAndBombs) {
    ZipParts outside = kBook;
    outside.emplace_back("../../evil", "x");
    EXPECT_EQ(causeOf(outside), LeftOutCause::unsafe);
    ZipParts bomb = kBook;
    bomb[3].second = std::string(20'000'000, ' ');
    ReadLimits limits;
    limits.partBytes = 1'000'000;
    EXPECT_EQ(causeOf(bomb, limits), LeftOutCause::unsafe);
}

TEST(Epub, RefusesBooksWithoutContent) {
    EXPECT_EQ(causeOf({kBook[0], {"a", "x"}}), LeftOutCause::damaged);
    EXPECT_EQ(causeOf({kBook[0], kBook[1], {"OPS/book.opf", "<package/>"}}), LeftOutCause::damaged);
}

}  // namespace asterism
