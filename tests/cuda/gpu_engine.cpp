#include "tests/cuda/gpu_engine.h"

#include <utility>

#include "core/base/error.h"
#include "core/comm/local_communicator.h"
#include "cuda/cuda_backend.h"

namespace asterism::test {

std::unique_ptr<Engine> openOnGpu(const std::filesystem::path& model, DataType activations,
                                  int ranks) {
    EngineParts parts;
    parts.file = openModelFile(model);
    for (int rank = 0; rank < ranks; ++rank) {
        parts.backends.push_back(makeCudaBackend({.activations = activations}));
        parts.deviceOf.push_back(0);
    }
    parts.connectRanks = [ranks] { return makeLocalCommunicators(ranks, copyOnGpu); };
    return std::make_unique<Engine>(std::move(parts));
}

void expectError(const std::function<void()>& work, std::initializer_list<std::string_view> words) {
    std::string message;
    try {
        work();
    } catch (const Error& error) {
        message = error.what();
    }
    ASSERT_FALSE(message.empty()) << "no error was thrown";
    for (const std::string_view word : words)
        EXPECT_NE(message.find(word), std::string::npos) << word << " is not in: " << message;
}

void OnGpu::SetUp() {
    try {
        cudaDeviceCount();
    } catch (const Error& error) {
        GTEST_SKIP() << error.what();
    }
}

}  // namespace asterism::test
