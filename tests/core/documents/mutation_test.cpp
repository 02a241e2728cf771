// Whatever stands in a file, a reader takes it or refuses it by name, and what it takes is sound.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "core/documents/reader_list.h"
#include "core/text/utf8.h"
#include "tests/core/documents/zip_maker.h"
#include "tests/support/test_files.h"

namespace asterism {

namespace {

constexpr int kMutations = 150;

struct Sample {
    std::string name;      // of the file
    std::string bytes;     // empty for an archive
    test::ZipParts parts;  // of an archive
};

void PrintTo(const Sample& sample, std::ostream* stream) {
    *stream << sample.name;
}

std::vector<Sample> samples() {
    const std::string html =
        "<!doctype html><html><body><h1>A</h1><p>text <b>bold<i>x</b></i><table><tr><td>1<td>2"
        "</table><ul><li>a<li>b</ul><pre> x </pre><svg><p>y</svg></body></html>";
    const test::ZipParts docx = {
        {"word/document.xml",
         "<w:document><w:body><w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>a</w:t></w:r></w:p><w:tbl>"
         "<w:tr><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body>"
         "</w:document>"},
        {"word/styles.xml",
         "<w:styles><w:style w:styleId='a'><w:name w:val='heading 1'/>"
         "</w:style></w:styles>"}};
    const test::ZipParts odt = {
        {"mimetype", "application/vnd.oasis.opendocument.text"},
        {"content.xml",
         "<o:document-content><o:body><o:text><t:h t:outline-level='2'>H</t:h><t:p>a<t:s/>b</t:p>"
         "<t:list><t:list-item><t:p>c</t:p></t:list-item></t:list><b:table><b:table-row>"
         "<b:table-cell><t:p>d</t:p></b:table-cell></b:table-row></b:table></o:text></o:body>"
         "</o:document-content>"}};
    const test::ZipParts epub = {
        {"mimetype", "application/epub+zip"},
        {"META-INF/container.xml",
         "<container><rootfiles><rootfile full-path='b.opf'/></rootfiles></container>"},
        {"b.opf",
         "<package><manifest><item id='a' href='c.xhtml'/></manifest><spine>"
         "<itemref idref='a'/></spine></package>"},
        {"c.xhtml", html}};
    return {{"a.txt", "Plain text, caf\xE9, gr\xFCn.\r\nSecond line.\n", {}},
            {"a.md", "# Title\n\ntext\n\n```\ncode\n```\n\nUnder\n---\n- list\n", {}},
            {"a.html", html, {}},
            {"a.pdf", test::readFile(test::dataFile("documents/two_pages.pdf")), {}},
            {"a.docx", {}, docx},
            {"a.odt", {}, odt},
            {"a.epub", {}, epub}};
}

// Flips, drops, repeats or inserts a few bytes.
std::string mutated(std::string bytes, std::mt19937& random) {
    for (auto changes = 1 + random() % 4; changes > 0 && !bytes.empty(); --changes) {
        const std::size_t at = random() % bytes.size();
        const std::size_t length = 1 + random() % 16;
        switch (random() % 4) {
            case 0:
                bytes[at] = static_cast<char>(random());
                break;
            case 1:
                bytes.erase(at, length);
                break;
            case 2:
                bytes.insert(at, bytes.substr(random() % bytes.size(), length));
                break;
            default:
                bytes.insert(at, length, static_cast<char>(random()));
                break;
        }
    }
    return bytes;
}

// Of an archive, every other time a part before it is packed: its checksum hides it otherwise.
std::string mutated(const Sample& sample, int index, std::mt19937& random) {
    if (sample.parts.empty()) return mutated(sample.bytes, random);
    test::ZipParts parts = sample.parts;
    if (index % 2 == 0) return mutated(test::makeZip(parts), random);
    std::string& content = parts[random() % parts.size()].second;
    content = mutated(content, random);
    return test::makeZip(parts);
}

class MutatedFile : public ::testing::TestWithParam<Sample> {};

}  // namespace

TEST_P(MutatedFile, IsTakenSoundOrRefusedByName) {
    std::mt19937 random(7);
    for (int i = 0; i < kMutations; ++i) {
        const std::string bytes = mutated(GetParam(), i, random);
        const DocumentReader& reader = readerFor(GetParam().name, bytes);
        try {
            const ReadText read = reader.read(bytes, {});
            EXPECT_EQ(findInvalidUtf8(read.text), std::string::npos) << i;
            EXPECT_EQ(read.text.find('\r'), std::string::npos) << i;
            EXPECT_TRUE(
                std::is_sorted(read.marks.begin(), read.marks.end(),
                               [](const Mark& a, const Mark& b) { return a.offset < b.offset; }));
            for (const Mark& mark : read.marks) EXPECT_LE(mark.offset, read.text.size()) << i;
        } catch (const RefusedFile& refusal) {
            EXPECT_STRNE(refusal.what(), "") << i;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Formats, MutatedFile, ::testing::ValuesIn(samples()),
                         [](const auto& sample) { return sample.param.name.substr(2); });

}  // namespace asterism
