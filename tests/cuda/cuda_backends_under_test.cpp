#include "cuda/cuda_backend.h"
#include "tests/support/backend_under_test.h"

namespace asterism::test {

std::vector<BackendUnderTest> backendsUnderTest() {
    return {{"cuda_bf16", [] { return makeCudaBackend({.activations = DataType::bf16}); }},
            {"cuda_f32", [] { return makeCudaBackend({.activations = DataType::f32}); }}};
}

}  // namespace asterism::test
