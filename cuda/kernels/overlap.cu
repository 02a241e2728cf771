#include "cuda/kernels/overlap.cuh"

namespace asterism::cuda {

bool canOverlap() {
    int device = 0;
    int major = 0;
    return cudaGetDevice(&device) == cudaSuccess &&
           cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device) ==
               cudaSuccess &&
           major >= 9;
}

}  // namespace asterism::cuda
