#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/star/block_plan.h"
#include "core/text/byte_range.h"

namespace asterism {

// The sentences of an answer, in order: Markdown in any language. Headings, table rows and code
// blocks count as one sentence each, list items and paragraphs are split. Ranges leave out list
// markers, fences and the blanks between sentences; those of a sentence over several lines of a
// quotation hold the marks between them. Works on any bytes.
std::vector<ByteRange> splitSentences(std::string_view answer);

// The tokens that each sentence was written with. `pieces` are the bytes of the answer's tokens in
// order (Tokenizer::bytesOf); joined, with what is not UTF-8 replaced, they begin with the answer.
// A token that touches two sentences belongs to the one that has most of its bytes, a token that
// touches none to none. Sentences without tokens get an empty range.
std::vector<TokenRange> sentenceTokens(std::span<const ByteRange> sentences,
                                       std::span<const std::string> pieces);

}  // namespace asterism
