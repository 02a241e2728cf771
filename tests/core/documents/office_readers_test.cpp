// DOCX and ODT.

#include <gtest/gtest.h>

#include <string>

#include "core/documents/reader_list.h"
#include "tests/core/documents/zip_maker.h"

namespace asterism {

namespace {

using test::makeZip;
using test::ZipParts;

constexpr const char* kRelations =
    "<?xml version='1.0'?><Relationships><Relationship Id='r1' "
    "Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument' "
    "Target='word/document.xml'/></Relationships>";

constexpr const char* kStyles =
    "<w:styles><w:style w:styleId='berschrift1'><w:name w:val='heading 1'/></w:style>"
    "<w:style w:styleId='Own'><w:name w:val='Own'/><w:pPr><w:outlineLvl w:val='1'/></w:pPr>"
    "</w:style></w:styles>";

std::string paragraph(const std::string& text, const std::string& properties = "") {
    return "<w:p>" + (properties.empty() ? "" : "<w:pPr>" + properties + "</w:pPr>") +
           "<w:r><w:t xml:space='preserve'>" + text + "</w:t></w:r></w:p>";
}

std::string makeDocx(const std::string& body, const ZipParts& more = {}) {
    ZipParts parts = {
        {"_rels/.rels", kRelations},
        {"word/document.xml", "<w:document><w:body>" + body + "</w:body></w:document>"},
        {"word/styles.xml", kStyles}};
    parts.insert(parts.end(), more.begin(), more.end());
    return makeZip(parts);
}

std::string makeOdt(const std::string& text, const ZipParts& more = {}) {
    ZipParts parts = {
        {"mimetype", "application/vnd.oasis.opendocument.text"},
        {"content.xml", "<office:document-content><office:body><office:text>" + text +
                            "</office:text></office:body></office:document-content>"}};
    parts.insert(parts.end(), more.begin(), more.end());
    return makeZip(parts);
}

ReadText readDocx(const std::string& bytes, const ReadLimits& limits = {}) {
    const DocumentReader& reader = readerFor("a.docx", bytes);
    EXPECT_EQ(reader.kind(), DocumentKind::docx);
    return reader.read(bytes, limits);
}

ReadText readOdt(const std::string& bytes) {
    const DocumentReader& reader = readerFor("without suffix", bytes);
    EXPECT_EQ(reader.kind(), DocumentKind::odt);
    return reader.read(bytes, {});
}

template <typename Action>
LeftOutCause causeOf(Action action) {
    try {
        action();
    } catch (const RefusedFile& refusal) {
        return refusal.cause();
    }
    ADD_FAILURE() << "was taken";
    return LeftOutCause::hidden;
}

std::string nested(const std::string& open, const std::string& close, int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += open;
    text += "deep";
    for (int i = 0; i < depth; ++i) text += close;
    return text;
}

}  // namespace

TEST(Docx, ReadsParagraphsHeadingsListsAndTables) {
    const std::string item = "<w:numPr><w:ilvl w:val='0'/></w:numPr>";
    const std::string subItem = "<w:numPr><w:ilvl w:val='1'/></w:numPr>";
    const ReadText read = readDocx(makeDocx(
        paragraph("Title", "<w:pStyle w:val='berschrift1'/>") +
        "<w:p><w:r><w:t>Split </w:t></w:r><w:r><w:t>run</w:t><w:tab/><w:t>tab</w:t><w:br/>"
        "<w:t>line</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>" +
        paragraph("Part", "<w:pStyle w:val='Own'/>") + paragraph("one", item) +
        paragraph("sub", subItem) + paragraph("two", item) + "<w:tbl><w:tr><w:tc>" +
        paragraph("a") + "</w:tc><w:tc>" + paragraph("b") + "</w:tc></w:tr><w:tr><w:tc>" +
        paragraph("c") + "</w:tc><w:tc>" + paragraph("d") + "</w:tc></w:tr></w:tbl>" +
        paragraph("End &amp; stop.")));
    EXPECT_EQ(
        read.text,
        "# Title\n\nSplit run tab\nline\n\n## Part\n\n- one\n  - sub\n- two\n\na | b\nc | d\n\n"
        "End & stop.\n");
    ASSERT_EQ(read.marks.size(), 2u);
    EXPECT_EQ(read.marks[0], (Mark{Mark::Kind::heading, 0, 1, "Title"}));
    EXPECT_EQ(read.marks[1], (Mark{Mark::Kind::heading, read.text.find("## Part"), 2, "Part"}));
}

TEST(Docx, ReadsWhatContentControlsAndChangesStandAround) {
    const auto control = [](const std::string& inside) {
        return "<w:sdt><w:sdtPr><w:tag w:val='x'/></w:sdtPr><w:sdtContent>" + inside +
               "</w:sdtContent></w:sdt>";
    };
    const auto custom = [](const std::string& inside) {
        return "<w:customXml w:element='e'><w:customXmlPr/>" + inside + "</w:customXml>";
    };
    const auto cell = [](const std::string& text) {
        return "<w:tc><w:tcPr/>" + paragraph(text) + "</w:tc>";
    };
    const std::string table =
        "<w:tbl><w:tblPr/><w:tr>" + control(cell("a")) + custom(control(cell("b"))) + "</w:tr>" +
        control("<w:tr><w:trPr/>" + cell("c") + cell("d") + "</w:tr>") +
        custom("<w:tr>" + custom(cell("e")) + cell("f") + "</w:tr>") + "</w:tbl>";
    EXPECT_EQ(readDocx(makeDocx(table)).text, "a | b\nc | d\ne | f\n");
    EXPECT_EQ(readDocx(makeDocx(control(table) + custom(paragraph("g")))).text,
              "a | b\nc | d\ne | f\n\ng\n");
    const std::string run = "<w:r><w:t>run</w:t></w:r>";
    for (const std::string& inside :
         {control(run), custom(run), "<w:ins w:id='1'>" + run + "</w:ins>",
          "<w:smartTag w:element='e'>" + run + "</w:smartTag>",
          "<w:hyperlink r:id='1'>" + control(run) + "</w:hyperlink>"})
        EXPECT_EQ(readDocx(makeDocx("<w:p>" + inside + "</w:p>")).text, "run\n") << inside;
}

TEST(Docx, KeepsFootnotesAndNamesRunningHeaders) {
    const ReadText read =
        readDocx(makeDocx("<w:p><w:r><w:t>Text</w:t><w:footnoteReference w:id='2'/></w:r></w:p>",
                          {{"word/footnotes.xml",
                            "<w:footnotes><w:footnote w:type='separator' w:id='0'/>"
                            "<w:footnote w:id='2'>" +
                                paragraph("Small print.") + "</w:footnote></w:footnotes>"},
                           {"word/header1.xml", "<w:hdr/>"}}));
    EXPECT_EQ(read.text, "Text[2]\n\n# Footnotes\n\n[2] Small print.\n");
    ASSERT_EQ(read.notes.size(), 1u);
}

TEST(Docx, ReadsTextBoxesOnce) {
    const ReadText read = readDocx(
        makeDocx("<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>" + paragraph("box") +
                 "</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>" + paragraph("box") +
                 "</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>"));
    EXPECT_EQ(read.text, "box\n");
}

TEST(Docx, NamesDamagedCharacters) {
    const ReadText read = readDocx(makeDocx(paragraph("gr\xFCn")));
    EXPECT_EQ(read.text, "gr\xEF\xBF\xBDn\n");
    EXPECT_EQ(read.notes.size(), 1u);
    EXPECT_EQ(read.quality, TextQuality::doubtful);
}

TEST(Docx, RefusesHostileFilesByName) {
    EXPECT_EQ(causeOf([] {
                  readDocx(makeDocx(paragraph("x"), {{"../../evil", "x"}}));
              }),
              LeftOutCause::unsafe);
    EXPECT_EQ(causeOf([] { readDocx(makeDocx(nested("<w:sdt>", "</w:sdt>", 5000))); }),
              LeftOutCause::unsafe);
    ReadLimits limits;
    limits.partBytes = 1'000'000;
    std::string blanks;
    blanks.resize(20'000'000, ' ');
    const std::string bomb = makeDocx(blanks);
    EXPECT_EQ(causeOf([&] { readDocx(bomb, limits); }), LeftOutCause::unsafe);
    EXPECT_EQ(causeOf([] { readDocx(makeDocx(nested("<a/>", "", 8'000'001))); }),
              LeftOutCause::unsafe);
    EXPECT_EQ(causeOf([] { readDocx(makeDocx("<a" + nested(" a=''", "", 8'000'001) + "/>")); }),
              LeftOutCause::unsafe);
    EXPECT_EQ(causeOf([] { readDocx(makeDocx("<w:p><w:r>")); }), LeftOutCause::damaged);
    EXPECT_EQ(causeOf([] { readDocx(makeDocx("<w:p/>")); }), LeftOutCause::noText);
    EXPECT_EQ(causeOf([] { readDocx(makeZip({{"a", "x"}})); }), LeftOutCause::damaged);
}

TEST(Odt, ReadsParagraphsHeadingsListsTablesAndNotes) {
    const ReadText read = readOdt(makeOdt(
        "<text:h text:outline-level='2'>Head</text:h>"
        "<text:p>One<text:s text:c='1000000000'/>two<text:line-break/>three"
        "<text:note><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:p>aside</text:p></text:note-body></text:note> go on</text:p>"
        "<text:list><text:list-item><text:p>a</text:p><text:list><text:list-item>"
        "<text:p>b</text:p></text:list-item></text:list></text:list-item><text:list-item>"
        "<text:p>c</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell>"
        "<table:table-cell table:number-columns-repeated='100000'><text:p>y</text:p>"
        "</table:table-cell></table:table-row></table:table><text:p>End</text:p>"));
    EXPECT_EQ(read.text,
              "## Head\n\nOne two\nthree [note: aside] go on\n\n- a\n  - b\n- c\n\nx | y\n\nEnd\n");
    EXPECT_EQ(read.marks, (std::vector<Mark>{{Mark::Kind::heading, 0, 2, "Head"}}));
}

TEST(Odt, RefusesEncryptedAndHostileFilesByName) {
    EXPECT_EQ(causeOf([] {
                  readOdt(makeOdt("", {{"META-INF/manifest.xml",
                                        "<m:manifest><m:file-entry><m:encryption-data/>"
                                        "</m:file-entry></m:manifest>"}}));
              }),
              LeftOutCause::encrypted);
    EXPECT_EQ(causeOf([] { readOdt(makeOdt(nested("<text:section>", "</text:section>", 5000))); }),
              LeftOutCause::unsafe);
    EXPECT_EQ(causeOf([] {
                  readOdt(makeOdt("<text:p>x</text:p>", {{"/abs", "x"}}));
              }),
              LeftOutCause::unsafe);
}

}  // namespace asterism
