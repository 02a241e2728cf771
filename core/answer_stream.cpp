#include "core/answer_stream.h"

#include <algorithm>

namespace asterism {

namespace {

// Length of the longest end of `text` that is a proper beginning of `stop`.
std::size_t overlap(std::string_view text, std::string_view stop) {
    for (std::size_t length = std::min(text.size(), stop.size() - 1); length > 0; --length)
        if (text.substr(text.size() - length) == stop.substr(0, length)) return length;
    return 0;
}

}  // namespace

AnswerStream::AnswerStream(std::vector<std::string> stopTexts) : m_stopTexts(std::move(stopTexts)) {
    std::erase(m_stopTexts, std::string());
}

std::string AnswerStream::add(std::string_view bytes) {
    if (m_hasStopped) return {};
    return release(m_utf8.add(bytes), false);
}

std::string AnswerStream::finish() {
    if (m_hasStopped) return {};
    return release(m_utf8.finish(), true);
}

std::string AnswerStream::release(std::string_view text, bool isLast) {
    m_held += text;
    std::size_t end = m_held.size();
    for (const std::string& stop : m_stopTexts) {
        const std::size_t found = m_held.find(stop);
        if (found != std::string::npos && found <= end) {
            end = found;
            m_hasStopped = true;
        }
    }
    if (!m_hasStopped && !isLast) {
        std::size_t kept = 0;
        for (const std::string& stop : m_stopTexts) kept = std::max(kept, overlap(m_held, stop));
        end -= kept;
    }
    std::string out = m_held.substr(0, end);
    m_held.erase(0, end);
    return out;
}

}  // namespace asterism
