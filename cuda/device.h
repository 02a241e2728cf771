#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <string>

namespace asterism::cuda {

// One GPU of this machine and what it can do.
struct Device {
    int index = 0;
    std::string name;  // "NVIDIA H100 80GB HBM3"
    int major = 0;     // compute capability
    int minor = 0;
    int multiprocessors = 0;
    std::int64_t sharedBytesPerBlock = 0;  // the most a block can ask for
};

// Why there are no GPUs, and what to do: from the CUDA version that the driver knows (12040
// is 12.4; 0: there is no driver) and what asking for GPUs returned.
std::string noDeviceReason(int driverVersion, cudaError_t status);
// Throws Error if a machine with so many GPUs has none of this index.
void checkIndex(int index, int count);

// GPUs that can be used. Throws Error if there is no driver, or one too old for this build.
int deviceCount();

// Throws Error as deviceCount(), and if there is no GPU of this index or it is too old.
Device openDevice(int index);

// Memory of the current GPU, bytes. What this process's pool keeps for itself counts as free.
struct DeviceMemoryUse {
    std::int64_t free = 0;
    std::int64_t total = 0;
    std::int64_t own = 0;  // in use by this process
};
DeviceMemoryUse deviceMemoryUse(int device);

}  // namespace asterism::cuda
