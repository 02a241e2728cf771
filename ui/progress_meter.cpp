#include "ui/progress_meter.h"

namespace asterism {

void ProgressMeter::begin(Activity::Stage stage, const QString& subject) {
    end();
    m_activity.stage = stage;
    m_activity.subject = subject;
}

void ProgressMeter::end() {
    m_activity = {};
    m_encoding = {};
}

void ProgressMeter::count(std::int64_t done, std::int64_t total, const QString& subject) {
    m_activity.done = done;
    m_activity.total = total;
    m_activity.subject = subject;
}

bool ProgressMeter::take(const EngineEvent& event) {
    if (const auto* read = std::get_if<DocumentRead>(&event))
        return !m_activity.isIdle() && readDocument(*read);
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
    const bool isLoading = m_activity.stage == Activity::Stage::loading;
    // Then most often nothing is encoded: it is not shown before something is.
    m_isAside = m_activity.isIdle() || m_activity.stage == Activity::Stage::explaining ||
                m_activity.stage == Activity::Stage::summarizing;
    m_before = m_activity;
    m_encoding = {};
    m_encoding.stage = isLoading ? Activity::Stage::loading : Activity::Stage::encoding;
    m_encoding.total = static_cast<std::int64_t>(event.blocks.size());
    m_encoding.canPause = !m_isAside;
    m_totalTokens = event.contextTokens;
    m_encodedTokens = 0;
    m_restoredTokens = 0;
    m_clock = {};
    if (!m_isAside) m_activity = m_encoding;
    return !m_isAside;
}

bool ProgressMeter::countBlock(const BlockEncoded& event) {
    if (m_encoding.isIdle()) return false;
    ++m_encoding.done;
    if (event.isRestored) {
        m_restoredTokens += event.tokens.tokens();
    } else {
        // The first block that has to be encoded ends what was only a load.
        m_encoding.stage = Activity::Stage::encoding;
        m_encodedTokens += event.tokens.tokens();
        showRate();
    }
    if (m_isAside && m_encodedTokens == 0) return false;
    const bool isOver = m_isAside && m_encoding.done >= m_encoding.total;
    m_activity = isOver ? m_before : m_encoding;
    return true;
}

void ProgressMeter::showRate() {
    const double seconds = m_clock.seconds();
    if (seconds > 0) m_encoding.tokensPerSecond = static_cast<double>(m_encodedTokens) / seconds;
    const auto left = static_cast<double>(m_totalTokens - m_encodedTokens - m_restoredTokens);
    m_encoding.secondsLeft =
        m_encoding.tokensPerSecond > 0 && left > 0 ? left / m_encoding.tokensPerSecond : 0;
}

}  // namespace asterism
