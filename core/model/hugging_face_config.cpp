#include "core/model/hugging_face_config.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/model/in_quotes.h"

namespace asterism {

namespace {

struct ArchitectureName {
    std::string_view huggingFace;
    std::string_view gguf;
};

constexpr std::array kArchitectures{
    ArchitectureName{"LlamaForCausalLM", "llama"},
    ArchitectureName{"MistralForCausalLM", "llama"},
    ArchitectureName{"Qwen2ForCausalLM", "qwen2"},
    ArchitectureName{"Qwen3ForCausalLM", "qwen3"},
    ArchitectureName{"Gemma3ForCausalLM", "gemma3"},
};

enum class Kind : std::uint8_t { whole, real };

struct SettingName {
    std::string_view json;
    std::string_view gguf;
    Kind kind;
};

// Settings that need a new name only.
constexpr std::array kSettings{
    SettingName{"num_hidden_layers", "block_count", Kind::whole},
    SettingName{"hidden_size", "embedding_length", Kind::whole},
    SettingName{"intermediate_size", "feed_forward_length", Kind::whole},
    SettingName{"num_attention_heads", "attention.head_count", Kind::whole},
    SettingName{"num_key_value_heads", "attention.head_count_kv", Kind::whole},
    SettingName{"max_position_embeddings", "context_length", Kind::whole},
    SettingName{"rms_norm_eps", "attention.layer_norm_rms_epsilon", Kind::real},
    SettingName{"attn_logit_softcapping", "attn_logit_softcapping", Kind::real},
    SettingName{"final_logit_softcapping", "final_logit_softcapping", Kind::real},
    SettingName{"rope_local_base_freq", "rope.freq_base_swa", Kind::real},
};

// Settings of one rope scaling that need a new name only.
constexpr std::array kScalingSettings{
    SettingName{"factor", "factor", Kind::real},
    SettingName{"low_freq_factor", "low_freq_factor", Kind::real},
    SettingName{"high_freq_factor", "high_freq_factor", Kind::real},
    SettingName{"original_max_position_embeddings", "original_context_length", Kind::whole},
    SettingName{"beta_fast", "yarn_beta_fast", Kind::real},
    SettingName{"beta_slow", "yarn_beta_slow", Kind::real},
};

std::string readHuggingFaceArchitecture(const JsonObject& config) {
    const Json& names = config.array("architectures");
    if (names.size() == 1 && names[0].is_string()) return names[0].get<std::string>();
    config.fail("architectures", "an array of one name");
}

std::string ggufArchitecture(const JsonObject& config) {
    const std::string name = readHuggingFaceArchitecture(config);
    std::string known;
    for (const ArchitectureName& one : kArchitectures) {
        if (one.huggingFace == name) return std::string(one.gguf);
        known += (known.empty() ? "" : ", ") + std::string(one.huggingFace);
    }
    throw Error(config.where(), ": architecture ", inQuotes(name), " is not known; known are ",
                known);
}

class ConfigTranslator {
  public:
    ConfigTranslator(const JsonObject& config, const std::string& modelName)
        : m_config(config), m_architecture(ggufArchitecture(config)), m_metadata(config.where()) {
        m_metadata.set("general.architecture", m_architecture);
        m_metadata.set("general.name", modelName);
        m_metadata.set(kTiesEmbeddings, config.boolean("tie_word_embeddings", isGemma()));
    }

    Metadata translate() {
        refuseUnsupported();
        for (const SettingName& setting : kSettings) copy(m_config, setting, "");
        translateHeads();
        translateRope();
        translateSlidingWindow();
        return std::move(m_metadata);
    }

  private:
    bool isGemma() const { return m_architecture == "gemma3"; }

    void set(std::string_view name, Metadata::Value value) {
        m_metadata.set(m_architecture + "." + std::string(name), std::move(value));
    }

    void copy(const JsonObject& object, const SettingName& setting, std::string_view prefix) {
        if (!object.has(setting.json)) return;
        const std::string name = std::string(prefix) + std::string(setting.gguf);
        if (setting.kind == Kind::whole)
            set(name, object.integer(setting.json, INT64_MIN, INT64_MAX));
        else
            set(name, object.number(setting.json));
    }

    void refuseUnsupported() const {
        if (m_config.has("quantization_config"))
            throw Error(m_config.where(),
                        ": quantised Hugging Face folders are not read; use the full weights or a "
                        "GGUF file");
        const std::string activation = isGemma()
                                           ? m_config.text("hidden_activation", "gelu_pytorch_tanh")
                                           : m_config.text("hidden_act", "silu");
        const std::string_view expected = isGemma() ? "gelu_pytorch_tanh" : "silu";
        if (activation != expected)
            throw Error(m_config.where(), ": activation ", inQuotes(activation),
                        " is not supported for this architecture; ", expected, " is");
        if (m_config.boolean("use_bidirectional_attention", false))
            throw Error(m_config.where(), ": models that attend to later tokens do not generate");
    }

