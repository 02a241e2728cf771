#include "app/engine_factory.h"

#include <algorithm>
#include <thread>

#include "core/base/error.h"
#include "core/comm/local_communicator.h"
#include "core/cpu/cpu_backend.h"

namespace asterism {

namespace {

void checkDevice(const std::string& device) {
    if (device == "cpu") return;
    if (device == "cuda" || device.starts_with("cuda:"))
        throw Error("device ", device, ": this build has no CUDA back end; use --device cpu");
    throw Error("device ", device, " is unknown; use cpu");
}

}  // namespace

std::unique_ptr<Engine> openEngine(const EngineOptions& options) {
    checkDevice(options.device);
    constexpr int kMostRanks = 1024;  // each is a thread with work space of its own
    if (options.ranks < 1 || options.ranks > kMostRanks)
        throw Error(options.ranks, " ranks are not possible; use 1 to ", kMostRanks);
    const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    const int threads = options.threads > 0 ? options.threads : cores;

    EngineParts parts;
    parts.file = openModelFile(options.model);
    for (int rank = 0; rank < options.ranks; ++rank) {
        CpuOptions cpu;
        cpu.threads = std::max(1, threads / options.ranks);
        parts.backends.push_back(makeCpuBackend(cpu));
        parts.deviceOf.push_back(0);
    }
    parts.connectRanks = [ranks = options.ranks] { return makeLocalCommunicators(ranks); };
    return std::make_unique<Engine>(std::move(parts));
}

}  // namespace asterism
