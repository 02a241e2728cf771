#pragma once

#include <cuda_runtime.h>

#include <cstddef>

namespace asterism::cuda {

// Kernels that begin before the one ahead of them on the stream has ended, from compute capability
// 9.0 on; on others they follow each other as ever. Small kernels make up a decoding step, and what
// each needs to start is hidden behind the one before it.

// Lets the next kernel begin if it was launched by launchOverlapping(): until it awaits this one,
// it reads nothing but weights.
__device__ inline void letNextBegin() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
#endif
}

// Returns when all work ahead on the stream is done and seen. Every thread of a kernel that is
// launched by launchOverlapping() calls it before it reads or writes what other kernels do.
__device__ inline void awaitPrevious() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

// Whether the current GPU can do it.
bool canOverlap();

struct LaunchSize {
    dim3 blocks;
    unsigned threads;
    std::size_t sharedBytes = 0;
};

// Failures are those of a launch; see checkLaunch().
template <typename Args>
void launchOverlapping(void (*kernel)(Args), const LaunchSize& size, cudaStream_t stream,
                       const Args& args) {
    cudaLaunchAttribute overlaps{};
    overlaps.id = cudaLaunchAttributeProgrammaticStreamSerialization;
    overlaps.val.programmaticStreamSerializationAllowed = 1;
    cudaLaunchConfig_t config{};
    config.gridDim = size.blocks;
    config.blockDim = dim3(size.threads);
    config.dynamicSmemBytes = size.sharedBytes;
    config.stream = stream;
    config.attrs = &overlaps;
    config.numAttrs = canOverlap() ? 1 : 0;
    (void)cudaLaunchKernelEx(&config, kernel, args);
}

}  // namespace asterism::cuda
