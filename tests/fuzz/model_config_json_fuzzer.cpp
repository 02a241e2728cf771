#include <string_view>

#include "core/base/error.h"
#include "core/model/hugging_face_config.h"

// Any text is either the settings of a model or a clean error.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    try {
        const asterism::Json parsed =
            asterism::parseJson({reinterpret_cast<const char*>(data), size}, "fuzz");
        asterism::translateConfig(asterism::JsonObject(parsed, "fuzz"), "fuzz");
    } catch (const asterism::Error&) {
        return 0;
    }
    return 0;
}
