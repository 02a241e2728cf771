#include <cstddef>

#include "core/base/error.h"
#include "core/model/hugging_face_config.h"
#include "core/model/safetensors.h"
#include "tests/fuzz/fuzz_file.h"

// Any file is either a table of tensors that lie within it or a clean error.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const asterism::fuzz::FuzzFile input(data, size);
    try {
        const asterism::SafetensorsFile file(input.path());
        std::byte sum{};
        for (const asterism::StoredTensor& tensor : file.tensors()) {
            sum ^= tensor.bytes.front() ^ tensor.bytes.back();
            asterism::translateTensorName(tensor.name, "gemma3");
        }
        static volatile std::byte kept;
        kept = sum;
    } catch (const asterism::Error&) {
        return 0;
    }
    return 0;
}
