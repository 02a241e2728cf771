#include "app/cli/progress.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <variant>

#include "app/cli/byte_text.h"

namespace asterism {

std::string fixedText(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

void ProgressLine::show(const EngineEvent& event) {
    if (const auto* document = std::get_if<DocumentRead>(&event)) {
        showLine("reading: file " + grouped(document->index + 1) + " of " +
                 grouped(document->count) + " " + document->name);
    } else if (const auto* started = std::get_if<EncodingStarted>(&event)) {
        if (!started->warning.empty()) std::cerr << "warning: " << started->warning << std::endl;
        m_totalTokens = started->contextTokens;
        m_doneTokens = 0;
        m_encodedTokens = 0;
        m_doneBlocks = 0;
        m_totalBlocks = started->blocks.size();
        m_clock = Stopwatch();
        showEncoding();
    } else if (const auto* warning = std::get_if<Warning>(&event)) {
        clear();
        std::cerr << "warning: " << warning->text << std::endl;
    } else if (const auto* encoded = std::get_if<BlockEncoded>(&event)) {
        m_doneTokens += encoded->tokens.tokens();
        // A block that was kept says nothing of the time that others take.
        if (!encoded->isRestored) m_encodedTokens += encoded->tokens.tokens();
        ++m_doneBlocks;
        showEncoding();
        if (m_doneBlocks == m_totalBlocks) clear();
    }
}

void ProgressLine::showEncoding() {
    if (!m_isShown) return;
    std::string line = "encoding: block " + grouped(static_cast<std::int64_t>(m_doneBlocks)) +
                       " of " + grouped(static_cast<std::int64_t>(m_totalBlocks)) + ", " +
                       grouped(m_doneTokens) + " of " + grouped(m_totalTokens) + " tokens";
    const double seconds = m_clock.seconds();
    if (m_encodedTokens > 0 && seconds > 0) {
        const double rate = static_cast<double>(m_encodedTokens) / seconds;
        line += ", " + grouped(std::llround(rate)) + " tokens/s, " +
                duration(static_cast<double>(m_totalTokens - m_doneTokens) / rate) + " left";
    }
    showLine(line);
}

void ProgressLine::showLine(const std::string& line) {
    if (!m_isShown) return;
    std::cerr << "\r\033[K" << line << std::flush;
    m_hasLine = true;
}

void ProgressLine::clear() {
    if (m_hasLine) std::cerr << "\r\033[K" << std::flush;
    m_hasLine = false;
}

std::string grouped(std::int64_t number) {
    std::string text = std::to_string(number);
    const int first = number < 0 ? 1 : 0;
    for (int at = static_cast<int>(text.size()) - 3; at > first; at -= 3)
        text.insert(static_cast<std::size_t>(at), ",");
    return text;
}

std::string duration(double seconds) {
    if (seconds < 60) return fixedText(seconds, seconds < 10 ? 2 : 1) + " s";
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    const std::string rest = std::to_string(whole % 60);
    std::string text = std::to_string(whole / 60);
    text += rest.size() < 2 ? " min 0" : " min ";
    return text + rest + " s";
}

std::string timingLine(const EncodedContext& context, const AnswerTiming& answer) {
    const double rate =
        static_cast<double>(context.contextTokens()) / std::max(context.encodeSeconds, 1e-9);
    const std::int64_t encoded = std::ssize(context.blocks) - context.restoredBlocks;
    std::string blocks = grouped(encoded) + " blocks encoded";
    if (context.restoredBlocks > 0)
        blocks = grouped(context.restoredBlocks) + " blocks restored, " + blocks;
    blocks += " in " + duration(context.encodeSeconds);
    if (context.restoredBlocks == 0) blocks += " (" + grouped(std::llround(rate)) + " tokens/s)";
    const std::string read =
        grouped(answer.tokensRead) + " of " + grouped(context.contextTokens()) + " tokens";
    return (answer.isSelection ? "attended to " + read : "read " + read + ", nothing dropped") +
           " · " + blocks + " · first token " + duration(answer.firstTokenSeconds) + " · " +
           fixedText(answer.tokensPerSecond, 1) + " tokens/s · KV cache " +
           bytesText(static_cast<std::uint64_t>(context.kvBytes())) + " · peak memory " +
           bytesText(static_cast<std::uint64_t>(peakMemory()));
}

std::int64_t peakMemory() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return std::int64_t{usage.ru_maxrss} * 1024;
}

}  // namespace asterism
