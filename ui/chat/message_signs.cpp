#include "ui/chat/message_signs.h"

#include <algorithm>

#include "core/text/sentences.h"

namespace asterism {

namespace {

// Characters of UTF-16 that the first bytes of a text make.
qsizetype characters(const std::string& text, std::size_t bytes) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(std::min(bytes, text.size())))
        .size();
}

}  // namespace

std::vector<TextSign> signsOf(const ShownMessage& message) {
    std::vector<TextSign> signs;
    const std::string& text = message.record.text;
    const std::vector<ByteRange> sentences = splitSentences(text);
    for (const auto& [sentence, citation] : message.cited) {
        if (sentence >= static_cast<int>(sentences.size())) continue;
        const ByteRange& range = sentences[static_cast<std::size_t>(sentence)];
        signs.push_back({TextSign::Kind::citation, characters(text, range.end), citation + 1});
    }
    for (const QuotationRecord& quotation : message.quotations) {
        if (quotation.isFound) continue;
        signs.push_back({TextSign::Kind::quotationBegin, characters(text, quotation.answerBegin)});
        signs.push_back({TextSign::Kind::quotationEnd, characters(text, quotation.answerEnd)});
    }
    return signs;
}

}  // namespace asterism
