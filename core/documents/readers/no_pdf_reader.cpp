// Stands in for the PDF reader where Qt PDF is missing, so that PDF files are left out by name.

#include "core/documents/reader_list.h"

namespace asterism {

namespace {

class NoPdfReader : public DocumentReader {
  public:
    DocumentKind kind() const override { return DocumentKind::pdf; }

    bool accepts(std::string_view, std::string_view head) const override {
        return head.starts_with("%PDF-");
    }

    ReadText read(std::string_view, const ReadLimits&) const override {
        throw RefusedFile(LeftOutCause::unsupported,
                          "this program was built without Qt PDF and cannot read PDF files");
    }
};

}  // namespace

const DocumentReader& pdfReader() {
    static const NoPdfReader reader;
    return reader;
}

}  // namespace asterism
