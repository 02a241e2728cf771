#include "tests/cuda/gpu_engine.h"

#include <span>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/comm/local_communicator.h"
#include "cuda/cuda_backend.h"
#include "cuda/nccl_communicator.h"

namespace asterism::test {

namespace {

constexpr std::int64_t kWidth = 4096;

}  // namespace

std::unique_ptr<Engine> openOnGpu(const std::filesystem::path& model, DataType activations,
                                  int ranks, std::int64_t memoryLimit) {
    EngineParts parts;
    parts.file = openModelFile(model);
    for (int rank = 0; rank < ranks; ++rank) {
        parts.backends.push_back(
            makeCudaBackend({.activations = activations, .memoryLimit = memoryLimit}));
        parts.deviceOf.push_back(0);
    }
    parts.connectRanks = [ranks] { return makeLocalCommunicators(ranks, copyOnGpu); };
    return std::make_unique<Engine>(std::move(parts));
}

std::unique_ptr<Engine> openOnAllGpus(const std::filesystem::path& model, DataType activations) {
    EngineParts parts;
    parts.file = openModelFile(model);
    std::vector<Backend*> backends;
    for (int device = 0; device < cudaDeviceCount(); ++device) {
        parts.backends.push_back(makeCudaBackend({.device = device, .activations = activations}));
        parts.deviceOf.push_back(device);
        backends.push_back(parts.backends.back().get());
    }
    parts.connectRanks = [backends] { return makeNcclCommunicators(backends); };
    return std::make_unique<Engine>(std::move(parts));
}

Products::Products(Backend& backend)
    : m_backend(backend),
      m_input(backend.activations({kWidth, kWidth})),
      m_output(backend.activations({kWidth, kWidth})) {
    const std::vector<float> values(static_cast<std::size_t>(kWidth * kWidth), 0.5F);
    HostWeight host;
    host.rows = kWidth;
    host.columns = kWidth;
    host.bytes = std::as_bytes(std::span(values));
    m_weight = backend.load(host);
    const auto bytes = static_cast<std::size_t>(m_input.view().bytes());
    backend.upload(host.bytes.first(bytes), m_input.view());
}

void Products::run(int times) {
    for (int i = 0; i < times; ++i)
        m_backend.linear(m_input.view(), *m_weight, nullptr, m_output.view());
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
