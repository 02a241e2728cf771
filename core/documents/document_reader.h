#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/documents/document.h"

namespace asterism {

// A file that cannot or must not be taken. The message is the reason alone, without the name.
class RefusedFile : public Error {
  public:
    template <typename... Parts>
    explicit RefusedFile(LeftOutCause cause, const Parts&... parts)
        : Error(parts...), m_cause(cause) {}

    LeftOutCause cause() const { return m_cause; }

  private:
    LeftOutCause m_cause;
};

// How much is taken. Files beyond are left out by their size alone, before they are read.
struct ReadLimits {
    std::uintmax_t plainBytes = 16'000'000;       // of a file that is text itself
    std::uintmax_t containerBytes = 500'000'000;  // of a PDF, DOCX, ODT or EPUB file
    std::uintmax_t textBytes = 16'000'000;        // that come out of such a file
    std::uintmax_t partBytes = 128'000'000;       // of one unpacked part inside an archive
    std::uintmax_t unpackedBytes = 512'000'000;   // of all unpacked parts of an archive together
    int pages = 20'000;
};

// What a reader made of a file. Whatever of it is not in the text is named in the notes.
struct ReadText {
    std::string text;         // UTF-8, lines end with \n
    std::vector<Mark> marks;  // in the order of the text
    std::vector<std::string> notes;
    TextQuality quality = TextQuality::good;
};

// The seam for file formats: turns the bytes of one file into text and the map from text offsets
// to pages and headings. Readers have no state, so one object serves any number of threads.
class DocumentReader {
  public:
    virtual ~DocumentReader() = default;

    virtual DocumentKind kind() const = 0;

    // Whether this reader is the one for a file. `fileName` is the last part of the path, `head`
    // the first kHeadBytes bytes or the whole file if it is shorter.
    virtual bool accepts(std::string_view fileName, std::string_view head) const = 0;

    // Throws RefusedFile if nothing of the file can be taken, or more than the limits allow.
    virtual ReadText read(std::string_view bytes, const ReadLimits& limits) const = 0;

  protected:
    DocumentReader() = default;
    DocumentReader(const DocumentReader&) = default;
    DocumentReader& operator=(const DocumentReader&) = default;
};

inline constexpr std::size_t kHeadBytes = 8192;

// Whether the file name ends in one of the suffixes, given in lower case with their dot.
bool hasSuffix(std::string_view fileName, std::initializer_list<std::string_view> suffixes);

}  // namespace asterism
