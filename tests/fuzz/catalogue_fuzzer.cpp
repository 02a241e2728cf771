#include <string_view>

#include "core/base/error.h"
#include "core/fetch/catalogue.h"

// Any text is either a catalogue or a clean error.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    try {
        asterism::Catalogue::parse({reinterpret_cast<const char*>(data), size}, "fuzz");
    } catch (const asterism::Error&) {
        return 0;
    }
    return 0;
}
