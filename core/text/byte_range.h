#pragma once

#include <cstddef>
#include <string_view>

namespace asterism {

// Bytes [begin, end) of a text.
struct ByteRange {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t bytes() const { return end - begin; }
    std::string_view of(std::string_view text) const { return text.substr(begin, bytes()); }
    bool operator==(const ByteRange&) const = default;
};

}  // namespace asterism
