#include "cuda/linear.h"

#include <algorithm>
#include <bit>
#include <compare>
#include <utility>

#include "core/base/error.h"
#include "cuda/check.h"
#include "cuda/kernels/weight_kernels.h"

namespace asterism::cuda {
namespace {

constexpr std::int64_t kWorkspaceBytes = std::int64_t{32} << 20;
constexpr std::size_t kMostPlans = 512;  // blocks of many lengths would pile up
constexpr std::uint32_t kMostAlignment = 256;

cudaDataType_t cudaType(DataType type) {
    return type == DataType::f32 ? CUDA_R_32F : CUDA_R_16BF;
}

RowLinearPart rowPart(const Linear::Part& part) {
    return {part.weight.view(), part.bias ? part.bias->floats() : nullptr, part.output.data,
            part.output.type, part.adds};
}

// Puts the first parts into one launch, as many as are of one type and it has room for; returns the
// rest.
template <typename Args>
std::span<const Linear::Part> takeAlike(std::span<const Linear::Part> parts, Args& args) {
    const DataType type = parts.front().weight.view().type;
    while (!parts.empty() && args.partCount < kMostRowParts &&
           parts.front().weight.view().type == type) {
        args.parts[static_cast<std::size_t>(args.partCount++)] = rowPart(parts.front());
        parts = parts.subspan(1);
    }
    return parts;
}

std::uint32_t alignmentOf(const void* data) {
    const auto address = reinterpret_cast<std::uintptr_t>(data);
    const int zeros = std::countr_zero(address | kMostAlignment);
    return std::uint32_t{1} << zeros;
}

template <typename Attribute, typename Value>
void setAttribute(cublasLtMatmulDesc_t description, Attribute attribute, const Value& value) {
    check(cublasLtMatmulDescSetAttribute(description, attribute, &value, sizeof(value)),
          "describing a product");
}

template <typename Attribute, typename Value>
void prefer(cublasLtMatmulPreference_t preference, Attribute attribute, const Value& value) {
    check(cublasLtMatmulPreferenceSetAttribute(preference, attribute, &value, sizeof(value)),
          "describing a product");
}

struct Preference {
    cublasLtMatmulPreference_t handle = nullptr;
    Preference() { check(cublasLtMatmulPreferenceCreate(&handle), "describing a product"); }
    ~Preference() { (void)cublasLtMatmulPreferenceDestroy(handle); }
    Preference(const Preference&) = delete;
    Preference& operator=(const Preference&) = delete;
};

}  // namespace

// The library works column by column, so it sees transposes: weights^T [columns, rows], input
// [columns, tokens], output [rows, tokens].
struct Linear::Plan {
    cublasLtMatmulDesc_t description = nullptr;
    cublasLtMatrixLayout_t weight = nullptr;
    cublasLtMatrixLayout_t input = nullptr;
    cublasLtMatrixLayout_t output = nullptr;
    cublasLtMatmulAlgo_t algorithm{};

