#pragma once

#include <cublasLt.h>
#include <cuda_runtime_api.h>

namespace asterism::cuda {

// Errors of the CUDA libraries as asterism::Error: `doing` says what failed ("copying to the GPU").
[[noreturn]] void throwCudaError(cudaError_t status, const char* doing);
[[noreturn]] void throwCublasError(cublasStatus_t status, const char* doing);

inline void check(cudaError_t status, const char* doing) {
    if (status != cudaSuccess) throwCudaError(status, doing);
}
inline void check(cublasStatus_t status, const char* doing) {
    if (status != CUBLAS_STATUS_SUCCESS) throwCublasError(status, doing);
}
// After a kernel launch; names the kernel.
inline void checkLaunch(const char* kernel) {
    check(cudaGetLastError(), kernel);
}

}  // namespace asterism::cuda