    void translateHeads() {
        constexpr std::int64_t kGemmaHeadDim = 256;
        const bool isGiven = m_config.has("head_dim");
        if (isGiven || isGemma()) {
            const std::int64_t headDim =
                isGiven ? m_config.integer("head_dim", 1, INT32_MAX) : kGemmaHeadDim;
            set("attention.key_length", headDim);
            set("attention.value_length", headDim);
        }
        if (isGemma()) {
            const double scalar = m_config.has("query_pre_attn_scalar")
                                      ? m_config.number("query_pre_attn_scalar")
                                      : double{kGemmaHeadDim};
            if (!(scalar > 0.0)) m_config.fail("query_pre_attn_scalar", "a number above 0");
            set("attention.scale", 1.0 / std::sqrt(scalar));
        }
    }

    // Older configurations have rope_theta and rope_scaling; newer ones rope_parameters with both,
    // one set for each kind of layer where there are two kinds.
    void translateRope() {
        if (m_config.has("rope_parameters")) {
            const JsonObject parameters = m_config.object("rope_parameters");
            if (!parameters.has("full_attention")) return translateRopeOf(parameters, parameters);
            const JsonObject full = parameters.object("full_attention");
            if (parameters.has("sliding_attention"))
                translateSlidingRope(parameters.object("sliding_attention"));
            return translateRopeOf(full, full);
        }
        if (m_config.has("rope_scaling"))
            return translateRopeOf(m_config, m_config.object("rope_scaling"));
        translateRopeBase(m_config);
    }

    void translateSlidingRope(const JsonObject& rope) {
        if (rope.text("rope_type", "default") != "default")
            throw Error(rope.where(), ": scaled positions in sliding layers are not supported");
        if (!m_config.has("rope_local_base_freq") && rope.has("rope_theta"))
            set("rope.freq_base_swa", rope.number("rope_theta"));
    }

    void translateRopeBase(const JsonObject& rope) {
        const double usual = isGemma() ? 1e6 : 1e4;
        set("rope.freq_base", rope.has("rope_theta") ? rope.number("rope_theta") : usual);
        const JsonObject& source = rope.has("partial_rotary_factor") ? rope : m_config;
        if (!source.has("partial_rotary_factor")) return;
        const double factor = source.number("partial_rotary_factor");
        if (!(factor > 0.0) || factor > 1.0)
            source.fail("partial_rotary_factor", "a number above 0 and up to 1");
        const std::int64_t heads = m_config.integer("num_attention_heads", 1, INT32_MAX);
        const std::int64_t headDim = m_config.has("head_dim")
                                         ? m_config.integer("head_dim", 1, INT32_MAX)
                                         : m_config.integer("hidden_size", 1, INT32_MAX) / heads;
        set("rope.dimension_count",
            static_cast<std::int64_t>(static_cast<double>(headDim) * factor));
    }

    // `base` has rope_theta, `scaling` how angles are scaled; they may be the same object.
    void translateRopeOf(const JsonObject& base, const JsonObject& scaling) {
        translateRopeBase(base);
        const std::string type = scaling.text("rope_type", scaling.text("type", "default"));
        if (type == "default") return;
        if (type != "linear" && type != "llama3" && type != "yarn")
            throw Error(scaling.where(), ": rope scaling ", inQuotes(type),
                        " is not known; known are default, linear, llama3 and yarn");
        for (const std::string_view name : {"mscale", "mscale_all_dim"})
            if (scaling.has(name)) throw Error(scaling.where(), ": ", name, " is not supported");
        if (!scaling.boolean("truncate", true))
            throw Error(scaling.where(), ": truncate = false is not supported");
        set("rope.scaling.type", type);
        for (const SettingName& setting : kScalingSettings) copy(scaling, setting, "rope.scaling.");
        if (type == "yarn") translateYarn(scaling);
    }

    void translateYarn(const JsonObject& scaling) {
        if (!scaling.has("original_max_position_embeddings"))
            set("rope.scaling.original_context_length",
                m_config.integer("max_position_embeddings", 1, INT64_MAX));
        if (!scaling.has("attention_factor")) return;
        // GGUF's factor comes on top of the usual one, this one replaces it.
        const double factor = scaling.number("factor");
        if (factor < 1.0) scaling.fail("factor", "a number of 1 or more");
        set("rope.scaling.attn_factor",
            scaling.number("attention_factor") / (0.1 * std::log(factor) + 1.0));
    }

