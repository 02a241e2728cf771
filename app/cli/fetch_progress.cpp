#include "app/cli/fetch_progress.h"

#include <algorithm>
#include <cmath>

#include "app/cli/byte_text.h"

namespace asterism {

std::optional<std::string> FetchProgressText::line(const FetchProgress& progress, double seconds) {
    constexpr double kLineSeconds = 0.2;
    constexpr double kRateSeconds = 1.0;  // a rate over less says nothing
    const bool isNewStage = m_stage != progress.stage;
    const bool isLast = progress.doneBytes == progress.totalBytes;
    if (!isNewStage && !isLast && seconds - m_lastLine < kLineSeconds) return std::nullopt;
    if (isNewStage) {
        m_stage = progress.stage;
        m_stageBegin = seconds;
        m_bytesAtBegin = progress.doneBytes;
    }
    m_lastLine = seconds;

    std::string text = m_name;
    text += progress.stage == FetchProgress::Stage::checking ? ": checking " : ": downloading ";
    text += bytesText(progress.doneBytes) + " of " + bytesText(progress.totalBytes);
    const double spent = seconds - m_stageBegin;
    const double rate =
        static_cast<double>(progress.doneBytes - std::min(m_bytesAtBegin, progress.doneBytes)) /
        std::max(spent, 1e-9);
    if (spent >= kRateSeconds && rate >= 1) {
        const auto left = static_cast<double>(progress.totalBytes - progress.doneBytes) / rate;
        text += ", " + bytesText(static_cast<std::uint64_t>(rate)) + "/s, " +
                std::to_string(std::llround(std::ceil(left))) + " s left";
    }
    return text;
}

}  // namespace asterism
