#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace asterism::eval {

// The sentences of running text: tables, code, headings and whatever else has no full stop behind
// it are left out, white space is one space.
std::vector<std::string> proseSentences(std::string_view text);
// The same of a source file's line comments.
std::vector<std::string> commentSentences(std::string_view source);

// `words` words of the sentences, from number `first` on and again from the beginning where they
// end; the last sentence is cut where the words end.
std::vector<std::string> proseFiller(const std::vector<std::string>& sentences, std::size_t first,
                                     std::int64_t words);

// Units that a line counts for in lineFiller.
inline constexpr std::int64_t kUnitsPerLine = 8;

// Lines 0, 1, ...; the last one is cut to the share of its characters that is left of the units.
std::vector<std::string> lineFiller(const std::function<std::string(std::size_t)>& line,
                                    std::int64_t units);

// A sentence that stands in a filler; depth 0 is its beginning, 1 its end.
struct Insert {
    double depth = 0;
    std::string text;
};

// The filler with the inserts between its lines, in the order of their depths; those of equal
// depth in the order given.
std::string joinWithInserts(const std::vector<std::string>& filler, std::vector<Insert> inserts,
                            std::string_view separator);

}  // namespace asterism::eval
