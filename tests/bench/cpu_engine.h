#pragma once

#include <memory>

#include "core/comm/local_communicator.h"
#include "core/cpu/cpu_backend.h"
#include "core/engine.h"

namespace asterism {

// An engine of one rank on the CPU. Throws Error if the file is no model.
inline std::unique_ptr<Engine> openCpuEngine(const char* model, const CpuOptions& options = {}) {
    EngineParts parts;
    parts.file = openModelFile(model);
    parts.backends.push_back(makeCpuBackend(options));
    parts.deviceOf.push_back(0);
    parts.connectRanks = [] { return makeLocalCommunicators(1); };
    return std::make_unique<Engine>(std::move(parts));
}

}  // namespace asterism
