#include "core/model/in_quotes.h"

#include <array>
#include <cstdio>

namespace asterism {

std::string inQuotes(std::string_view name) {
    constexpr std::size_t kLongest = 80;
    std::string text = "\"";
    for (const char letter : name.substr(0, kLongest)) {
        const auto code = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\') {
            text += '\\';
            text += letter;
        } else if (code < 0x20 || code == 0x7f) {
            std::array<char, 5> escape{};
            std::snprintf(escape.data(), escape.size(), "\\x%02x", code);
            text += escape.data();
        } else {
            text += letter;
        }
    }
    return text + (name.size() > kLongest ? "...\"" : "\"");
}

}  // namespace asterism
