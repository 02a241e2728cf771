#pragma once

#include "core/base/clock.h"
#include "core/events.h"
#include "ui/activity.h"

namespace asterism {

// Turns the engine's events into what a progress bar says. Any one thread.
class ProgressMeter {
  public:
    void begin(Activity::Stage stage, const QString& subject = {});
    // So many parts of the work are done, the last one being `subject`.
    void count(std::int64_t done, std::int64_t total, const QString& subject);
    // True if what is shown has changed.
    bool take(const EngineEvent& event);
    void end();

    const Activity& activity() const { return m_activity; }

  private:
    bool readDocument(const DocumentRead& event);
    bool startEncoding(const EncodingStarted& event);
    bool countBlock(const BlockEncoded& event);
    void showRate();

    Activity m_activity;
    Activity m_encoding;     // as it is to be shown; idle: no blocks are expected
    Activity m_before;       // encoding began
    bool m_isAside = false;  // blocks are encoded for something else, such as an answer
    Stopwatch m_clock;       // since encoding began
    std::int64_t m_encodedTokens = 0;
    std::int64_t m_restoredTokens = 0;
    std::int64_t m_totalTokens = 0;
};

}  // namespace asterism
