#include "app/cli/model_report.h"

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "app/cli/byte_text.h"
#include "core/model/config.h"
#include "core/model/model_file.h"
#include "core/star/kv_block.h"

namespace asterism {

namespace fs = std::filesystem;
using json = nlohmann::ordered_json;

namespace {

json describeKv(const ModelConfig& config) {
    // The scales of q8 are shared by a block, so the size of a block matters a little.
    constexpr std::int64_t kBlockTokens = 4096;
    json bytes = json::object();
    for (const auto& [name, type] : {std::pair("q8", KvType::q8), std::pair("bf16", KvType::bf16),
                                     std::pair("f32", KvType::f32)}) {
        const KvLayout layout{type, config.layers, config.kvHeads, config.headDim};
        bytes[name] = layout.blockBytes(kBlockTokens) / kBlockTokens;
    }
    return bytes;
}

void addWeights(const ModelFile& file, json& description) {
    std::int64_t parameters = 0;
    std::size_t bytes = 0;
    json types = json::object();
    for (const StoredTensor& tensor : file.tensors()) {
        parameters += tensor.rows * tensor.columns;
        bytes += tensor.bytes.size();
        json& count = types[std::string(dataTypeInfo(tensor.type).name)];
        count = count.is_null() ? 1 : count.get<std::int64_t>() + 1;
    }
    description["parameters"] = parameters;
    description["weight_bytes"] = bytes;
    description["weight_types"] = std::move(types);
}

// Lines of a name and a value, the values in one column.
class Lines {
  public:
    template <typename Value>
    void add(std::string_view name, const Value& value) {
        m_text << std::left << std::setw(18) << name << value << '\n';
    }
    std::string text() const { return m_text.str(); }

  private:
    std::ostringstream m_text;
};

// "Q4_1 211, F32 61"
std::string pairs(const json& object) {
    std::string text;
    for (const auto& [key, value] : object.items())
        text += (text.empty() ? "" : ", ") + key + " " + value.dump();
    return text;
}

}  // namespace

json describeCatalogue(const Catalogue& catalogue, const fs::path& folder) {
    json models = json::array();
    for (const CatalogueEntry& entry : catalogue.entries()) {
        const fs::path file = folder / entry.fileName;
        std::error_code ignored;
        const bool isThere = fs::exists(file, ignored);
        models.push_back({{"name", entry.name},
                          {"title", entry.title},
                          {"file", entry.fileName},
                          {"bytes", entry.bytes},
                          {"sha256", entry.sha256},
                          {"licence", entry.licence},
                          {"terms", entry.terms},
                          {"default", entry.name == catalogue.defaultEntry().name},
                          {"path", isThere ? json(file.string()) : json()}});
    }
    return {{"folder", folder.string()}, {"models", std::move(models)}};
}

std::string catalogueText(const json& description) {
    std::size_t width = 0;
    for (const json& model : description["models"])
        width = std::max(width, model["name"].get_ref<const std::string&>().size());
    std::ostringstream text;
    for (const json& model : description["models"])
        text << (model["path"].is_null() ? "  " : "* ") << std::left
             << std::setw(static_cast<int>(width) + 2) << model["name"].get<std::string>()
             << std::right << std::setw(8) << bytesText(model["bytes"].get<std::uint64_t>()) << "  "
             << model["title"].get<std::string>() << " (" << model["licence"].get<std::string>()
             << ", " << model["terms"].get<std::string>() << ")"
             << (model["default"].get<bool>() ? ", the default" : "") << '\n';
    text << "* is on this machine, in " << description["folder"].get<std::string>() << '\n';
    return text.str();
}

json describeModel(const fs::path& path) {
    const auto file = openModelFile(path);
    const ModelConfig config = readModelConfig(*file);
    const Vocabulary vocabulary = file->vocabulary();
    json description = {{"path", path.string()},
                        {"format", file->isGguf() ? "GGUF" : "Hugging Face folder"},
                        {"architecture", config.architecture},
                        {"name", config.name},
                        {"layers", config.layers},
                        {"hidden", config.hidden},
                        {"feed_forward", config.feedForward},
                        {"heads", config.heads},
                        {"kv_heads", config.kvHeads},
                        {"head_dim", config.headDim},
                        {"vocabulary", config.vocabulary},
                        {"window", config.window},
                        {"sliding_window", config.slidingWindow},
                        {"tokenizer", vocabulary.kind == TokenizerKind::bytePair ? "byte-level BPE"
                                                                                 : "SentencePiece"},
                        {"chat_template", !vocabulary.chatTemplate.empty()},
                        {"kv_bytes_per_token", describeKv(config)}};
    addWeights(*file, description);
    return description;
}

std::string modelText(const json& d) {
    const auto number = [&](const char* field) { return d[field].get<std::int64_t>(); };
    Lines lines;
    lines.add("file", d["path"].get<std::string>());
    lines.add("format", d["format"].get<std::string>());
    lines.add("architecture", d["architecture"].get<std::string>());
    lines.add("name", d["name"].get<std::string>());
    lines.add("layers", number("layers"));
    lines.add("hidden size", number("hidden"));
    lines.add("feed-forward size", number("feed_forward"));
    lines.add("heads", std::to_string(number("heads")) + " for queries, " +
                           std::to_string(number("kv_heads")) + " for keys and values, of size " +
                           std::to_string(number("head_dim")));
    lines.add("vocabulary", std::to_string(number("vocabulary")) + " pieces, " +
                                d["tokenizer"].get<std::string>());
    lines.add("window", std::to_string(number("window")) + " tokens" +
                            (number("sliding_window") > 0
                                 ? ", sliding layers " + std::to_string(number("sliding_window"))
                                 : ""));
    lines.add("chat template", d["chat_template"].get<bool>() ? "yes" : "none (a base model)");
    lines.add("parameters", number("parameters"));
    lines.add("weights", bytesText(d["weight_bytes"].get<std::uint64_t>()) +
                             ", tensors: " + pairs(d["weight_types"]));
    lines.add("KV cache", "bytes a token: " + pairs(d["kv_bytes_per_token"]));
    return lines.text();
}

}  // namespace asterism
