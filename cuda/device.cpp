#include "cuda/device.h"

#include <cuda_runtime_api.h>

#include "core/base/error.h"
#include "cuda/check.h"

namespace asterism::cuda {
namespace {

constexpr int kOldestMajor = 8;  // bf16 matrix instructions and cp.async

std::string versionText(int version) {
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

}  // namespace

std::string noDeviceReason(int driverVersion, cudaError_t status) {
    if (driverVersion == 0)
        return "device cuda: this machine has no NVIDIA driver; install one, or use --device cpu";
    if (status == cudaErrorInsufficientDriver || driverVersion / 1000 < CUDART_VERSION / 1000)
        return "device cuda: the NVIDIA driver is too old: it knows CUDA " +
               versionText(driverVersion) + " and this build needs " + versionText(CUDART_VERSION) +
               "; update the driver, or use --device cpu";
    if (status == cudaErrorNoDevice || status == cudaSuccess)
        return "device cuda: the NVIDIA driver finds no GPU; use --device cpu";
    return std::string("device cuda: the NVIDIA driver does not answer: ") +
           cudaGetErrorString(status) + "; use --device cpu";
}

void checkIndex(int index, int count) {
    if (index >= 0 && index < count) return;
    throw Error("device cuda:", index, ": this machine has ", count, count == 1 ? " GPU" : " GPUs",
                "; use cuda:0", count > 1 ? " to cuda:" + std::to_string(count - 1) : "");
}

int deviceCount() {
    int count = 0;
    const cudaError_t status = cudaGetDeviceCount(&count);
    if (status == cudaSuccess && count > 0) return count;
    (void)cudaGetLastError();  // clears it: the next call starts afresh
    int driver = 0;
    if (cudaDriverGetVersion(&driver) != cudaSuccess) driver = 0;
    throw Error(noDeviceReason(driver, status));
}

Device openDevice(int index) {
    checkIndex(index, deviceCount());
    cudaDeviceProp properties{};
    check(cudaGetDeviceProperties(&properties, index), "asking what the GPU can do");
    if (properties.major < kOldestMajor)
        throw Error("device cuda:", index, ": the ", properties.name, " has compute capability ",
                    properties.major, ".", properties.minor, " and ", kOldestMajor,
                    ".0 is needed; use --device cpu");
    check(cudaSetDevice(index), "opening the GPU");
    return {.index = index,
            .name = properties.name,
            .major = properties.major,
            .minor = properties.minor,
            .multiprocessors = properties.multiProcessorCount,
            .sharedBytesPerBlock = static_cast<std::int64_t>(properties.sharedMemPerBlockOptin)};
}

DeviceMemoryUse deviceMemoryUse(int device) {
    std::size_t free = 0;
    std::size_t total = 0;
    check(cudaMemGetInfo(&free, &total), "asking for free GPU memory");
    cudaMemPool_t pool = nullptr;
    check(cudaDeviceGetDefaultMemPool(&pool, device), "asking for free GPU memory");
    std::uint64_t reserved = 0;
    std::uint64_t used = 0;
    check(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrReservedMemCurrent, &reserved),
          "asking for free GPU memory");
    check(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrUsedMemCurrent, &used),
          "asking for free GPU memory");
    return {static_cast<std::int64_t>(free + reserved - used), static_cast<std::int64_t>(total),
            static_cast<std::int64_t>(used)};
}

void throwCudaError(cudaError_t status, const char* doing) {
    std::size_t free = 0;
    std::size_t total = 0;
    if (status == cudaErrorMemoryAllocation && cudaMemGetInfo(&free, &total) == cudaSuccess)
        throw Error("the GPU ran out of memory while ", doing, ": ", free, " of ", total,
                    " bytes are free; use a shorter context or smaller blocks, --kv q8, end what "
                    "else uses the GPU, or --device cpu");
    throw Error("the GPU failed while ", doing, ": ", cudaGetErrorString(status), " (",
                cudaGetErrorName(status), "); start again, or use --device cpu");
}

void throwCublasError(cublasStatus_t status, const char* doing) {
    throw Error("the GPU's matrix library failed while ", doing, ": ",
                cublasLtGetStatusString(status), "; start again, or use --device cpu");
}

}  // namespace asterism::cuda
