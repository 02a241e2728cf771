#pragma once

#include <cstdint>
#include <memory>

#include "core/backend.h"

namespace asterism {

struct CudaOptions {
    int device = 0;  // index of the GPU
    // bf16, or f32 with products in full f32 (no TF32), for checks.
    DataType activations = DataType::bf16;
    // Most bytes of the GPU's memory that this process may use; 0: all that are free.
    std::int64_t memoryLimit = 0;
};

// GPUs of this machine. Throws Error if there is no driver, or one that is too old.
int cudaDeviceCount();

// A backend on an NVIDIA GPU (compute capability 8.0 or newer). Ops are queued and run in order;
// only download() and synchronize() wait. Its Weights may be used by every backend of the same
// GPU and activation type. Several backends may run at the same time, each on a thread of its own.
// Throws Error if there is no such GPU, no driver, or one that is too old.
std::unique_ptr<Backend> makeCudaBackend(const CudaOptions& options = {});

// Copies between buffers of backends of one GPU and waits: lets ranks that share a GPU be connected
// by makeLocalCommunicators().
void copyOnGpu(const TensorView& from, const TensorView& to);

}  // namespace asterism
