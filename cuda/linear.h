#pragma once

#include <cublasLt.h>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <tuple>

#include "core/backend.h"
#include "core/tensor.h"
#include "cuda/cuda_weight.h"
#include "cuda/kernels/token_linear.h"
#include "cuda/stream.h"

namespace asterism::cuda {

// Backend::linear on the GPU. Few tokens are multiplied by kernels that dequantise weights as they
// read them, a single one in bf16 by one that also norms and gates; many by the vendor's matrix
// product, quantised weights being turned into a work space of plain ones first. Products
// accumulate in f32; f32 activations are multiplied in full f32.
class Linear {
  public:
    explicit Linear(std::shared_ptr<Stream> stream);
    ~Linear();
    Linear(const Linear&) = delete;
    Linear& operator=(const Linear&) = delete;

    // One of several products of one input: output [tokens, rows] = input * weight (+ bias) (+ what
    // it was).
    struct Part {
        const CudaWeight& weight;
        const CudaWeight* bias = nullptr;  // may be null
        TensorView output;
        bool adds = false;
    };
    // A norm of the input on its way; see Backend::rmsNorm.
    struct Norm {
        const CudaWeight* gain = nullptr;  // null: none
        float epsilon = 0;
    };

    // input [tokens, columns] of every part.
    void multiply(const TensorView& input, std::span<const Part> parts);
    // Whether multiplyToken(), or gateToken() of two parts, takes these.
    static bool takesToken(const TensorView& input, std::span<const Part> parts);
    void multiplyToken(const TensorView& input, std::span<const Part> parts, const Norm& norm);
    // The first part's output becomes activation(its product) * the second's product.
    void gateToken(const TensorView& input, std::span<const Part> parts, const Norm& norm,
                   Activation activation);

  private:
    struct Product {
        std::int64_t rows, columns, tokens;
        DataType type, outputType;
        bool hasBias;
        std::uint32_t weightAlignment, inputAlignment, outputAlignment;
        auto operator<=>(const Product&) const = default;
    };
    struct Plan;

    Plan& planOf(const Product& product);
    TokenLinearArgs tokenArgs(const TensorView& input, const Norm& norm) const;
    void multiplyFew(const TensorView& input, std::int64_t tokens, std::span<const Part> parts);
    void multiplyMany(const TensorView& input, std::int64_t tokens, const Part& part);

    std::shared_ptr<Stream> m_stream;
    cublasLtHandle_t m_handle = nullptr;
    DeviceMemory m_workspace;
    Scratch m_values;  // a dequantised weight
    std::map<Product, std::unique_ptr<Plan>> m_plans;
};

}  // namespace asterism::cuda
