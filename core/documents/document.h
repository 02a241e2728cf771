#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asterism {

// What kind of file a document was read from. Persistent, do not renumber.
enum class DocumentKind { text, markdown, html, pdf, docx, odt, epub, source };

std::string_view toString(DocumentKind kind);

// Whether the lines of the document's text are the lines of its file, so that a citation may give
// them as such. Other kinds are cited by page or heading.
bool hasFileLines(DocumentKind kind);

// How far the text can be trusted to be what a person sees. Persistent, do not renumber.
enum class TextQuality { good, doubtful, poor };

std::string_view toString(TextQuality quality);

// A place in the text where a page or the part under a heading begins.
struct Mark {
    enum class Kind { page, heading };  // persistent, do not renumber

    Kind kind = Kind::page;
    std::size_t offset = 0;  // byte in the text
    int number = 1;          // of the page, from 1; of a heading its level, from 1
    std::string title;       // of a heading

    friend bool operator==(const Mark&, const Mark&) = default;
};

// Something in the text that should perhaps not be shared. The secret itself is not kept.
struct PossibleSecret {
    std::string kind;       // "private key", "GitHub token", ...
    std::int64_t line = 1;  // of the text

    friend bool operator==(const PossibleSecret&, const PossibleSecret&) = default;
};

// A text that was read whole.
struct Document {
    std::string name;  // path relative to what was asked for, UTF-8, with / between folders
    std::string text;  // UTF-8, lines end with \n
    DocumentKind kind = DocumentKind::text;
    std::filesystem::path path;      // of the file; its bytes need not be UTF-8
    std::vector<Mark> marks;         // in the order of the text
    std::vector<std::string> notes;  // what could not be taken of the file, or is unsure
    TextQuality quality = TextQuality::good;
    std::vector<PossibleSecret> secrets;
    std::uintmax_t fileBytes = 0;  // size of the file when it was read,
    std::int64_t fileTime = 0;     // and its changeTime(): an edit shows in one of them
};

// Why a file was not taken. Persistent, do not renumber.
enum class LeftOutCause {
    hidden,
    ignored,  // by the rules of a .gitignore file
    binary,
    generated,
    vendored,  // somebody else's code that is carried along
    tooLarge,
    link,
    notAFile,    // a device, a pipe, a socket
    unreadable,  // permissions or a failing disk
    changing,    // while it was being read
    damaged,
    encrypted,
    noText,
    unsafe,  // made to harm the reader: zip bombs, paths that lead outside
    unsupported,
    unwanted,  // the user does not want it
};

std::string_view toString(LeftOutCause cause);

// A file or folder that was not taken, and why.
struct LeftOut {
    std::string name;
    std::string reason;  // for a person to read, without the name
    LeftOutCause cause = LeftOutCause::unreadable;
    std::uintmax_t fileBytes = 0;  // 0 for folders, which are not looked into
    bool isFolder = false;

    friend bool operator==(const LeftOut&, const LeftOut&) = default;
};

struct DocumentCollection {
    std::vector<Document> documents;  // ordered by name
    std::vector<LeftOut> leftOut;     // ordered by name
    bool isStopped = false;           // the documents are not all that there are
};

// Where an offset of a document's text stands, as a citation says it.
struct Location {
    std::int64_t line = 1;              // of the text; of the file where hasFileLines says so
    std::optional<int> page;            // documents with pages only
    std::vector<std::string> headings;  // those above the place, the outermost first
};

// Finds places of one document. Copies what it needs; safe to read from any thread.
class LocationIndex {
  public:
    explicit LocationIndex(const Document& document)
        : LocationIndex(document.kind, document.text, document.marks) {}
    LocationIndex(DocumentKind kind, std::string_view text, std::span<const Mark> marks);

    // An offset behind the end stands for the end.
    Location at(std::size_t offset) const;
    // The beginning of a line, from 1; a line behind the end stands for the last.
    Location atLine(std::int64_t line) const;

    // A stretch of lines as a citation names it: by pages where there are some, by the lines of
    // the file, or by the headings above it.
    std::string describeLines(std::int64_t begin, std::int64_t end) const;

  private:
    DocumentKind m_kind;
    std::vector<std::size_t> m_lineBegins;
    std::vector<Mark> m_pages;
    std::vector<Mark> m_headings;
};

}  // namespace asterism
