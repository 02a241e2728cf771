#include "cuda/cuda_weight.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/check.h"
#include "core/base/error.h"
#include "core/model/dequantize.h"
#include "cuda/check.h"
#include "cuda/kernels/element_kernels.h"
#include "cuda/kernels/weight_kernels.h"

namespace asterism::cuda {
namespace {

constexpr std::int64_t kPlaneAlignment = 256;
constexpr std::int64_t kColumnStep = 8;  // 16 bytes of bf16

bool isPlain(DataType type) {
    return dataTypeInfo(type).blockValues == 1;
}

void checkSizes(const HostWeight& weight, bool isVector) {
    const DataTypeInfo info = dataTypeInfo(weight.type);
    if (weight.rows < 1 || weight.columns < 1 || weight.columns % info.blockValues != 0)
        throw Error("a weight of ", weight.rows, " x ", weight.columns, " values of type ",
                    info.name, " cannot be: its rows must be a multiple of ", info.blockValues,
                    " values long; the model file is damaged");
    const std::int64_t needed = weight.rows * rowBytes(weight.type, weight.columns);
    if (static_cast<std::int64_t>(weight.bytes.size()) != needed)
        throw Error("a weight of ", weight.rows, " x ", weight.columns, " values of type ",
                    info.name, " needs ", needed, " bytes but has ", weight.bytes.size(),
                    "; the model file is damaged");
    const std::int64_t outputs = weight.rows == 1 ? weight.columns : weight.rows;
    if (weight.rowOrder == RowOrder::interleaved &&
        (weight.headDim < 2 || weight.headDim % 2 != 0 || outputs % weight.headDim != 0))
        throw Error("a weight of ", outputs, " outputs does not divide into heads of ",
                    weight.headDim, "; the model file is damaged");
    if (!isVector && weight.columns % kColumnStep != 0)
        throw Error("weights with rows of ", weight.columns,
                    " values do not run on the GPU: ", kColumnStep,
                    " must divide them; use --device cpu");
}

void copyToDevice(const void* from, void* to, std::int64_t bytes, const Stream& stream) {
    check(cudaMemcpyAsync(to, from, static_cast<std::size_t>(bytes), cudaMemcpyHostToDevice,
                          stream.handle()),
          "copying weights to the GPU");
}

}  // namespace

CudaWeight::CudaWeight(const HostWeight& weight, DataType activationType,
                       const std::shared_ptr<Stream>& stream)
    : Weight(weight.rows, weight.columns),
      m_stream(stream),
      m_isVector(weight.rows == 1 || weight.offset != 0.0F) {
    checkSizes(weight, m_isVector);
    m_stream->enter();
    if (m_isVector)
        loadValues(weight, activationType);
    else
        loadBlocks(weight, activationType);
    m_stream->synchronize();
}

const float* CudaWeight::floats() const {
    ASTERISM_CHECK(m_isVector);
    return static_cast<const float*>(m_memory.data());
}

const void* CudaWeight::activations() const {
    ASTERISM_CHECK(m_isVector);
    return m_activations.data() ? m_activations.data() : m_memory.data();
}

void CudaWeight::loadValues(const HostWeight& weight, DataType activationType) {
    std::vector<float> stored(static_cast<std::size_t>(weight.rows * weight.columns));
    asterism::dequantize(weight.type, weight.bytes, stored);
    std::vector<float> values(stored.size());
    const std::int64_t width = weight.rows == 1 ? 1 : weight.columns;
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(stored.size()); ++i) {
        const std::int64_t from = storedRow(weight, i / width) * width + i % width;
        values[static_cast<std::size_t>(i)] =
            stored[static_cast<std::size_t>(from)] + weight.offset;
    }
    const auto count = static_cast<std::int64_t>(values.size());
    m_memory = DeviceMemory(m_stream, count * 4);
    copyToDevice(values.data(), m_memory.data(), count * 4, *m_stream);
    if (activationType != DataType::f32) {
        m_activations = DeviceMemory(m_stream, rowBytes(activationType, count));
        convert(m_memory.data(), DataType::f32, m_activations.data(), activationType, count,
                m_stream->handle());
    }
    m_view = {DataType::f32, weight.rows, weight.columns, {}};
    m_view.planes[0] = static_cast<const std::uint8_t*>(m_memory.data());
    m_stream->synchronize();  // `values` ends here
}

void CudaWeight::loadBlocks(const HostWeight& weight, DataType activationType) {
    const auto storedBytes = static_cast<std::int64_t>(weight.bytes.size());
    const std::int64_t blocks =
        weight.rows * (weight.columns / dataTypeInfo(weight.type).blockValues);
    const BlockParts parts = blockParts(weight.type);
    std::int64_t bytes = 0;
    std::array<std::int64_t, 4> begins{};
    for (int p = 0; p < parts.count; ++p) {
        const auto part = static_cast<std::size_t>(p);
        begins[part] = bytes;
        const std::int64_t plane = blocks * parts.parts[part].bytes;
        bytes += (plane + kPlaneAlignment - 1) / kPlaneAlignment * kPlaneAlignment;
    }
    m_memory = DeviceMemory(m_stream, bytes);
    m_view = {weight.type, weight.rows, weight.columns, {}};
    for (std::size_t p = 0; p < static_cast<std::size_t>(parts.count); ++p)
        m_view.planes[p] = static_cast<const std::uint8_t*>(m_memory.data()) + begins[p];

    if (parts.count == 1 && weight.rowOrder == RowOrder::natural) {
        copyToDevice(weight.bytes.data(), m_memory.data(), storedBytes, *m_stream);
    } else {
        const DeviceMemory stored(m_stream, storedBytes);
        copyToDevice(weight.bytes.data(), stored.data(), storedBytes, *m_stream);
        splitBlocks({static_cast<const std::uint8_t*>(stored.data()), m_view, weight.rowOrder,
                     weight.headDim},
                    m_stream->handle());
    }
    // Plain values are multiplied as activations; holding them wider would only cost bandwidth.
    if (activationType == DataType::f32 || !isPlain(weight.type) || weight.type == activationType)
        return;
    DeviceMemory narrow(m_stream, rowBytes(activationType, weight.rows * weight.columns));
    dequantize(m_view, narrow.data(), activationType, m_stream->handle());
    m_memory = std::move(narrow);
    m_view.type = activationType;
    m_view.planes[0] = static_cast<const std::uint8_t*>(m_memory.data());
}

}  // namespace asterism::cuda
