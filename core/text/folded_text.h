#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/byte_range.h"

namespace asterism {

// A text in the form in which two writings of the same words are equal, and the way back to its
// bytes. Runs of white space are one space (none between Chinese or Japanese characters); hyphens
// inside words are left out, with a line end behind them; quotes, dashes and ellipses are typed as
// on a keyboard; Unicode compatibility forms are replaced (NFKC); invisible characters and
// Markdown's marks of bold text and code are left out. Capitals stay. Bytes that are not UTF-8
// stay as they are. The original is not kept.
class FoldedText {
  public:
    explicit FoldedText(std::string_view text);

    const std::string& text() const { return m_text; }
    // The bytes of the original that a stretch of the folded text, not an empty one, came from.
    ByteRange toOriginal(ByteRange folded) const;

  private:
    friend class TextFolder;

    // What begins there was copied byte for byte up to the next run, or came as a whole from what
    // stands up to where that one begins.
    struct Run {
        std::size_t folded = 0;
        std::size_t original = 0;
        bool isCopy = true;
    };
    const Run* runAt(std::size_t folded) const;

    std::string m_text;
    std::vector<Run> m_runs;  // the last one is the end of both texts
};

}  // namespace asterism
