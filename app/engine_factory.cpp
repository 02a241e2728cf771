#include "app/engine_factory.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/threads.h"
#include "core/comm/local_communicator.h"
#include "core/cpu/cpu_backend.h"
#include "core/cpu/machine_rate.h"
#if ASTERISM_CUDA
#include "cuda/cuda_backend.h"
#include "cuda/machine_rate.h"
#include "cuda/nccl_communicator.h"
#endif

namespace asterism {

namespace {

void addCpuRanks(const EngineOptions& options, EngineParts& parts) {
    const int threads = options.threads > 0 ? options.threads : usableCores();
    for (int rank = 0; rank < options.ranks; ++rank) {
        CpuOptions cpu;
        cpu.threads = std::max(1, threads / options.ranks);
        if (options.precision == Precision::automatic) cpu.arithmetic = cpu::Arithmetic::automatic;
        parts.backends.push_back(makeCpuBackend(cpu));
        parts.deviceOf.push_back(0);
    }
    parts.connectRanks = [ranks = options.ranks] { return makeLocalCommunicators(ranks); };
}

void checkRanks(const EngineOptions& options) {
    constexpr int kMostRanks = 1024;  // each is a thread with work space of its own
    if (options.ranks < 1 || options.ranks > kMostRanks)
        throw Error(options.ranks, " ranks are not possible; use 1 to ", kMostRanks);
}

bool isGpu(const EngineOptions& options) {
    return options.device == "cuda" || options.device.starts_with("cuda:");
}

#if ASTERISM_CUDA
// The index of "cuda:1"; 0 for "cuda".
int gpuIndex(const std::string& device) {
    if (device == "cuda") return 0;
    const std::string_view digits = std::string_view(device).substr(5);
    int index = 0;
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), index);
    if (error != std::errc() || end != digits.end())
        throw Error("device ", device, " is not understood; use cuda or cuda:0");
    return index;
}

// The GPU of every rank: the one that was named, or as many as there are, one each.
std::vector<int> gpusOf(const EngineOptions& options) {
    std::vector<int> gpus(static_cast<std::size_t>(options.ranks), gpuIndex(options.device));
    const int count = cudaDeviceCount();
    if (options.device != "cuda" || count == 1) return gpus;
    if (options.ranks > count)
        throw Error(options.ranks, " ranks are more than the ", count,
                    " GPUs of this machine; use fewer, or --device cuda:0 for all on one GPU");
    std::iota(gpus.begin(), gpus.end(), 0);
    return gpus;
}

// Ranks on one GPU share its weights and copy within its memory; NCCL connects several.
void addGpuRanks(const EngineOptions& options, EngineParts& parts) {
    const std::vector<int> gpus = gpusOf(options);
    CudaOptions cuda;
    cuda.memoryLimit = options.gpuMemory;
    if (options.precision == Precision::f32) cuda.activations = DataType::f32;
    for (const int gpu : gpus) {
        cuda.device = gpu;
        parts.backends.push_back(makeCudaBackend(cuda));
        parts.deviceOf.push_back(gpu);
    }
    if (gpus.front() == gpus.back()) {
        parts.connectRanks = [ranks = options.ranks] {
            return makeLocalCommunicators(ranks, copyOnGpu);
        };
        return;
    }
    std::vector<Backend*> backends;  // which the engine owns from now on
    for (const auto& backend : parts.backends) backends.push_back(backend.get());
    parts.connectRanks = [backends] { return makeNcclCommunicators(backends); };
}

DeviceRate measureGpuRate(const EngineOptions& options, const ModelConfig& model) {
    const cuda::MachineRate rate = cuda::measureMachineRate(
        gpuIndex(options.device), {model.heads, model.kvHeads, model.headDim});
    return {.peak = {rate.productFlops, rate.attentionFlops},
            .lasting = {rate.lastingProductFlops, rate.lastingAttentionFlops},
            .memoryBytes = rate.copyBytes};
}
#else
DeviceRate measureGpuRate(const EngineOptions&, const ModelConfig&) {
    return {};  // addGpuRanks() has said that there is none
}

void addGpuRanks(const EngineOptions& options, EngineParts&) {
    throw Error("device ", options.device, ": this build has no CUDA back end; use --device cpu");
}
#endif

CpuOptions processorOptions(const EngineOptions& options) {
    CpuOptions cpu;
    cpu.threads = options.threads;
    if (options.precision == Precision::automatic) cpu.arithmetic = cpu::Arithmetic::automatic;
    return cpu;
}

}  // namespace

std::vector<std::string> availableDevices() {
    std::vector<std::string> devices = {"cpu"};
#if ASTERISM_CUDA
    for (int gpu = 0; gpu < cudaDeviceCount(); ++gpu)
        devices.push_back("cuda:" + std::to_string(gpu));
#endif
    return devices;
}

std::unique_ptr<Engine> openEngine(const EngineOptions& options) {
    checkRanks(options);
    return openEngine(options, openModelFile(options.model));
}

std::unique_ptr<Engine> openEngine(const EngineOptions& options, std::unique_ptr<ModelFile> model) {
    checkRanks(options);
    EngineParts parts;
    parts.file = std::move(model);
    if (options.device == "cpu")
        addCpuRanks(options, parts);
    else if (isGpu(options))
        addGpuRanks(options, parts);
    else
        throw Error("device ", options.device, " is unknown; use cpu or cuda");
    return std::make_unique<Engine>(std::move(parts));
}

DeviceRate measureDeviceRate(const EngineOptions& options, const ModelConfig& model) {
    if (isGpu(options)) return measureGpuRate(options, model);
    const cpu::MachineRate rate = cpu::measureMachineRate(processorOptions(options));
    const OpRate products{rate.products.linearFlops, rate.products.attentionFlops};
    return {.peak = products,
            .lasting = products,
            .memoryBytes = rate.readBytes,
            .registerFlops = rate.registerFlops};
}

std::optional<OpRate> opRateNow(const EngineOptions& options) {
    if (isGpu(options)) return std::nullopt;
    const cpu::ProductRate rate = cpu::measureProductRate(processorOptions(options));
    return OpRate{rate.linearFlops, rate.attentionFlops};
}

}  // namespace asterism
