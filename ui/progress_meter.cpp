#include "ui/progress_meter.h"

namespace asterism {

void ProgressMeter::begin(Activity::Stage stage, const QString& subject) {
    m_activity = {};
    m_activity.stage = stage;
    m_activity.subject = subject;
}

void ProgressMeter::count(std::int64_t done, std::int64_t total, const QString& subject) {
    m_activity.done = done;
    m_activity.total = total;
    m_activity.subject = subject;
}

bool ProgressMeter::take(const EngineEvent& event) {
    if (m_activity.isIdle()) return false;
    if (const auto* read = std::get_if<DocumentRead>(&event)) return readDocument(*read);
    if (const auto* started = std::get_if<EncodingStarted>(&event)) return startEncoding(*started);
    if (const auto* block = std::get_if<BlockEncoded>(&event)) return countBlock(*block);
    return false;
}

bool ProgressMeter::readDocument(const DocumentRead& event) {
    m_activity.stage = Activity::Stage::reading;
    m_activity.subject = QString::fromStdString(event.name);
    m_activity.done = event.index;
    m_activity.total = event.count;
    return true;
}

bool ProgressMeter::startEncoding(const EncodingStarted& event) {
    const bool isOther = m_activity.stage == Activity::Stage::explaining ||
                         m_activity.stage == Activity::Stage::summarizing;
    if (isOther) return false;  // its own count says more
    const bool isLoading = m_activity.stage == Activity::Stage::loading;
    m_activity.stage = isLoading ? Activity::Stage::loading : Activity::Stage::encoding;
    m_activity.subject.clear();
    m_activity.done = 0;
    m_activity.total = static_cast<std::int64_t>(event.blocks.size());
    m_activity.tokensPerSecond = 0;
    m_activity.secondsLeft = 0;
    m_activity.canPause = true;
    m_totalTokens = event.contextTokens;
    m_encodedTokens = 0;
    m_restoredTokens = 0;
    m_clock = {};
    return true;
}

bool ProgressMeter::countBlock(const BlockEncoded& event) {
    const bool isCounted = m_activity.stage == Activity::Stage::loading ||
                           m_activity.stage == Activity::Stage::encoding;
    if (!isCounted) return false;
    ++m_activity.done;
    if (event.isRestored) {
        m_restoredTokens += event.tokens.tokens();
        return true;
    }
    // The first block that has to be encoded ends what was only a load.
    m_activity.stage = Activity::Stage::encoding;
    m_encodedTokens += event.tokens.tokens();
    const double seconds = m_clock.seconds();
    if (seconds > 0) m_activity.tokensPerSecond = static_cast<double>(m_encodedTokens) / seconds;
    const auto left = static_cast<double>(m_totalTokens - m_encodedTokens - m_restoredTokens);
    if (m_activity.tokensPerSecond > 0 && left > 0)
        m_activity.secondsLeft = left / m_activity.tokensPerSecond;
    else
        m_activity.secondsLeft = 0;
    return true;
}

}  // namespace asterism
