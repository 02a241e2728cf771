#pragma once

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/model/model_file.h"

namespace asterism::test {

// Another model with one value of one F32 tensor replaced, as a damaged file has it.
class PoisonedModel : public ModelFile {
  public:
    PoisonedModel(std::unique_ptr<ModelFile> inner, std::string_view tensor, float value)
        : m_inner(std::move(inner)),
          m_tensors(m_inner->tensors().begin(), m_inner->tensors().end()) {
        for (StoredTensor& stored : m_tensors) {
            if (stored.name != tensor) continue;
            constexpr std::size_t kPlace = 3 * sizeof(float);
            m_bytes.assign(stored.bytes.begin(), stored.bytes.end());
            std::memcpy(m_bytes.data() + kPlace, &value, sizeof(value));
            stored.bytes = m_bytes;
        }
    }

    const Metadata& metadata() const override { return m_inner->metadata(); }
    const StoredTensor* find(std::string_view tensorName) const override {
        for (const StoredTensor& stored : m_tensors)
            if (stored.name == tensorName) return &stored;
        return nullptr;
    }
    std::span<const StoredTensor> tensors() const override { return m_tensors; }
    Vocabulary vocabulary() const override { return m_inner->vocabulary(); }
    std::filesystem::path path() const override { return m_inner->path(); }
    bool isGguf() const override { return m_inner->isGguf(); }
    bool isPoisoned() const { return !m_bytes.empty(); }

  private:
    std::unique_ptr<ModelFile> m_inner;
    std::vector<StoredTensor> m_tensors;
    std::vector<std::byte> m_bytes;
};

}  // namespace asterism::test
