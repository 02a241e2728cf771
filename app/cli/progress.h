#pragma once

#include <cstdint>
#include <string>

#include "core/base/clock.h"
#include "core/engine.h"
#include "core/events.h"

namespace asterism {

// Shows engine events to a person on standard error: documents, then blocks with tokens/s and time
// left on one line that is rewritten (terminals only), and warnings. Called from one thread at a
// time.
class ProgressLine {
  public:
    explicit ProgressLine(bool isShown) : m_isShown(isShown) {}

    void show(const EngineEvent& event);
    // The same for work that has no events: "checking: block 3 of 40".
    void show(const std::string& line) { showLine(line); }
    // Removes the line, so that other text can follow.
    void clear();

  private:
    void showEncoding();
    void showLine(const std::string& line);

    bool m_isShown;
    bool m_hasLine = false;
    std::int64_t m_totalTokens = 0;
    std::int64_t m_doneTokens = 0;
    std::int64_t m_encodedTokens = 0;  // of those, not restored ones
    std::size_t m_totalBlocks = 0;
    std::size_t m_doneBlocks = 0;
    Stopwatch m_clock;
};

// "30,412": with separators for thousands.
std::string grouped(std::int64_t number);
// "0.41 s" or "2 min 05 s".
std::string duration(double seconds);

// "31.4"
std::string fixedText(double value, int digits);

// The line under an answer: what was read, how long it took.
struct AnswerTiming {
    std::int64_t tokensRead = 0;
    double firstTokenSeconds = 0;
    double tokensPerSecond = 0;
    bool isSelection = false;  // of blocks: not everything in scope was attended
};
std::string timingLine(const EncodedContext& context, const AnswerTiming& answer);

// Most memory this process has had, in bytes.
std::int64_t peakMemory();

}  // namespace asterism
