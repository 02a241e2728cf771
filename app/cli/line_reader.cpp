#include "app/cli/line_reader.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "core/model/decoder.h"

namespace asterism {

std::optional<std::string> LineReader::next(const std::stop_token& stop) {
    constexpr int kStopMilliseconds = 100;
    for (;;) {
        const std::size_t end = m_pending.find('\n');
        if (end != std::string::npos) {
            std::string line = m_pending.substr(0, end);
            m_pending.erase(0, end + 1);
            return line;
        }
        if (m_isAtEnd) {
            if (m_pending.empty()) return std::nullopt;
            return std::exchange(m_pending, {});
        }
        if (stop.stop_requested()) throw Stopped();
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (::poll(&input, 1, kStopMilliseconds) <= 0) continue;
        std::array<char, 4096> piece;
        const ssize_t bytes = ::read(STDIN_FILENO, piece.data(), piece.size());
        if (bytes > 0)
            m_pending.append(piece.data(), static_cast<std::size_t>(bytes));
        else
            m_isAtEnd = true;
    }
}

}  // namespace asterism
