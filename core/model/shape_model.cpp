#include "core/model/shape_model.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "core/base/error.h"
#include "core/base/float_types.h"
#include "core/model/fit_vocabulary.h"
#include "core/model/tensor_table.h"
#include "core/text/byte_letters.h"

namespace asterism {
namespace {

class ShapeModel final : public ModelFile {
  public:
    ShapeModel(const ModelShape& shape, DataType weights);

    const Metadata& metadata() const override { return m_metadata; }
    const StoredTensor* find(std::string_view name) const override { return m_table.find(name); }
    std::span<const StoredTensor> tensors() const override { return m_table.all(); }
    Vocabulary vocabulary() const override;
    std::filesystem::path path() const override { return m_shape.name; }
    bool isGguf() const override { return true; }

  private:
    void describe();
    void addMatrix(const std::string& name, std::int64_t rows, std::int64_t columns);
    void addGain(const std::string& name);

    ModelShape m_shape;
    DataType m_type;
    Metadata m_metadata;
    TensorTable m_table;
    std::vector<std::byte> m_matrix;
    std::vector<float> m_gains;
};

// Random bits, with 16-bit scales and plain values made small numbers.
std::vector<std::byte> randomBytes(DataType type, std::int64_t values) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(rowBytes(type, values)));
    std::mt19937 random(1);
    for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4) {
        const auto word = static_cast<std::uint32_t>(random());
        std::memcpy(&bytes[i], &word, 4);
    }
    const auto block = static_cast<std::size_t>(dataTypeInfo(type).blockBytes);
    if (type == DataType::bf16) {
        for (std::size_t i = 0; i < bytes.size(); i += block) {
            const float value = (static_cast<float>(bytes[i]) - 127.5F) / 127.5F * 0.03F;
            const std::uint16_t bits = toBf16(value);
            std::memcpy(&bytes[i], &bits, 2);
        }
        return bytes;
    }
    for (std::size_t i = 0; i < bytes.size(); i += block) {
        constexpr std::uint16_t kSmallHalf = 0x0400;
        const bool hasMinimum = type != DataType::q8_0 && type != DataType::q4_0 &&
                                type != DataType::q5_0 && type != DataType::q6_k;
        const std::size_t place = type == DataType::q6_k ? i + 208 : i;
        std::memcpy(&bytes[place], &kSmallHalf, 2);
        if (hasMinimum) std::memcpy(&bytes[place + 2], &kSmallHalf, 2);
    }
    return bytes;
}

ShapeModel::ShapeModel(const ModelShape& shape, DataType weights)
    : m_shape(shape), m_type(weights), m_metadata(shape.name), m_table(shape.name) {
    describe();
    const std::int64_t queries = shape.heads * shape.headDim;
    const std::int64_t keys = shape.kvHeads * shape.headDim;
    const std::int64_t widest = std::max({shape.vocabulary, shape.feedForward, queries});
    m_matrix = randomBytes(weights, widest * std::max(shape.hidden, queries));
    m_gains.assign(static_cast<std::size_t>(shape.hidden), 1.0F);
    addMatrix("token_embd.weight", shape.vocabulary, shape.hidden);
    addGain("output_norm.weight");
    addMatrix("output.weight", shape.vocabulary, shape.hidden);
    for (std::int64_t layer = 0; layer < shape.layers; ++layer) {
        const std::string prefix = "blk." + std::to_string(layer) + ".";
        addGain(prefix + "attn_norm.weight");
        addMatrix(prefix + "attn_q.weight", queries, shape.hidden);
        addMatrix(prefix + "attn_k.weight", keys, shape.hidden);
        addMatrix(prefix + "attn_v.weight", keys, shape.hidden);
        addMatrix(prefix + "attn_output.weight", shape.hidden, queries);
        addGain(prefix + "ffn_norm.weight");
        addMatrix(prefix + "ffn_gate.weight", shape.feedForward, shape.hidden);
        addMatrix(prefix + "ffn_up.weight", shape.feedForward, shape.hidden);
        addMatrix(prefix + "ffn_down.weight", shape.hidden, shape.feedForward);
    }
}

void ShapeModel::describe() {
    constexpr std::int64_t kWindow = 1 << 20;
    m_metadata.set("general.architecture", std::string("llama"));
    m_metadata.set("general.name", m_shape.name + ", random " +
                                       std::string(dataTypeInfo(m_type).name) + " weights");
    m_metadata.set("llama.block_count", m_shape.layers);
    m_metadata.set("llama.embedding_length", m_shape.hidden);
    m_metadata.set("llama.feed_forward_length", m_shape.feedForward);
    m_metadata.set("llama.attention.head_count", m_shape.heads);
    m_metadata.set("llama.attention.head_count_kv", m_shape.kvHeads);
    m_metadata.set("llama.attention.key_length", m_shape.headDim);
    m_metadata.set("llama.attention.value_length", m_shape.headDim);
    m_metadata.set("llama.attention.layer_norm_rms_epsilon", 1e-5);
    m_metadata.set("llama.rope.freq_base", 5e5);
    m_metadata.set("llama.rope.dimension_count", m_shape.headDim);
    m_metadata.set("llama.context_length", kWindow);
    m_metadata.set("llama.vocab_size", m_shape.vocabulary);
}

void ShapeModel::addMatrix(const std::string& name, std::int64_t rows, std::int64_t columns) {
    const auto size = static_cast<std::size_t>(rows * rowBytes(m_type, columns));
    m_table.add({name, m_type, rows, columns, std::span(m_matrix).first(size)});
}

void ShapeModel::addGain(const std::string& name) {
    m_table.add({name, DataType::f32, 1, m_shape.hidden, std::as_bytes(std::span(m_gains))});
}

Vocabulary ShapeModel::vocabulary() const {
    Vocabulary vocabulary;
    vocabulary.source = m_shape.name;
    for (int byte = 0; byte < 256; ++byte) {
        vocabulary.pieces.push_back(letterOf(static_cast<std::uint8_t>(byte)));
        vocabulary.types.push_back(PieceType::normal);
    }
    fitVocabulary(vocabulary, m_shape.vocabulary);
    return vocabulary;
}

}  // namespace

const std::vector<ModelShape>& knownShapes() {
    static const std::vector<ModelShape> shapes = {
        {"llama-3.1-8b", 32, 4096, 14336, 32, 8, 128, 128256},
        {"qwen2.5-0.5b", 24, 896, 4864, 14, 2, 64, 151936},
        {"smollm2-135m", 30, 576, 1536, 9, 3, 64, 49152}};
    return shapes;
}

const ModelShape& shapeNamed(const std::string& name) {
    std::string names;
    for (const ModelShape& shape : knownShapes()) {
        if (shape.name == name) return shape;
        names += (names.empty() ? "" : ", ") + shape.name;
    }
    throw Error("there is no model shape ", name, "; use one of ", names);
}

std::unique_ptr<ModelFile> makeShapeModel(const ModelShape& shape, DataType weights) {
    return std::make_unique<ShapeModel>(shape, weights);
}

}  // namespace asterism
