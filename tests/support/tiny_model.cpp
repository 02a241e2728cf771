#include "tests/support/tiny_model.h"

#include <cmath>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

constexpr std::string_view kChatMlTemplate =
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + "
    "message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

std::string utf8(std::uint32_t codePoint) {
    if (codePoint < 0x80) return std::string(1, static_cast<char>(codePoint));
    return {static_cast<char>(0xc0U | codePoint >> 6),
            static_cast<char>(0x80U | (codePoint & 63U))};
}

// Random weights that keep the activations of a few layers within reason.
class RandomWeights {
  public:
    explicit RandomWeights(std::uint64_t seed) : m_engine(seed) {}

    // Even over [center - spread, center + spread].
    std::vector<float> floats(std::int64_t count, float center, float spread) {
        std::vector<float> values(static_cast<std::size_t>(count));
        for (float& value : values) value = center + spread * (2.0F * uniform() - 1.0F);
        return values;
    }

    // Stored values of any type, rows of `columns` inputs; about as large as F32 ones would be.
    std::string matrix(DataType type, std::int64_t rows, std::int64_t columns) {
        const float spread = std::sqrt(3.0F / static_cast<float>(columns));
        if (type == DataType::f32 || type == DataType::f16 || type == DataType::bf16)
            return plain(type, floats(rows * columns, 0.0F, spread));
        const DataTypeInfo info = dataTypeInfo(type);
        std::string bytes(static_cast<std::size_t>(rows * rowBytes(type, columns)), '\0');
        for (char& byte : bytes) byte = static_cast<char>(m_engine() & 0xffU);
        for (std::int64_t at = 0; at < std::ssize(bytes); at += info.blockBytes)
            setScales(type, bytes.data() + at, spread);
        return bytes;
    }

  private:
    float uniform() { return static_cast<float>(m_engine() >> 40) * 0x1p-24F; }

    static std::string plain(DataType type, const std::vector<float>& values) {
        std::string bytes;
        for (const float value : values) {
            if (type == DataType::f32)
                appendBytes(bytes, value);
            else
                appendBytes(bytes, type == DataType::f16 ? toHalf(value) : toBrain(value));
        }
        return bytes;
    }

    template <typename T>
    static void appendBytes(std::string& bytes, T value) {
        bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
    }

    // Cut, not rounded: any number near will do. Too small for a normal half becomes 0.
    static std::uint16_t toHalf(float value) {
        std::uint32_t bits = 0;
        std::memcpy(&bits, &value, sizeof(bits));
        const std::uint32_t magnitude = bits & 0x7fffffffU;
        if (magnitude < 0x38800000U) return 0;
        return static_cast<std::uint16_t>((bits >> 16 & 0x8000U) | (magnitude - 0x38000000U) >> 13);
    }

    static std::uint16_t toBrain(float value) {
        std::uint32_t bits = 0;
        std::memcpy(&bits, &value, sizeof(bits));
        return static_cast<std::uint16_t>(bits >> 16);
    }

    static void setHalf(char* bytes, float value) {
        const std::uint16_t half = toHalf(value);
        std::memcpy(bytes, &half, sizeof(half));
    }

    // The block's random quanta stay; its scales make the values fill [-spread, spread].
    static void setScales(DataType type, char* block, float spread) {
        switch (type) {
            case DataType::q8_0:
                return setHalf(block, spread / 128.0F);
            case DataType::q4_0:
                return setHalf(block, spread / 8.0F);
            case DataType::q5_0:
                return setHalf(block, spread / 16.0F);
            case DataType::q4_1:
                setHalf(block, spread / 7.5F);
                return setHalf(block + 2, -spread);
            case DataType::q5_1:
                setHalf(block, spread / 15.5F);
                return setHalf(block + 2, -spread);
            case DataType::q4_k:
                setHalf(block, spread / (7.5F * 64.0F));
                return setHalf(block + 2, spread / 64.0F);
            case DataType::q5_k:
                setHalf(block, spread / (15.5F * 64.0F));
                return setHalf(block + 2, spread / 64.0F);
            case DataType::q6_k:
                return setHalf(block + 208, spread / (32.0F * 128.0F));
            default:
                throw std::invalid_argument("not a type of blocks");
        }
    }

    std::mt19937_64 m_engine;
};

class TinyModel {
  public:
    explicit TinyModel(const TinyModelOptions& options)
        : m_options(options), m_random(options.seed) {}

    GgufWriter write() {
        addSettings();
        addVocabulary();
        matrix("token_embd.weight", m_vocabulary, m_options.hidden);
        norm("output_norm.weight", m_options.hidden);
        if (m_options.hasOutput) matrix("output.weight", m_vocabulary, m_options.hidden);
        for (std::int64_t layer = 0; layer < m_options.layers; ++layer)
            addLayer("blk." + std::to_string(layer) + ".");
        return std::move(m_writer);
    }

  private:
    bool isGemma() const { return m_options.architecture == "gemma3"; }

