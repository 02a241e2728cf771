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

void OnGpu::SetUp() {
    try {
        cudaDeviceCount();
    } catch (const Error& error) {
        GTEST_SKIP() << error.what();
    }
}

}  // namespace asterism::test
