#include "core/documents/html_text.h"
#include "core/documents/reader_list.h"
#include "core/documents/text_encoding.h"
#include "core/documents/xml_part.h"

namespace asterism {

namespace {

class HtmlReader : public DocumentReader {
  public:
    DocumentKind kind() const override { return DocumentKind::html; }

    bool accepts(std::string_view fileName, std::string_view) const override {
        return hasSuffix(fileName, {".html", ".htm", ".xhtml", ".xht"});
    }

    ReadText read(std::string_view bytes, const ReadLimits& limits) const override {
        ReadText source = readEncodedText(bytes, statedHtmlEncoding(bytes));
        TextBuilder builder(limits);
        for (std::string& note : source.notes) builder.note(std::move(note));
        builder.lowerQuality(source.quality);
        const bool isXml =
            source.text.starts_with("<?xml") ||
            source.text.substr(0, kHeadBytes).find("//www.w3.org/1999/xhtml") != std::string::npos;
        addHtml(isXml ? htmlOfXhtml(std::move(source.text)) : source.text, builder);
        return builder.take();
    }
};

}  // namespace

const DocumentReader& htmlReader() {
    static const HtmlReader reader;
    return reader;
}

}  // namespace asterism
