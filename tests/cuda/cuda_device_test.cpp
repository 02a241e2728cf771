// What is said where a GPU cannot be used or fails; needs none.
#include <string>

#include <gtest/gtest.h>

#include "cuda/check.h"
#include "cuda/cuda_backend.h"
#include "cuda/device.h"
#include "tests/cuda/gpu_engine.h"

namespace asterism::test {
namespace {

void expectReason(int driverVersion, cudaError_t status, std::string_view words) {
    const std::string reason = cuda::noDeviceReason(driverVersion, status);
    EXPECT_NE(reason.find(words), std::string::npos) << reason;
    EXPECT_NE(reason.find("use --device cpu"), std::string::npos) << reason;
}

TEST(CudaDevice, saysWhatKeepsItFromBeingUsed) {
    expectReason(0, cudaErrorInsufficientDriver, "no NVIDIA driver");
    expectReason(12040, cudaErrorInsufficientDriver, "too old: it knows CUDA 12.4 and this build");
    expectReason(CUDART_VERSION, cudaErrorNoDevice, "finds no GPU");
    expectReason(CUDART_VERSION, cudaSuccess, "finds no GPU");
    expectReason(CUDART_VERSION, cudaErrorSystemNotReady, "does not answer");
}

TEST(CudaDevice, namesTheIndicesThatThereAre) {
    EXPECT_NO_THROW(cuda::checkIndex(0, 1));
    EXPECT_NO_THROW(cuda::checkIndex(7, 8));
    expectError([] { cuda::checkIndex(1, 1); },
                {"device cuda:1: this machine has 1 GPU; use cuda:0"});
    expectError([] { cuda::checkIndex(-1, 2); },
                {"device cuda:-1: this machine has 2 GPUs; use cuda:0 to cuda:1"});
}

TEST(CudaDevice, turnsFailuresIntoErrors) {
    EXPECT_NO_THROW(cuda::check(cudaSuccess, "computing"));
    expectError([] { cuda::check(cudaErrorLaunchFailure, "computing"); },
                {"failed while computing", "cudaErrorLaunchFailure", "--device cpu"});
    expectError([] { cuda::check(CUBLAS_STATUS_EXECUTION_FAILED, "multiplying"); },
                {"failed while multiplying", "--device cpu"});
}

TEST(CudaDevice, backendsSayWhyThereIsNone) {
    int driver = 0;
    if (cudaDriverGetVersion(&driver) == cudaSuccess && driver > 0)
        GTEST_SKIP() << "this machine has a driver";
    expectError([] { makeCudaBackend(); }, {"no NVIDIA driver", "--device cpu"});
    expectError([] { cudaDeviceCount(); }, {"no NVIDIA driver", "--device cpu"});
}

}  // namespace
}  // namespace asterism::test
