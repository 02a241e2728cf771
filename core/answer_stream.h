#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/text/utf8.h"

namespace asterism {

// The text of an answer as it grows: hands out whole UTF-8 sequences only, and nothing that may
// turn out to be the beginning of a stop text. Everything before the first stop text comes out
// exactly once.
class AnswerStream {
  public:
    explicit AnswerStream(std::vector<std::string> stopTexts);

    // Adds the bytes of one token; returns what can be shown now.
    std::string add(std::string_view bytes);
    // Returns what was held back, once no more bytes come.
    std::string finish();
    // True once a stop text was met; nothing comes out after it.
    bool hasStopped() const { return m_hasStopped; }

  private:
    std::string release(std::string_view text, bool isLast);

    std::vector<std::string> m_stopTexts;
    Utf8Stream m_utf8;
    std::string m_held;
    bool m_hasStopped = false;
};

}  // namespace asterism
