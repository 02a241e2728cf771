// The one file of core that uses Qt: PDFium, as Qt PDF wraps it, needs no display and no
// application object. Qt PDF guards PDFium with a lock, so any thread may read.

#include <QtCore/QBuffer>
#include <QtCore/QByteArray>
#include <QtPdf/QPdfDocument>
#include <QtPdf/QPdfSelection>
#include <algorithm>
#include <string>
#include <vector>

#include "core/documents/page_text.h"
#include "core/documents/reader_list.h"
#include "core/documents/text_builder.h"

namespace asterism {

namespace {

// Readers of PDF look this far for the beginning and the end of a file.
constexpr std::size_t kSearchedBytes = 1024;

void refuseUnlessReady(const QPdfDocument& pdf) {
    if (pdf.status() == QPdfDocument::Status::Ready) return;
    switch (pdf.error()) {
        case QPdfDocument::Error::IncorrectPassword:
            throw RefusedFile(LeftOutCause::encrypted,
                              "encrypted: it wants a password; save a copy without one");
        case QPdfDocument::Error::UnsupportedSecurityScheme:
            throw RefusedFile(LeftOutCause::encrypted,
                              "encrypted in a way that is not known; save a copy without it");
        default:
            throw RefusedFile(LeftOutCause::damaged,
                              "damaged or truncated: it cannot be opened as PDF");
    }
}

bool endsEarly(std::string_view bytes) {
    const std::size_t searched = std::min(bytes.size(), kSearchedBytes);
    return bytes.substr(bytes.size() - searched).find("%%EOF") == bytes.npos;
}

// Adds all pages; returns those without text.
std::vector<int> addPages(QPdfDocument& pdf, TextBuilder& builder) {
    std::vector<int> withoutText;
    for (int page = 0; page < pdf.pageCount(); ++page) {
        const std::string text = cleanPageText(pdf.getAllText(page).text().toStdString());
        builder.markPage(page + 1);
        if (text.find_first_not_of(" \t\n\f") == text.npos)
            withoutText.push_back(page + 1);
        else
            builder.addVerbatim(text);
    }
    return withoutText;
}

class PdfReader : public DocumentReader {
  public:
    DocumentKind kind() const override { return DocumentKind::pdf; }

    // Some files carry a few bytes in front; their name must say what they are.
    bool accepts(std::string_view fileName, std::string_view head) const override {
        return head.starts_with("%PDF-") ||
               (hasSuffix(fileName, {".pdf"}) &&
                head.substr(0, kSearchedBytes).find("%PDF-") != head.npos);
    }

    ReadText read(std::string_view bytes, const ReadLimits& limits) const override {
        QByteArray content =
            QByteArray::fromRawData(bytes.data(), static_cast<qsizetype>(bytes.size()));
        QBuffer buffer(&content);
        buffer.open(QIODevice::ReadOnly);
        QPdfDocument pdf;
        pdf.load(&buffer);
        refuseUnlessReady(pdf);
        const int pages = pdf.pageCount();
        if (pages > limits.pages)
            throw RefusedFile(LeftOutCause::tooLarge, "has ", pages, " pages; at most ",
                              limits.pages, " are read");

        TextBuilder builder(limits);
        const std::vector<int> withoutText = addPages(pdf, builder);
        if (withoutText.size() == static_cast<std::size_t>(pages))
            throw RefusedFile(LeftOutCause::noText, "none of its ", pages,
                              " pages has a text layer: scanned? Recognise the text first (OCR)");
        if (!withoutText.empty()) {
            const bool isOne = withoutText.size() == 1;
            builder.note((isOne ? "page " : "pages ") + nameNumbers(withoutText) +
                         (isOne ? " has" : " have") + " no text layer (scanned, or empty)");
            builder.lowerQuality(TextQuality::doubtful);
        }
        if (endsEarly(bytes)) {
            builder.note("the file ends early, it may be truncated: " + std::to_string(pages) +
                         " pages were found");
            builder.lowerQuality(TextQuality::poor);
        }
        ReadText result = builder.take();
        judgeExtractedText(result);
        return result;
    }
};

}  // namespace

const DocumentReader& pdfReader() {
    static const PdfReader reader;
    return reader;
}

}  // namespace asterism
