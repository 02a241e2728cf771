#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/documents/reader_list.h"
#include "tests/support/test_files.h"

// Qt PDF 6.4 does not free a page whose text is empty.
extern "C" const char* __lsan_default_suppressions();   // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
    return "leak:libQt6Pdf.so";
}

namespace asterism {

namespace {

std::string fixture(std::string_view name) {
    return test::readFile(test::dataFile("documents/" + std::string(name)));
}

ReadText readPdf(const std::string& bytes) {
    return readerFor("file", bytes).read(bytes, {});
}

LeftOutCause causeOf(const std::string& bytes) {
    try {
        readPdf(bytes);
    } catch (const RefusedFile& refusal) {
        return refusal.cause();
    }
    ADD_FAILURE() << "was taken";
    return LeftOutCause::hidden;
}

}  // namespace

TEST(Pdf, ReadsPagesAndMarksWhereTheyBegin) {
    const ReadText read = readPdf(fixture("two_pages.pdf"));
    EXPECT_EQ(read.text,
              "The first page speaks of anchors.\nA word is hyphenated here.\n"
              "The second page speaks of blocks (and cafés).\n");
    EXPECT_EQ(read.marks,
              (std::vector<Mark>{{Mark::Kind::page, 0, 1, {}},
                                 {Mark::Kind::page, read.text.find("The second"), 2, {}}}));
    EXPECT_EQ(read.quality, TextQuality::good);
    EXPECT_TRUE(read.notes.empty());
}

TEST(Pdf, NamesThePagesWithoutTextLayer) {
    const ReadText read = readPdf(fixture("partly_scanned.pdf"));
    ASSERT_EQ(read.notes.size(), 1u);
    EXPECT_EQ(read.notes[0], "pages 1 and 3 to 5 have no text layer (scanned, or empty)");
    EXPECT_EQ(read.quality, TextQuality::doubtful);
    Document document;
    document.text = read.text;
    document.marks = read.marks;
    const LocationIndex index(document);
    EXPECT_EQ(index.at(read.text.find("anchors")).page, 2);
    EXPECT_EQ(index.at(read.text.find("blocks")).page, 6);
}

TEST(Pdf, RefusesScannedFilesByName) {
    EXPECT_EQ(causeOf(fixture("scanned.pdf")), LeftOutCause::noText);
}

TEST(Pdf, RefusesEncryptedFilesButReadsThoseOpenToAll) {
    EXPECT_EQ(causeOf(fixture("encrypted.pdf")), LeftOutCause::encrypted);
    EXPECT_NE(readPdf(fixture("restricted.pdf")).text.find("anchors"), std::string::npos);
}

TEST(Pdf, RefusesOrNamesFilesCutAnywhere) {
    const std::string whole = fixture("two_pages.pdf");
    int refused = 0;
    for (std::size_t size = 16; size + 8 < whole.size(); size += 13) {
        try {
            const ReadText read = readPdf(whole.substr(0, size));
            EXPECT_EQ(read.quality, TextQuality::poor) << size;
            EXPECT_FALSE(read.notes.empty()) << size;
        } catch (const RefusedFile& refusal) {
            EXPECT_EQ(refusal.cause(), LeftOutCause::damaged) << size;
            ++refused;
        }
    }
    EXPECT_GT(refused, 50);
}

TEST(Pdf, IsNotSeenInCodeThatSpeaksOfIt) {
    EXPECT_EQ(readerFor("a.cpp", "find(\"%PDF-\")").kind(), DocumentKind::source);
    EXPECT_EQ(readerFor("a.pdf", "\n\n%PDF-1.4").kind(), DocumentKind::pdf);
}

TEST(Pdf, RefusesMorePagesThanTheLimit) {
    ReadLimits limits;
    limits.pages = 1;
    EXPECT_THROW(pdfReader().read(fixture("two_pages.pdf"), limits), RefusedFile);
}

}  // namespace asterism
