#include <vector>

#include "core/base/error.h"
#include "core/model/config.h"
#include "core/model/dequantize.h"
#include "core/model/gguf.h"
#include "tests/fuzz/fuzz_file.h"

namespace {

// All that was accepted can be read: settings, vocabulary, and every tensor from end to end.
void readAll(const asterism::GgufFile& file) {
    for (const asterism::StoredTensor& tensor : file.tensors()) {
        std::vector<float> row(static_cast<std::size_t>(tensor.columns));
        const auto step = tensor.bytes.size() / static_cast<std::size_t>(tensor.rows);
        asterism::dequantize(tensor.type, tensor.bytes.first(step), row);
        asterism::dequantize(tensor.type, tensor.bytes.last(step), row);
    }
    try {
        asterism::readModelConfig(file);
    } catch (const asterism::Error&) {
        // The vocabulary may be sound all the same.
    }
    file.vocabulary();
}

}  // namespace

// Any file is either a model or a clean error.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const asterism::fuzz::FuzzFile input(data, size);
    try {
        readAll(asterism::GgufFile(input.path()));
    } catch (const asterism::Error&) {
        return 0;
    }
    return 0;
}
