#include "core/model/hugging_face.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/model/hugging_face_config.h"
#include "core/model/hugging_face_vocabulary.h"
#include "core/model/in_quotes.h"
#include "core/model/json_reading.h"

namespace asterism {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxJsonBytes = std::size_t{16} << 20;
constexpr std::size_t kMaxShards = 1024;

// Name of the file that holds each tensor, for a model in several files.
using WeightMap = std::map<std::string, std::string>;

WeightMap readWeightMap(const fs::path& path) {
    const Json parsed = readJsonFile(path, kMaxJsonBytes);
    const JsonObject index(parsed, path.string());
    const JsonObject entries = index.object("weight_map");
    WeightMap map;
    for (const auto& [tensor, file] : index.get("weight_map").items()) {
        const std::string shard = entries.text(tensor);
        if (fs::path(shard).filename() != shard || !shard.ends_with(".safetensors"))
            throw Error(entries.where(), ": ", inQuotes(shard),
                        " is not the name of a .safetensors file in the same folder");
        map.emplace(tensor, shard);
    }
    if (map.empty()) throw Error(entries.where(), ": is empty");
    return map;
}

std::vector<SafetensorsFile> openSingle(const fs::path& path) {
    std::vector<SafetensorsFile> files;
    files.emplace_back(path);
    return files;
}

// Opens the shards and checks that every tensor is in the shard it should be in.
std::vector<SafetensorsFile> openShards(const fs::path& folder, const fs::path& indexPath) {
    const WeightMap map = readWeightMap(indexPath);
    std::set<std::string> names;
    for (const auto& [tensor, shard] : map) names.insert(shard);
    if (names.size() > kMaxShards)
        throw Error(indexPath.string(), ": names ", names.size(), " files; at most ", kMaxShards,
                    " are read");
    std::vector<SafetensorsFile> shards;
    std::set<std::pair<std::string, std::string>> found;
    for (const std::string& name : names) {
        shards.emplace_back(folder / name);
        for (const StoredTensor& tensor : shards.back().tensors()) found.emplace(tensor.name, name);
    }
    for (const auto& entry : map)
        if (!found.contains(entry))
            throw Error((folder / entry.second).string(), ": tensor ", inQuotes(entry.first),
                        " is missing, which ", indexPath.filename().string(), " places here");
    return shards;
}

std::vector<SafetensorsFile> openWeights(const fs::path& folder) {
    const fs::path single = folder / "model.safetensors";
    const fs::path index = folder / "model.safetensors.index.json";
    if (fs::exists(index)) return openShards(folder, index);
    if (fs::exists(single)) return openSingle(single);
    throw Error(folder.string(), ": holds neither model.safetensors nor ",
                "model.safetensors.index.json; weights in other formats are not read");
}

Metadata readConfig(const fs::path& folder) {
    const fs::path path = folder / "config.json";
    if (!fs::exists(path))
        throw Error(folder.string(), ": holds no config.json; give a GGUF file or a Hugging Face ",
                    "model folder");
    const Json parsed = readJsonFile(path, kMaxJsonBytes);
    const fs::path name = fs::weakly_canonical(folder).filename();
    return translateConfig(JsonObject(parsed, path.string()), name.string());
}

}  // namespace

HuggingFaceFolder::HuggingFaceFolder(const fs::path& folder)
    : m_folder(folder), m_metadata(readConfig(folder)), m_tensors(folder.string()) {
    m_shards = openWeights(folder);
    const bool isTied = m_metadata.boolean(kTiesEmbeddings);
    const std::string architecture = m_metadata.text("general.architecture");
    for (const SafetensorsFile& shard : m_shards)
        for (StoredTensor tensor : shard.tensors()) {
            tensor.name = translateTensorName(tensor.name, architecture);
            // Tied models may store the matrix a second time.
            if (tensor.name.empty() || (isTied && tensor.name == "output.weight")) continue;
            m_tensors.add(std::move(tensor));
        }
    if (!isTied && !m_tensors.find("output.weight"))
        throw Error(folder.string(), ": tensor lm_head.weight is missing");
}

Vocabulary HuggingFaceFolder::vocabulary() const {
    const StoredTensor* embeddings = m_tensors.find("token_embd.weight");
    if (!embeddings)
        throw Error(m_folder.string(), ": tensor model.embed_tokens.weight is missing");
    return readHuggingFaceVocabulary(m_folder, embeddings->rows);
}

}  // namespace asterism
