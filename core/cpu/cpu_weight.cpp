#include "core/cpu/cpu_weight.h"

#include "core/base/check.h"
#include "core/base/error.h"
#include "core/model/dequantize.h"

namespace asterism::cpu {
namespace {

void checkSizes(const HostWeight& weight) {
    const DataTypeInfo info = dataTypeInfo(weight.type);
    if (weight.rows < 1 || weight.columns < 1 || weight.columns % info.blockValues != 0) {
        throw Error("a weight of ", weight.rows, " x ", weight.columns, " values of type ",
                    info.name, " cannot be: its rows must be a multiple of ", info.blockValues,
                    " values long; the model file is damaged");
    }
    const std::int64_t needed = weight.rows * rowBytes(weight.type, weight.columns);
    if (static_cast<std::int64_t>(weight.bytes.size()) != needed) {
        throw Error("a weight of ", weight.rows, " x ", weight.columns, " values of type ",
                    info.name, " needs ", needed, " bytes but has ", weight.bytes.size(),
                    "; the model file is damaged");
    }
    const std::int64_t outputs = weight.rows == 1 ? weight.columns : weight.rows;
    if (weight.rowOrder == RowOrder::interleaved &&
        (weight.headDim < 2 || weight.headDim % 2 != 0 || outputs % weight.headDim != 0)) {
        throw Error("a weight of ", outputs, " outputs does not divide into heads of ",
                    weight.headDim, "; the model file is damaged");
    }
}

}  // namespace

CpuWeight::CpuWeight(const HostWeight& weight)
    : Weight(weight.rows, weight.columns), m_source(weight) {
    checkSizes(weight);
    m_rowBytes = rowBytes(weight.type, weight.columns);
    const bool vector = weight.rows == 1;
    if (!vector && weight.offset == 0.0F) return;

    std::vector<float> stored(static_cast<std::size_t>(weight.rows * weight.columns));
    dequantize(weight.type, weight.bytes, stored);
    m_values.resize(stored.size());
    const std::int64_t width = vector ? 1 : weight.columns;
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(stored.size()); ++i) {
        const std::int64_t from = storedRow(weight, i / width) * width + i % width;
        m_values[static_cast<std::size_t>(i)] =
            stored[static_cast<std::size_t>(from)] + weight.offset;
    }
    m_source.type = DataType::f32;
    m_source.rowOrder = RowOrder::natural;
    m_source.bytes = std::as_bytes(std::span(m_values));
    m_rowBytes = rowBytes(DataType::f32, weight.columns);
}

const float* CpuWeight::floats() const {
    ASTERISM_CHECK(!m_values.empty());
    return m_values.data();
}

}  // namespace asterism::cpu
