#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/text/byte_range.h"
#include "core/text/folded_text.h"

namespace asterism {

// Where a quotation stands.
struct QuotedPlace {
    std::size_t document = 0;
    ByteRange range;  // in the document's text
    std::int64_t lineBegin = 1;
    std::int64_t lineEnd = 1;
    bool isExact = true;  // letter by letter; else as FoldedText has it
};

// Looks for quotations in documents. One thread at a time: it keeps what it needed to fold, about
// as much memory as the documents take.
class QuotationChecker {
  public:
    // The texts must outlive the checker. Those first in the list are found first, so give them in
    // the order of how likely they are meant.
    explicit QuotationChecker(std::vector<std::string_view> documents);

    // First letter by letter, then with both sides folded and the punctuation at its end left out.
    // Where an ellipsis stands in the quotation, the document may have up to 2000 bytes more.
    std::optional<QuotedPlace> find(std::string_view quotation);

  private:
    std::optional<QuotedPlace> findExact(std::string_view quotation) const;
    std::optional<QuotedPlace> findFolded(std::span<const std::string_view> pieces);
    const FoldedText& foldedText(std::size_t document);
    QuotedPlace placeOf(std::size_t document, ByteRange range, bool isExact) const;

    std::vector<std::string_view> m_documents;
    std::vector<std::unique_ptr<FoldedText>> m_folded;  // null: not needed yet
};

}  // namespace asterism
