// Documents that are damaged, made to harm, or no documents at all, in one folder with good ones.

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include <gmock/gmock.h>

#include "tests/core/documents/zip_maker.h"
#include "tests/storage/projects/project_fixture.h"
#include "tests/storage/small_disk.h"

// Qt PDF 6.4 does not free a page whose text is empty.
extern "C" const char* __lsan_default_suppressions();   // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
    return "leak:libQt6Pdf.so";
}

namespace asterism::test {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAreArray;

constexpr uid_t kNobody = 65534;
constexpr std::uintmax_t kPartLimit = 1'000'000;

std::string docx(const std::string& text, const ZipParts& more = {}) {
    ZipParts parts = {
        {"_rels/.rels",
         "<Relationships><Relationship Id='r1' Type='http://schemas.openxmlformats.org/"
         "officeDocument/2006/relationships/officeDocument' Target='word/document.xml'/>"
         "</Relationships>"},
        {"word/document.xml", "<w:document><w:body><w:p><w:r><w:t>" + text +
                                  "</w:t></w:r></w:p></w:body></w:document>"}};
    parts.insert(parts.end(), more.begin(), more.end());
    return makeZip(parts);
}

std::string epub(const std::string& chapter, const ZipParts& more = {}) {
    ZipParts parts = {
        {"mimetype", "application/epub+zip"},
        {"META-INF/container.xml",
         "<container><rootfiles><rootfile full-path='book.opf'/></rootfiles></container>"},
        {"book.opf",
         "<package><manifest><item id='a' href='a.xhtml'/></manifest><spine><itemref idref='a'/>"
         "</spine></package>"},
        {"a.xhtml", "<html><body><p>" + chapter + "</p></body></html>"}};
    parts.insert(parts.end(), more.begin(), more.end());
    return makeZip(parts);
}

std::string repeated(const std::string& text, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += text;
    return all;
}

class ProjectDocumentsTest : public ProjectTest {
  protected:
    void writeBadOnes() const {
        for (const char* pdf : {"encrypted.pdf", "scanned.pdf"})
            write(pdf, readFile(dataFile(std::string("documents/") + pdf)));
        write("truncated.pdf", readFile(dataFile("documents/two_pages.pdf")).substr(0, 120));
        write("bomb.docx", docx(std::string(4 * kPartLimit, 'a')));
        write("bomb.epub", epub(std::string(4 * kPartLimit, ' ')));
        write("outside.docx", docx("text", {{"../../evil", "x"}}));
        write("outside.epub", epub("text", {{"../../evil", "x"}}));
        write("truncated.docx", docx(madeUpText(20, 1)).substr(0, 400));
        write("too_deep.html", repeated("<div>", 1'000'000) + "deep");
        write("big.txt", std::string(10'000, 'x'));
        fs::resize_file(documents() / "big.txt", 2'000'000'000);
        write("unreadable.txt", "text\n");
        fs::permissions(documents() / "unreadable.txt", fs::perms::none);
        write("closed/inside.txt", "text\n");
        fs::permissions(documents() / "closed", fs::perms::none);
        fs::create_directory_symlink(documents(), documents() / "loop");
        fs::create_symlink("self", documents() / "self");
        ASSERT_EQ(::mkfifo((documents() / "pipe.txt").c_str(), 0600), 0);
        write("empty.txt", "");
    }

    void writeGoodOnes() const {
        write("a.txt", madeUpText(9, 500));
        write("deep.html", repeated("<div>", 100) + "deep" + repeated("</div>", 100));
        write("good.docx", docx("A word document."));
        write("good.epub", epub("A book."));
        write("gr\xFCn.txt", madeUpText(4, 501));
        write("gr\\xFCn.txt", madeUpText(4, 502));  // shown as the other one would be
        write("z.txt", madeUpText(9, 503));
    }

    IngestReport ingestAll(std::vector<fs::path> paths) {
        IngestOptions options;
        options.paths = std::move(paths);
        options.read.limits.partBytes = kPartLimit;
        return session().ingest(options, {}, {});
    }

    // Name and reason of everything that was not taken.
    static std::map<std::string, std::string> reasonsOf(const ProjectChanges& changes) {
        std::map<std::string, std::string> reasons;
        for (const LeftOut& file : changes.leftOut) reasons[file.name] = file.reason;
        for (const std::string& line : changes.failed) {
            const std::size_t colon = line.find(": ");
            reasons[line.substr(0, colon)] = line.substr(colon + 2);
        }
        return reasons;
    }

    void expectReasons(const std::map<std::string, std::string>& reasons) {
        const std::map<std::string, std::string> parts = {{"bomb.docx", "unpack"},
                                                          {"bomb.epub", "unpack"},
                                                          {"outside.docx", "outside"},
                                                          {"outside.epub", "outside"},
                                                          {"too_deep.html", "nested"},
                                                          {"big.txt", "larger than 16 MB"},
                                                          {"closed", "Permission denied"},
                                                          {"unreadable.txt", "Permission denied"},
                                                          {"loop", "link"},
                                                          {"self", "link"},
                                                          {"pipe.txt", "regular file"},
                                                          {"empty.txt", "empty"}};
        for (const auto& [name, part] : parts)
            EXPECT_THAT(reasons, Contains(Pair(name, HasSubstr(part))));
        // Their words differ with what the program was built with.
        for (const char* name : {"encrypted.pdf", "scanned.pdf", "truncated.pdf", "truncated.docx"})
            EXPECT_THAT(reasons, Contains(Pair(name, Not(IsEmpty()))));
    }
};

// A file of the system that says it has a page of bytes and gives fewer, every time: as one that
// is cut while it is read.
constexpr const char* kNeverAsLongAsItSays = "/sys/devices/system/cpu/online";

TEST_F(ProjectDocumentsTest, BadDocumentsAreNamedWithTheirReasonAndGoodOnesAreRead) {
    fs::permissions(m_folder.path(), fs::perms::all);
    fs::permissions(documents(), fs::perms::all);
    fs::permissions(m_model, fs::perms(0644));
    // Root may read everything, so it becomes somebody else.
    const std::string wrong = inChild([this]() -> std::string {
        if (::getuid() == 0 && ::setuid(kNobody) != 0) return kSkip;
        writeBadOnes();
        writeGoodOnes();
        std::vector<fs::path> paths = {documents()};
        const bool hasChanging = fs::exists(kNeverAsLongAsItSays);
        if (hasChanging) paths.emplace_back(kNeverAsLongAsItSays);
        open();
        const ProjectChanges changes = ingestAll(paths).changes;
        const std::vector<std::string> good = {"a.txt",     "deep.html",       "good.docx",
                                               "good.epub", "gr\\x5CxFCn.txt", "gr\\xFCn.txt",
                                               "z.txt"};
        EXPECT_THAT(changes.added, UnorderedElementsAreArray(good));
        EXPECT_THAT(changes.problems, IsEmpty());
        auto reasons = reasonsOf(changes);
        expectReasons(reasons);
        if (hasChanging) {
            EXPECT_THAT(reasons, Contains(Pair("online", HasSubstr("changed while"))));
        }
        EXPECT_EQ(reasons.size(), hasChanging ? 17U : 16U);
        EXPECT_FALSE(fs::exists(m_folder / "evil"));

        // Again nothing is new, and a person still sees what is wrong.
        open();
        const IngestReport again = ingestAll(paths);
        EXPECT_EQ(again.changes.unchanged, std::ssize(good));
        EXPECT_THAT(again.changes.added, IsEmpty());
        EXPECT_THAT(again.changes.removed, IsEmpty());
        EXPECT_EQ(again.blocksEncoded, 0);
        EXPECT_EQ(reasonsOf(again.changes), reasons);
        EXPECT_EQ(session().context().documents().size(), good.size());
        const AskResult result = ask("What is it about?");
        EXPECT_EQ(result.message.tokensRead, result.message.tokensInScope);
        fs::permissions(documents() / "closed", fs::perms::owner_all);
        return HasFailure() ? "expectations failed, see above" : "";
    });
    ASTERISM_EXPECT_NOTHING_WRONG(wrong);
}

TEST_F(ProjectDocumentsTest, DocumentsInAFolderThatWasClosedStay) {
    fs::permissions(m_folder.path(), fs::perms::all);
    fs::permissions(documents(), fs::perms::all);
    fs::permissions(m_model, fs::perms(0644));
    const std::string wrong = inChild([this]() -> std::string {
        if (::getuid() == 0 && ::setuid(kNobody) != 0) return kSkip;
        writeGoodOnes();
        write("closed/deep/inside.txt", "text\n");
        open();
        const std::int64_t count = std::ssize(ingest().changes.added);
        fs::permissions(documents() / "closed", fs::perms::none);
        const ProjectChanges changes = ingest().changes;
        fs::permissions(documents() / "closed", fs::perms::owner_all);
        EXPECT_EQ(changes.unchanged, count);
        EXPECT_THAT(changes.removed, IsEmpty());
        EXPECT_THAT(changes.problems,
                    ElementsAre(HasSubstr("closed: cannot be read: Permission denied; its doc")));
        return HasFailure() ? "expectations failed, see above" : "";
    });
    ASTERISM_EXPECT_NOTHING_WRONG(wrong);
}

TEST_F(ProjectDocumentsTest, ADocumentThatWasReadStaysWhenItsFileCannotBeReadAnyMore) {
    writeGoodOnes();
    open();
    ingest();
    const std::string whole = docx("A word document.");
    write("a.txt", std::string("\0\1\2", 3));  // no text any more: left out on purpose
    write("good.docx", whole.substr(0, whole.size() / 2));
    const IngestReport report = ingest();
    EXPECT_THAT(report.changes.removed, ElementsAre("a.txt"));
    EXPECT_THAT(report.changes.failed, ElementsAre(HasSubstr("good.docx: ")));
    for (const SharedDocument& document : session().context().documents())
        if (document->record.name == "good.docx") {
            EXPECT_THAT(document->text, HasSubstr("A word document."));
        }
    for (const DocumentRecord& document : workspace().documents().list(session().project().id))
        EXPECT_EQ(document.state,
                  document.name == "good.docx" ? DocumentState::changed : DocumentState::ready);
}

// The first source has no prefix, so that a file of its folder papers/ is called as the second
// source's is.
TEST_F(ProjectDocumentsTest, ANameOfAnotherSourcesDocumentIsLeftAloneThoughItsFileIsDamaged) {
    const fs::path papers = m_folder / "papers";
    fs::create_directories(papers);
    write("a.txt", madeUpText(9, 500));
    writeFile(papers / "good.docx", docx("A word document."));
    for (const char* bad : {"bad.docx", "worse.docx"}) writeFile(papers / bad, "PK\3\4 cut");
    open();
    const ProjectChanges first = ingestAll({documents(), papers}).changes;
    EXPECT_THAT(first.added, UnorderedElementsAreArray({"a.txt", "papers/good.docx"}));
    EXPECT_EQ(first.failed.size(), 2U);

    write("papers/good.docx", "PK\3\4 cut");
    write("papers/bad.docx", docx("Another word document."));
    write("papers/worse.docx", "PK\3\4 cut as well");
    const ProjectChanges changes = ingestAll({}).changes;
    EXPECT_EQ(changes.unchanged, 2);
    EXPECT_EQ(changes.failed, first.failed);
    ASSERT_EQ(changes.leftOut.size(), 3U);
    for (const LeftOut& file : changes.leftOut)
        EXPECT_THAT(file.reason, HasSubstr("another source")) << file.name;
    std::vector<std::string> names;
    for (const SharedDocument& document : session().context().documents())
        names.push_back(document->record.name);
    EXPECT_THAT(names, ElementsAre("a.txt", "papers/good.docx"));
    for (const DocumentRecord& document : workspace().documents().list(session().project().id))
        EXPECT_EQ(document.state,
                  document.textBytes > 0 ? DocumentState::ready : DocumentState::failed);
}

}  // namespace
}  // namespace asterism::test
