#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/documents/document.h"
#include "core/star/conversation.h"
#include "core/text/prompt.h"

namespace asterism {

// A stretch of a document, as citations point to it.
struct SourcePassage {
    TokenRange tokens;         // in the context
    std::size_t document = 0;  // index in the collection
    std::int64_t lineBegin = 1;
    std::int64_t lineEnd = 1;
    std::string text;  // as the model read it: a tokenizer may have rewritten it (NFC)
    // Bytes [textBegin, textEnd) of the document's text. Passages follow each other without gaps
    // but where a tokenizer rewrote line ends.
    std::size_t textBegin = 0;
    std::size_t textEnd = 0;
};

// Documents as one context: the chat header, then every document behind a line that names its
// path. Each document is tokenised alone, so that its tokens do not depend on its neighbours.
struct DocumentContext {
    std::vector<TokenId> tokens;
    std::vector<CutPoint> cuts;
    // Passages of documents, and between them the runs that frame them (no document).
    struct Part {
        TokenRange tokens;
        std::optional<SourcePassage> source;
        std::optional<std::size_t> document;  // that it belongs to; none for the chat header
    };
    std::vector<Part> parts;  // in order, covering all tokens

    // The parts that a question reads: the chat header and the documents that `isInScope` keeps.
    std::vector<std::size_t> partsInScope(const std::function<bool(std::size_t)>& isInScope) const;
};

// One document's stretch of a context: its name line, its text and its end. It is the same
// wherever the document stands, so it can be kept while other documents come and go. Cuts and
// parts count tokens from the segment's first, and the document's index is 0.
struct DocumentSegment {
    std::vector<TokenId> tokens;
    std::vector<CutPoint> cuts;  // the first one stands in front of the document
    std::vector<DocumentContext::Part> parts;
    TokenRange text;  // the tokens of the document's own text: all of it, and nothing else

    std::span<const TokenId> textTokens() const;
};

// Throws Error that names the document if its text is not UTF-8.
DocumentSegment buildSegment(const Tokenizer& tokenizer, const std::string& name,
                             std::string_view text);
// The same from the textTokens() of an earlier segment of the same text, without tokenising it.
// Throws Error that names the document if a token is not the tokenizer's.
DocumentSegment buildSegment(const Tokenizer& tokenizer, const std::string& name,
                             std::string_view text, std::span<const TokenId> textTokens);

// The header (it may be empty) and behind it the documents in this order. No cut stands in front
// of the first one: the header stays with it.
DocumentContext joinSegments(std::span<const TokenId> header,
                             std::span<const DocumentSegment* const> segments);

// All documents of a collection, joined behind the frame's header. Throws as buildSegment does.
DocumentContext buildContext(const Tokenizer& tokenizer, const PromptFrame& frame,
                             const DocumentCollection& collection);

// The query's tokens: the question as it follows the documents, inside the model's frame.
std::vector<TokenId> buildQuery(const Tokenizer& tokenizer, const PromptFrame& frame,
                                const std::string& question);
// The same for a later question: `unread` are tokens of the last answer that did not run yet.
std::vector<TokenId> buildFollowUp(const Tokenizer& tokenizer, const PromptFrame& frame,
                                   std::span<const TokenId> unread, const std::string& question);

}  // namespace asterism
