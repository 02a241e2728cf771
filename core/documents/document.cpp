#include "core/documents/document.h"

#include <algorithm>
#include <iterator>

#include "core/base/check.h"

namespace asterism {

namespace {

constexpr std::string_view kKindNames[] = {"text", "markdown", "html", "pdf",
                                           "docx", "odt",      "epub", "source"};
constexpr std::string_view kQualityNames[] = {"good", "doubtful", "poor"};
constexpr std::string_view kCauseNames[] = {"hidden",     "ignored",   "binary",      "generated",
                                            "vendored",   "too large", "link",        "not a file",
                                            "unreadable", "changing",  "damaged",     "encrypted",
                                            "no text",    "unsafe",    "unsupported", "unwanted"};

template <typename Enum, std::size_t count>
std::string_view nameOf(Enum value, const std::string_view (&names)[count]) {
    const auto index = static_cast<std::size_t>(value);
    ASTERISM_CHECK(index < count);
    return names[index];
}

// Of things ordered by offset, the end of those that begin at or before it.
template <typename Iterator, typename OffsetOf>
Iterator endOfBefore(Iterator begin, Iterator end, std::size_t offset, OffsetOf offsetOf) {
    return std::partition_point(begin, end,
                                [&](const auto& item) { return offsetOf(item) <= offset; });
}

}  // namespace

std::string_view toString(DocumentKind kind) {
    return nameOf(kind, kKindNames);
}

std::string_view toString(TextQuality quality) {
    return nameOf(quality, kQualityNames);
}

std::string_view toString(LeftOutCause cause) {
    return nameOf(cause, kCauseNames);
}

bool hasFileLines(DocumentKind kind) {
    return kind == DocumentKind::text || kind == DocumentKind::markdown ||
           kind == DocumentKind::source;
}

LocationIndex::LocationIndex(DocumentKind kind, std::string_view text, std::span<const Mark> marks)
    : m_kind(kind), m_lineBegins{0} {
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] == '\n') m_lineBegins.push_back(i + 1);
    for (const Mark& mark : marks)
        (mark.kind == Mark::Kind::page ? m_pages : m_headings).push_back(mark);
}

Location LocationIndex::at(std::size_t offset) const {
    const auto markOffset = [](const Mark& mark) { return mark.offset; };
    Location location;
    const auto lineEnd = endOfBefore(m_lineBegins.begin(), m_lineBegins.end(), offset,
                                     [](std::size_t begin) { return begin; });
    location.line = std::distance(m_lineBegins.begin(), lineEnd);

    const auto pageEnd = endOfBefore(m_pages.begin(), m_pages.end(), offset, markOffset);
    if (pageEnd != m_pages.begin()) location.page = std::prev(pageEnd)->number;

    auto heading = endOfBefore(m_headings.begin(), m_headings.end(), offset, markOffset);
    for (int level = 0; heading != m_headings.begin() && level != 1;) {
        --heading;
        if (level != 0 && heading->number >= level) continue;
        level = heading->number;
        location.headings.push_back(heading->title);
    }
    std::reverse(location.headings.begin(), location.headings.end());
    return location;
}

Location LocationIndex::atLine(std::int64_t line) const {
    const auto last = static_cast<std::int64_t>(m_lineBegins.size());
    return at(m_lineBegins[static_cast<std::size_t>(std::clamp<std::int64_t>(line, 1, last) - 1)]);
}

std::string LocationIndex::describeLines(std::int64_t begin, std::int64_t end) const {
    const auto range = [](const char* what, std::int64_t from, std::int64_t to) {
        if (from == to) return what + (" " + std::to_string(from));
        return std::string(what) + "s " + std::to_string(from) + " to " + std::to_string(to);
    };
    const Location first = atLine(begin);
    if (first.page) return range("page", *first.page, atLine(end).page.value_or(*first.page));
    if (hasFileLines(m_kind) || first.headings.empty()) return range("line", begin, end);
    std::string place;
    for (const std::string& heading : first.headings)
        place += (place.empty() ? "under \"" : " > ") + heading;
    return place + '"';
}

}  // namespace asterism
