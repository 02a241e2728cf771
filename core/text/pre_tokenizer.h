#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/text/vocabulary.h"

namespace asterism {

// Cuts text into the stretches within which byte pairs are merged, by the pattern of a family of
// models. Immutable after construction; any thread.
class TextCutter {
  public:
    explicit TextCutter(PreTokenizer family);
    ~TextCutter();
    TextCutter(const TextCutter&) = delete;
    TextCutter& operator=(const TextCutter&) = delete;

    // The stretches in order; joined they are the text, which must be UTF-8. Throws Error if the
    // matcher runs out of memory.
    std::vector<std::string_view> cut(std::string_view text) const;

  private:
    struct Pattern;
    std::unique_ptr<const Pattern> m_pattern;
};

}  // namespace asterism
