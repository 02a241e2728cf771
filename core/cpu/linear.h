#pragma once

#include <cstdint>
#include <vector>

#include "core/cpu/aligned_buffer.h"
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
};

// Backend::linear on the CPU. A few tokens are multiplied with the weights as they are read; many
// with weights that are dequantised panel by panel into the cache.
//
// Runs one call at a time; keeps its working memory from call to call.
class Linear {
  public:
    Linear(ThreadPool& pool, const LinearKernels& kernels);

    void multiply(const LinearCall& call);
    // The values of one output of a weight, [columns].
    void decodeRow(const CpuWeight& weight, std::int64_t row, float* values) const {
        m_kernels.decode(weight.type(), weight.row(row), weight.columns(), values);
    }

  private:
    void multiplyOne(const LinearCall& call);
    void multiplyFew(const LinearCall& call);
    void multiplyMany(const LinearCall& call);
    void multiplyPanels(const LinearCall& call, std::int64_t firstOutput, std::int64_t outputs,
                        int worker);

    ThreadPool& m_pool;
    const LinearKernels& m_kernels;
    Scratch m_inputs;                // packed inputs
    std::vector<Scratch> m_scratch;  // one per worker
};

}  // namespace asterism::cpu