    void addSettings() {
        const std::string prefix = m_options.architecture + ".";
        const auto whole = [&](const std::string& key, std::int64_t value) {
            m_writer.add(prefix + key, static_cast<std::uint32_t>(value));
        };
        m_writer.add("general.architecture", m_options.architecture);
        m_writer.add("general.name", "Tiny " + m_options.architecture);
        whole("context_length", m_options.window);
        whole("embedding_length", m_options.hidden);
        whole("block_count", m_options.layers);
        whole("feed_forward_length", m_options.feedForward);
        whole("attention.head_count", m_options.heads);
        whole("attention.head_count_kv", m_options.kvHeads);
        whole("attention.key_length", m_options.headDim);
        whole("attention.value_length", m_options.headDim);
        m_writer.add(prefix + "attention.layer_norm_rms_epsilon", 1e-6F);
        m_writer.add(prefix + "rope.freq_base", 10000.0F);
        if (isGemma() && m_options.slidingWindow == 0)
            whole("attention.sliding_window", 16);
        else if (m_options.slidingWindow > 0)
            whole("attention.sliding_window", m_options.slidingWindow);
        // With two layers the usual five of six would leave none that sees everything.
        if (isGemma()) whole("attention.sliding_window_pattern", 2);
    }

    void addVocabulary() {
        std::vector<std::string> pieces{"<|endoftext|>", "<|im_start|>", "<|im_end|>"};
        std::vector<std::int32_t> types(pieces.size(), 3);
        for (int byte = 0; byte < 256; ++byte)
            pieces.push_back(byteLetter(static_cast<std::uint8_t>(byte)));
        const std::string space = byteLetter(' ');
        const std::vector<std::string> merges{"t h",  "th e",        "a n",        "i n",
                                              "e r",  space + " th", space + " a", space + "th e",
                                              "in g", "an d"};
        for (const std::string& merge : merges) {
            std::string piece = merge;
            piece.erase(piece.find(' '), 1);
            pieces.push_back(piece);
        }
        types.resize(pieces.size(), 1);
        m_vocabulary = std::ssize(pieces);
        m_writer.add("tokenizer.ggml.model", "gpt2")
            .add("tokenizer.ggml.pre", "smollm")
            .add("tokenizer.ggml.tokens", pieces)
            .add("tokenizer.ggml.token_type", types)
            .add("tokenizer.ggml.merges", merges)
            .add("tokenizer.ggml.bos_token_id", static_cast<std::uint32_t>(kTinyTurnBegin))
            .add("tokenizer.ggml.eos_token_id", static_cast<std::uint32_t>(kTinyTurnEnd))
            .add("tokenizer.ggml.add_bos_token", false)
            .add("tokenizer.chat_template", kChatMlTemplate);
    }

    void matrix(const std::string& name, std::int64_t rows, std::int64_t columns) {
        m_writer.addTensor(name,
                           {static_cast<std::uint64_t>(columns), static_cast<std::uint64_t>(rows)},
                           m_options.weights, m_random.matrix(m_options.weights, rows, columns));
    }

    void vector(const std::string& name, std::int64_t count, float center, float spread) {
        m_writer.addTensor(name, {static_cast<std::uint64_t>(count)},
                           m_random.floats(count, center, spread));
    }

    void norm(const std::string& name, std::int64_t count) { vector(name, count, 1.0F, 0.2F); }

    void addLayer(const std::string& layer) {
        const std::int64_t hidden = m_options.hidden;
        const std::int64_t queries = m_options.heads * m_options.headDim;
        const std::int64_t keys = m_options.kvHeads * m_options.headDim;
        norm(layer + "attn_norm.weight", hidden);
        matrix(layer + "attn_q.weight", queries, hidden);
        matrix(layer + "attn_k.weight", keys, hidden);
        matrix(layer + "attn_v.weight", keys, hidden);
        matrix(layer + "attn_output.weight", hidden, queries);
        norm(layer + "ffn_norm.weight", hidden);
        matrix(layer + "ffn_gate.weight", m_options.feedForward, hidden);
        matrix(layer + "ffn_up.weight", m_options.feedForward, hidden);
        matrix(layer + "ffn_down.weight", hidden, m_options.feedForward);
        if (m_options.architecture == "qwen2") {
            vector(layer + "attn_q.bias", queries, 0.0F, 0.1F);
            vector(layer + "attn_k.bias", keys, 0.0F, 0.1F);
            vector(layer + "attn_v.bias", keys, 0.0F, 0.1F);
        }
        if (m_options.architecture == "qwen3" || isGemma()) {
            norm(layer + "attn_q_norm.weight", m_options.headDim);
            norm(layer + "attn_k_norm.weight", m_options.headDim);
        }
        if (isGemma()) {
            norm(layer + "post_attention_norm.weight", hidden);
            norm(layer + "post_ffw_norm.weight", hidden);
        }
    }

    TinyModelOptions m_options;
    RandomWeights m_random;
    GgufWriter m_writer;
    std::int64_t m_vocabulary = 0;
};

}  // namespace

std::string byteLetter(std::uint8_t byte) {
    // Printable Latin-1 stands for itself, the other bytes for U+0100 and up, in order.
    const auto isPrintable = [](int code) {
        return (code >= 0x21 && code <= 0x7e) || (code >= 0xa1 && code != 0xad);
    };
    if (isPrintable(byte)) return utf8(byte);
    std::uint32_t letter = 0x100;
    for (int code = 0; code < byte; ++code)
        if (!isPrintable(code)) ++letter;
    return utf8(letter);
}

GgufWriter tinyModel(const TinyModelOptions& options) {
    return TinyModel(options).write();
}

void writeTinyModel(const std::filesystem::path& path, const TinyModelOptions& options) {
    writeFile(path, tinyModel(options).bytes());
}

}  // namespace asterism::test
