#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/base/error.h"

namespace asterism {

static_assert(std::endian::native == std::endian::little, "model files are little-endian");

// Reads little-endian values one after the other out of a file's bytes; nothing is read past the
// end. Errors name the file, the offset and what was being read.
class ByteCursor {
  public:
    ByteCursor(std::string source, std::span<const std::byte> bytes)
        : m_source(std::move(source)), m_bytes(bytes) {}

    std::size_t offset() const { return m_offset; }
    std::size_t remaining() const { return m_bytes.size() - m_offset; }

    template <typename T>
    T read(std::string_view what) {
        static_assert(std::is_trivially_copyable_v<T>);
        T value{};
        std::memcpy(&value, take(sizeof(T), what).data(), sizeof(T));
        return value;
    }

    std::span<const std::byte> take(std::uint64_t count, std::string_view what) {
        if (count > remaining())
            fail(what, " needs ", count, " bytes, ", remaining(),
                 " are left; the file is truncated");
        const auto part = m_bytes.subspan(m_offset, static_cast<std::size_t>(count));
        m_offset += part.size();
        return part;
    }

    std::string_view takeText(std::uint64_t length, std::string_view what) {
        const std::span<const std::byte> bytes = take(length, what);
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

    template <typename... Parts>
    [[noreturn]] void fail(const Parts&... parts) const {
        throw Error(m_source, ": at offset ", m_offset, ": ", parts...);
    }

  private:
    std::string m_source;
    std::span<const std::byte> m_bytes;
    std::size_t m_offset = 0;
};

}  // namespace asterism
