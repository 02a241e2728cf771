#pragma once

#include <cstdint>
#include <memory>

#include "core/weight.h"
#include "cuda/kernels/weight_view.h"
#include "cuda/stream.h"

namespace asterism::cuda {

// A weight in GPU memory. Matrices: quantised types stay quantised, their blocks split into planes
// (see weight_view.h) and their rows in natural order; plain types become the type of the
// activations where that is what they are multiplied in. Vectors and weights with an offset are
// f32, with a copy in the type of the activations. Immutable; shared by all backends of a GPU.
class CudaWeight final : public Weight {
  public:
    // Returns when the weight is in GPU memory. Throws Error if the sizes do not fit the bytes or
    // there is not enough memory.
    CudaWeight(const HostWeight& weight, DataType activationType,
               const std::shared_ptr<Stream>& stream);

    const WeightView& view() const { return m_view; }
    // All values; of vectors and weights with an offset only.
    const float* floats() const;
    // The same in the type of the activations.
    const void* activations() const;

  private:
    void loadValues(const HostWeight& weight, DataType activationType);
    void loadBlocks(const HostWeight& weight, DataType activationType);

    std::shared_ptr<Stream> m_stream;
    DeviceMemory m_memory;
    DeviceMemory m_activations;
    WeightView m_view;
    bool m_isVector = false;
};

}  // namespace asterism::cuda
