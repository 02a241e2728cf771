#include "storage/model_fingerprint.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/mapped_file.h"
#include "core/base/private_folder.h"
#include "storage/new_file.h"

namespace asterism {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;

constexpr std::size_t kHexDigits = 32;
// A file that changes twice within the clock's grain keeps its time; younger ones are not trusted.
constexpr std::time_t kSettledSeconds = 2;

std::string hashOf(const void* data, std::size_t bytes) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(data, bytes));
    std::string text;
    for (const unsigned char byte : canonical.digest) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

std::string hashOf(std::string_view text) {
    return hashOf(text.data(), text.size());
}

// What tells that a file is still the one that was hashed.
Json identityOf(const fs::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        throw Error(path.string(), ": cannot be examined: ", std::generic_category().message(errno),
                    "; check the path of the model");
    const std::int64_t modified =
        std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
    return {{"size", status.st_size}, {"mtime_ns", modified}, {"inode", status.st_ino}};
}

bool isSettled(const Json& identity) {
    const auto seconds = identity.at("mtime_ns").get<std::int64_t>() / 1'000'000'000;
    return seconds + kSettledSeconds < std::time(nullptr);
}

// The digits of files, as fingerprints.json remembers them.
class Memory {
  public:
    explicit Memory(const fs::path& folder) : m_path(folder / "fingerprints.json") {
        std::ifstream file(m_path, std::ios::binary);
        if (file) m_files = Json::parse(file, nullptr, false);
        if (!m_files.is_object()) m_files = Json::object();
    }

    std::string fingerprint(const fs::path& path) {
        Json identity = identityOf(path);
        // A path need not be UTF-8, as JSON must; its hash always is.
        std::error_code error;
        const fs::path canonical = fs::canonical(path, error);
        const std::string name = hashOf((error ? path : canonical).native());
        if (const auto known = m_files.find(name); known != m_files.end()) {
            const Json expected = known->is_object() ? known->value("file", Json()) : Json();
            const Json digits = known->is_object() ? known->value("xxh3", Json()) : Json();
            if (expected == identity && isHash(digits)) return digits.get<std::string>();
        }
        const MappedFile file(path);
        const auto bytes = file.bytes();
        if (!bytes.empty())
            ::madvise(const_cast<std::byte*>(bytes.data()), bytes.size(), MADV_SEQUENTIAL);
        std::string digits = hashOf(bytes.data(), bytes.size());
        if (isSettled(identity) && identityOf(path) == identity) {
            m_files[name] = {{"file", std::move(identity)}, {"xxh3", digits}};
            m_isChanged = true;
        }
        return digits;
    }

    void keep() const {
        if (!m_isChanged) return;
        try {
            makePrivateFolder(m_path.parent_path(), kCacheFolderAdvice);
            replaceFile(m_path, m_files.dump());
        } catch (const Error&) {  // the digits are right all the same
        }
    }

  private:
    static bool isHash(const Json& value) {
        return value.is_string() && value.get_ref<const std::string&>().size() == kHexDigits;
    }

    fs::path m_path;
    Json m_files = Json::object();
    bool m_isChanged = false;
};

bool isPartOfModel(std::string_view name) {
    constexpr std::array<std::string_view, 7> kNames = {
        "added_tokens.json", "chat_template.jinja",     "config.json", "generation_config.json",
        "merges.txt",        "special_tokens_map.json", "vocab.json"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
           name.starts_with("tokenizer") || name.ends_with(".safetensors") ||
           name.ends_with(".safetensors.index.json");
}

std::string folderFingerprint(const fs::path& folder, Memory& memory) {
    std::vector<std::string> names;
    std::error_code error;
    fs::directory_iterator files(folder, error);
    for (; !error && files != fs::directory_iterator(); files.increment(error)) {
        std::string name = files->path().filename().string();
        std::error_code ignored;  // a link to nowhere is no part of the model
        if (isPartOfModel(name) && files->is_regular_file(ignored))
            names.push_back(std::move(name));
    }
    if (error)
        throw Error(folder.string(), ": cannot be read: ", error.message(),
                    "; check its permissions");
    std::sort(names.begin(), names.end());
    std::string parts;
    for (const std::string& name : names)  // a file name holds no NUL
        parts += name + '\0' + memory.fingerprint(folder / name);
    return hashOf(parts);
}

}  // namespace

std::string modelFingerprint(const fs::path& model, const fs::path& cacheFolder) {
    Memory memory(cacheFolder);
    std::error_code ignored;  // what cannot be examined is taken for a file, which says why
    const std::string digits = fs::is_directory(model, ignored) ? folderFingerprint(model, memory)
                                                                : memory.fingerprint(model);
    memory.keep();
    return digits;
}

}  // namespace asterism
