#pragma once

#include <cstdint>
#include <vector>

#include "core/cpu/aligned_buffer.h"
#include "core/cpu/byte_dot_kernels.h"
#include "core/cpu/cpu_weight.h"
#include "core/cpu/linear_kernels.h"
#include "core/cpu/thread_pool.h"

namespace asterism::cpu {

// f32 values [tokens, columns] and their product [tokens, outputs].
struct LinearCall {
    const float* input = nullptr;
    std::int64_t tokens = 0;
    const CpuWeight* weight = nullptr;
    const float* bias = nullptr;  // [outputs] or none
    float* output = nullptr;
    bool isSameInput = false;  // as in the call before, unchanged: it need not be packed again
    bool accumulate = false;   // add to the output; only for many tokens
};

// Backend::linear on the CPU. A few tokens are multiplied with the weights as they are read; many
// with weights that are dequantised panel by panel into the cache.
//
// Runs one call at a time; keeps its working memory from call to call.
class Linear {
  public:
    Linear(ThreadPool& pool, Arithmetic arithmetic, InstructionSet set);

    void multiply(const LinearCall& call);
    // Whether a call for so many tokens may accumulate.
    static bool isMany(std::int64_t tokens);
    // The values of one output of a weight, [columns].
    void decodeRow(const CpuWeight& weight, std::int64_t row, float* values) const {
        m_kernels.decode(weight.type(), weight.row(row), weight.columns(), values);
    }

  private:
    // What packed inputs depend on.
    struct PackedInput {
        const float* input = nullptr;
        std::int64_t tokens = 0;
        const PackedKernels* kernels = nullptr;
        std::int64_t depth = 0;
        bool operator==(const PackedInput&) const = default;
    };
    // How a product with many tokens is cut.
    struct ManyPlan {
        const LinearCall* call = nullptr;
        const PackedKernels* kernels = nullptr;
        const std::byte* inputs = nullptr;  // packed
        std::int64_t depth = 0;             // columns that are multiplied at a time
        std::int64_t tiles = 0;             // of input rows
        std::int64_t groupPanels = 0;       // panels of outputs of one work item
        std::int64_t blockTiles = 0;        // tiles of one work item
    };

    void multiplyOne(const LinearCall& call);
    void multiplyFew(const LinearCall& call);
    void multiplyBytes(const LinearCall& call);
    void multiplyMany(const LinearCall& call, const PackedKernels& kernels);
    void packInputs(const ManyPlan& plan, std::byte* packed);
    void packPanel(const ManyPlan& plan, std::int64_t firstOutput, std::int64_t begin,
                   float* decoded, std::byte* packed) const;
    void multiplyBlock(const ManyPlan& plan, std::int64_t group, std::int64_t block,
                       Scratch& scratch) const;
    void multiplyTile(const ManyPlan& plan, std::int64_t tile, std::int64_t output,
                      std::int64_t begin, const std::byte* panel) const;

    ThreadPool& m_pool;
    const LinearKernels& m_kernels;
    const PackedKernels& m_packed;   // for many tokens
    const ByteDotKernels* m_bytes;   // for a few, if inputs may be rounded
    Scratch m_inputs;                // packed inputs
    PackedInput m_packedInput;       // what is in there
    std::vector<Scratch> m_scratch;  // one per worker
};

}  // namespace asterism::cpu
