#include "core/text/passage_locator.h"

#include <algorithm>

#include "core/text/utf8.h"

namespace asterism {

namespace {

// How far from its place a passage is looked for when the text before it was rewritten.
constexpr std::size_t kReach = 4096;

bool isBlank(std::string_view text) {
    return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

ByteRange PassageLocator::next(std::string_view passage) {
    const ByteRange range = locate(passage);
    m_next = range.end;
    return range;
}

ByteRange PassageLocator::locate(std::string_view passage) const {
    const std::string_view rest = m_text.substr(m_next);
    if (rest.starts_with(passage)) return {m_next, m_next + passage.size()};
    const ByteRange lines = byLines(passage);
    if (toNfc(lines.of(m_text)) == passage) return lines;
    return near(passage).value_or(lines);
}

// Passages end behind a line end and perhaps some of the next line's indentation, in front of a
// line end, or with the text: its line ends say where, whatever happened to the letters between.
ByteRange PassageLocator::byLines(std::string_view passage) const {
    std::size_t lineBegin = m_next;
    for (auto left = std::count(passage.begin(), passage.end(), '\n'); left > 0; --left) {
        const std::size_t lineEnd = m_text.find('\n', lineBegin);
        if (lineEnd == std::string_view::npos) return {m_next, m_text.size()};
        lineBegin = lineEnd + 1;
    }
    const std::string_view lastLine = passage.substr(passage.rfind('\n') + 1);
    if (isBlank(lastLine) && m_text.substr(lineBegin).starts_with(lastLine))
        return {m_next, lineBegin + lastLine.size()};
    return {m_next, std::min(m_text.find('\n', lineBegin), m_text.size())};
}

// The nearest place within reach that holds the passage as it is.
std::optional<ByteRange> PassageLocator::near(std::string_view passage) const {
    const std::size_t first = m_next - std::min(m_next, kReach);
    const std::string_view around = m_text.substr(first, m_next - first + kReach + passage.size());
    const std::size_t behind = around.find(passage, m_next - first);
    const std::size_t before = around.rfind(passage, m_next - first);
    if (behind == std::string_view::npos && before == std::string_view::npos) return std::nullopt;
    const auto distance = [&](std::size_t at) {
        return first + at > m_next ? first + at - m_next : m_next - first - at;
    };
    const bool isBehind = before == std::string_view::npos ||
                          (behind != std::string_view::npos && distance(behind) < distance(before));
    const std::size_t begin = first + (isBehind ? behind : before);
    return ByteRange{begin, begin + passage.size()};
}

}  // namespace asterism
