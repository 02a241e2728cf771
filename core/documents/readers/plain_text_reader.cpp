#include "core/documents/reader_list.h"
#include "core/documents/text_encoding.h"

namespace asterism {

namespace {

// Formats that are not read, recognised so that the reason can say what to do.
struct KnownFormat {
    std::string_view begin;
    std::string_view reason;
};

constexpr KnownFormat kUnsupported[] = {
    {"{\\rtf", "RTF is not read; save it as DOCX or ODT"},
    {"\xD0\xCF\x11\xE0", "an old or encrypted Office file; save it as DOCX or ODT"},
    {"PK\x03\x04",
     "a ZIP archive or an Office format that is not read; unpack it, or save it as PDF"},
    {"%!PS", "PostScript is not read; convert it to PDF"},
};

class PlainTextReader : public DocumentReader {
  public:
    DocumentKind kind() const override { return DocumentKind::text; }

    bool accepts(std::string_view, std::string_view) const override { return true; }

    ReadText read(std::string_view bytes, const ReadLimits&) const override {
        for (const KnownFormat& format : kUnsupported)
            if (bytes.starts_with(format.begin))
                throw RefusedFile(LeftOutCause::unsupported, format.reason);
        return readEncodedText(bytes);
    }
};

}  // namespace

const DocumentReader& plainTextReader() {
    static const PlainTextReader reader;
    return reader;
}

}  // namespace asterism