    explicit Plan(const Product& product) {
        const cudaDataType_t type = cudaType(product.type);
        check(cublasLtMatmulDescCreate(&description, CUBLAS_COMPUTE_32F, CUDA_R_32F),
              "describing a product");
        setAttribute(description, CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_T);
        if (product.hasBias) {
            setAttribute(description, CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_EPILOGUE_BIAS);
            setAttribute(description, CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE,
                         cudaType(product.outputType));
        }
        const auto rows = static_cast<std::uint64_t>(product.rows);
        const auto columns = static_cast<std::uint64_t>(product.columns);
        const auto tokens = static_cast<std::uint64_t>(product.tokens);
        check(cublasLtMatrixLayoutCreate(&weight, type, columns, rows, product.columns),
              "describing a product");
        check(cublasLtMatrixLayoutCreate(&input, type, columns, tokens, product.columns),
              "describing a product");
        check(cublasLtMatrixLayoutCreate(&output, cudaType(product.outputType), rows, tokens,
                                         product.rows),
              "describing a product");
    }
    ~Plan() {
        (void)cublasLtMatrixLayoutDestroy(output);
        (void)cublasLtMatrixLayoutDestroy(input);
        (void)cublasLtMatrixLayoutDestroy(weight);
        (void)cublasLtMatmulDescDestroy(description);
    }
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;
};

Linear::Linear(std::shared_ptr<Stream> stream)
    : m_stream(std::move(stream)), m_workspace(m_stream, kWorkspaceBytes), m_values(m_stream) {
    m_stream->enter();
    check(cublasLtCreate(&m_handle), "starting the matrix library");
}

Linear::~Linear() {
    (void)cublasLtDestroy(m_handle);
}

Linear::Plan& Linear::planOf(const Product& product) {
    const auto known = m_plans.find(product);
    if (known != m_plans.end()) return *known->second;
    if (m_plans.size() >= kMostPlans) m_plans.clear();
    auto plan = std::make_unique<Plan>(product);
    const Preference preference;
    prefer(preference.handle, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
           static_cast<std::uint64_t>(kWorkspaceBytes));
    prefer(preference.handle, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, product.weightAlignment);
    prefer(preference.handle, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, product.inputAlignment);
    prefer(preference.handle, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, product.outputAlignment);
    prefer(preference.handle, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, product.outputAlignment);
    cublasLtMatmulHeuristicResult_t found{};
    int count = 0;
    check(cublasLtMatmulAlgoGetHeuristic(m_handle, plan->description, plan->weight, plan->input,
                                         plan->output, plan->output, preference.handle, 1, &found,
                                         &count),
          "choosing a matrix product");
    if (count == 0)
        throw Error("the GPU's matrix library has no product of ", product.tokens, " x ",
                    product.columns, " by ", product.rows, "; use --device cpu");
    plan->algorithm = found.algo;
    return *m_plans.emplace(product, std::move(plan)).first->second;
}

void Linear::multiply(const TensorView& input, std::span<const Part> parts) {
    for (const Part& part : parts) {
        const std::int64_t tokens = part.output.elements() / part.weight.rows();
        ASTERISM_CHECK(tokens * part.weight.rows() == part.output.elements());
        ASTERISM_CHECK(tokens * part.weight.columns() == input.elements());
        ASTERISM_CHECK(!part.bias || part.bias->columns() == part.weight.rows());
    }
    const std::int64_t tokens = input.elements() / parts.front().weight.columns();
    if (tokens == 0) return;
    if (takesToken(input, parts)) return multiplyToken(input, parts, {});
    if (tokens <= kRowLinearTokens) return multiplyFew(input, tokens, parts);
    for (const Part& part : parts) multiplyMany(input, tokens, part);
}

// Neighbours of one type go into one launch.
void Linear::multiplyFew(const TensorView& input, std::int64_t tokens,
                         std::span<const Part> parts) {
    while (!parts.empty()) {
        RowLinearArgs args{input.data, input.type, tokens, 0, {}};
        parts = takeAlike(parts, args);
        rowLinear(args, m_stream->handle());
    }
}

bool Linear::takesToken(const TensorView& input, std::span<const Part> parts) {
    return input.type == DataType::bf16 &&
           std::all_of(parts.begin(), parts.end(), [&](const Part& part) {
               return input.elements() == part.weight.columns() &&
                      tokenLinearTakes(part.weight.view().type, part.weight.columns());
           });
}

TokenLinearArgs Linear::tokenArgs(const TensorView& input, const Norm& norm) const {
    TokenLinearArgs args;
    args.input = input.data;
    args.gain = norm.gain ? norm.gain->floats() : nullptr;
    args.epsilon = norm.epsilon;
    args.multiprocessors = m_stream->device().multiprocessors;
    return args;
}

void Linear::multiplyToken(const TensorView& input, std::span<const Part> parts, const Norm& norm) {
    while (!parts.empty()) {
        TokenLinearArgs args = tokenArgs(input, norm);
        parts = takeAlike(parts, args);
        tokenLinear(args, m_stream->handle());
    }
}

void Linear::gateToken(const TensorView& input, std::span<const Part> parts, const Norm& norm,
                       Activation activation) {
    TokenLinearArgs args = tokenArgs(input, norm);
    for (const Part& part : parts)
        args.parts[static_cast<std::size_t>(args.partCount++)] = rowPart(part);
    tokenGate(args, activation, m_stream->handle());
}

void Linear::multiplyMany(const TensorView& input, std::int64_t tokens, const Part& part) {
    const CudaWeight& weight = part.weight;
    const TensorView& output = part.output;
    const void* values = weight.view().planes[0];
    if (weight.view().type != input.type) {
        void* plain = m_values.bytes(rowBytes(input.type, weight.rows() * weight.columns()));
        dequantize(weight.view(), plain, input.type, m_stream->handle());
        values = plain;
    }
    Plan& plan = planOf({.rows = weight.rows(),
                         .columns = weight.columns(),
                         .tokens = tokens,
                         .type = input.type,
                         .outputType = output.type,
                         .hasBias = part.bias != nullptr,
                         .weightAlignment = alignmentOf(values),
                         .inputAlignment = alignmentOf(input.data),
                         .outputAlignment = alignmentOf(output.data)});
    if (part.bias) {
        const void* offsets =
            output.type == DataType::f32 ? part.bias->floats() : part.bias->activations();
        setAttribute(plan.description, CUBLASLT_MATMUL_DESC_BIAS_POINTER, offsets);
    }
    const float one = 1.0F;
    const float kept = part.adds ? 1.0F : 0.0F;
    check(cublasLtMatmul(m_handle, plan.description, &one, values, plan.weight, input.data,
                         plan.input, &kept, output.data, plan.output, output.data, plan.output,
                         &plan.algorithm, m_workspace.data(),
                         static_cast<std::size_t>(kWorkspaceBytes), m_stream->handle()),
          "multiplying by weights");
}

}  // namespace asterism::cuda