    void translateSlidingWindow() {
        constexpr std::int64_t kUsualWindow = 4096;
        const bool isMistral = readHuggingFaceArchitecture(m_config) == "MistralForCausalLM";
        const bool isQwen = m_architecture == "qwen2" || m_architecture == "qwen3";
        if (isQwen && !m_config.boolean("use_sliding_window", false)) return;
        if (!isQwen && !isGemma() && !isMistral) return;
        // Mistral says "none" by null, which is not the same as leaving the member out.
        const bool isLeftOut = !m_config.mentions("sliding_window");
        if (!m_config.has("sliding_window") && !isLeftOut) return;
        set("attention.sliding_window",
            isLeftOut ? kUsualWindow : m_config.integer("sliding_window", 0, INT32_MAX));
        if (m_config.has("layer_types"))
            set("attention.sliding_window_pattern", readLayerTypes());
        else if (isQwen)
            set("attention.sliding_window_pattern", readQwenLayers());
        else if (m_config.has("sliding_window_pattern"))
            set("attention.sliding_window_pattern",
                m_config.integer("sliding_window_pattern", 1, INT32_MAX));
    }

    std::vector<std::int64_t> readLayerTypes() const {
        std::vector<std::int64_t> flags;
        for (const Json& type : m_config.array("layer_types")) {
            if (type != "sliding_attention" && type != "full_attention")
                m_config.fail("layer_types", "an array of full_attention and sliding_attention");
            flags.push_back(type == "sliding_attention" ? 1 : 0);
        }
        return flags;
    }

    // The first max_window_layers layers see everything.
    std::vector<std::int64_t> readQwenLayers() const {
        constexpr std::int64_t kMaxLayers = 1024;
        const std::int64_t layers = m_config.integer("num_hidden_layers", 1, kMaxLayers);
        const std::int64_t full = m_config.has("max_window_layers")
                                      ? m_config.integer("max_window_layers", 0, kMaxLayers)
                                      : std::int64_t{28};
        std::vector<std::int64_t> flags;
        for (std::int64_t layer = 0; layer < layers; ++layer) flags.push_back(layer >= full);
        return flags;
    }

    const JsonObject& m_config;
    std::string m_architecture;
    Metadata m_metadata;
};

struct TensorName {
    std::string_view huggingFace;
    std::string_view gguf;
};

// Parts of a layer's tensors; what follows (.weight, .bias) stays.
constexpr std::array kLayerTensors{
    TensorName{"self_attn.q_proj", "attn_q"},
    TensorName{"self_attn.k_proj", "attn_k"},
    TensorName{"self_attn.v_proj", "attn_v"},
    TensorName{"self_attn.o_proj", "attn_output"},
    TensorName{"self_attn.q_norm", "attn_q_norm"},
    TensorName{"self_attn.k_norm", "attn_k_norm"},
    TensorName{"input_layernorm", "attn_norm"},
    TensorName{"pre_feedforward_layernorm", "ffn_norm"},
    TensorName{"post_feedforward_layernorm", "post_ffw_norm"},
    TensorName{"mlp.gate_proj", "ffn_gate"},
    TensorName{"mlp.up_proj", "ffn_up"},
    TensorName{"mlp.down_proj", "ffn_down"},
};

}  // namespace

Metadata translateConfig(const JsonObject& config, const std::string& modelName) {
    return ConfigTranslator(config, modelName).translate();
}

std::string translateTensorName(const std::string& name, const std::string& architecture) {
    if (name == "model.embed_tokens.weight") return "token_embd.weight";
    if (name == "model.norm.weight") return "output_norm.weight";
    if (name == "lm_head.weight") return "output.weight";
    constexpr std::string_view kLayers = "model.layers.";
    if (!name.starts_with(kLayers)) return name;
    const std::size_t dot = name.find('.', kLayers.size());
    const std::size_t last = name.rfind('.');
    if (dot == std::string::npos || last <= dot) return name;
    const std::string part = name.substr(dot + 1, last - dot - 1);
    if (part == "self_attn.rotary_emb") return "";  // frequencies, which the settings give as well
    const std::string layer = "blk." + name.substr(kLayers.size(), dot - kLayers.size() + 1);
    // Gemma normalises before and after each half of a layer, the others only before.
    if (part == "post_attention_layernorm")
        return layer + (architecture == "gemma3" ? "post_attention_norm" : "ffn_norm") +
               name.substr(last);
    for (const TensorName& known : kLayerTensors)
        if (known.huggingFace == part) return layer + std::string(known.gguf) + name.substr(last);
    return name;
}

}  // namespace asterism
