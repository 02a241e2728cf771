#include "core/model/tensor_table.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/error.h"
#include "core/model/in_quotes.h"

namespace asterism {

void TensorTable::add(StoredTensor tensor) {
    if (!m_indices.emplace(tensor.name, m_tensors.size()).second)
        throw Error(m_source, ": tensor ", inQuotes(tensor.name), " is there twice");
    m_tensors.push_back(std::move(tensor));
}

void TensorTable::checkOverlaps() const {
    std::vector<const StoredTensor*> inOrder;
    inOrder.reserve(m_tensors.size());
    for (const StoredTensor& tensor : m_tensors) inOrder.push_back(&tensor);
    const std::less<const std::byte*> isBefore;
    std::sort(inOrder.begin(), inOrder.end(), [&](const StoredTensor* a, const StoredTensor* b) {
        return isBefore(a->bytes.data(), b->bytes.data());
    });
    for (std::size_t i = 1; i < inOrder.size(); ++i) {
        const std::span<const std::byte> previous = inOrder[i - 1]->bytes;
        if (isBefore(inOrder[i]->bytes.data(), previous.data() + previous.size()))
            throw Error(m_source, ": tensors ", inQuotes(inOrder[i - 1]->name), " and ",
                        inQuotes(inOrder[i]->name), " overlap; the file is damaged");
    }
}

const StoredTensor* TensorTable::find(std::string_view name) const {
    const auto found = m_indices.find(name);
    return found == m_indices.end() ? nullptr : &m_tensors[found->second];
}

StoredTensor locateTensor(const TensorPlace& place, std::span<const std::byte> data,
                          std::string_view where) {
    const auto fail = [&](const auto&... parts) {
        throw Error(where, ": tensor ", inQuotes(place.name), " ", parts...);
    };
    std::uint64_t elements = 1;
    for (const std::uint64_t size : place.dimensions) {
        if (size == 0) fail("has a dimension of 0");
        if (__builtin_mul_overflow(elements, size, &elements) ||
            elements > std::numeric_limits<std::int64_t>::max() / 4)
            fail("has more values than any memory holds");
    }
    const DataTypeInfo info = dataTypeInfo(place.type);
    const auto columns =
        place.dimensions.empty() ? std::int64_t{1} : static_cast<std::int64_t>(place.dimensions[0]);
    if (columns % info.blockValues != 0)
        fail("has rows of ", columns, " values, which are not whole blocks of ", info.blockValues,
             " (type ", info.name, ")");
    const auto bytes =
        static_cast<std::uint64_t>(rowBytes(place.type, static_cast<std::int64_t>(elements)));
    if (place.offset > data.size() || bytes > data.size() - place.offset)
        fail("needs ", bytes, " bytes at offset ", place.offset, " of the tensor data, which has ",
             data.size(), " bytes; the file is truncated");
    StoredTensor tensor;
    tensor.name = place.name;
    tensor.type = place.type;
    tensor.columns = columns;
    tensor.rows = static_cast<std::int64_t>(elements) / columns;
    tensor.bytes =
        data.subspan(static_cast<std::size_t>(place.offset), static_cast<std::size_t>(bytes));
    return tensor;
}

}  // namespace asterism
