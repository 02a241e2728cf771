#include "core/documents/file_classes.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/documents/document_reader.h"

namespace asterism {

namespace {

constexpr std::string_view kVendorFolders[] = {
    "node_modules", "bower_components", "jspm_packages", "vendor", "third_party",
    "third-party",  "thirdparty",       "site-packages", "Pods",   "Carthage"};

constexpr std::string_view kLockFiles[] = {
    "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml",
    "Cargo.lock",        "poetry.lock",         "uv.lock",   "Pipfile.lock",
    "composer.lock",     "Gemfile.lock",        "go.sum",    "flake.lock",
    "Podfile.lock",      "packages.lock.json",  "mix.lock",  "pubspec.lock"};

// Files that stand only at the top of a folder that tools fill.
struct Sign {
    std::string_view file;
    std::string_view meaning;
};

constexpr Sign kToolFolders[] = {{"CMakeCache.txt", "a build folder"},
                                 {"CACHEDIR.TAG", "a cache folder"},
                                 {"pyvenv.cfg", "a Python environment"},
                                 {"build.ninja", "a build folder"}};

constexpr std::size_t kHeaderBytes = 4096;
constexpr std::size_t kLongLine = 5000;

template <typename Names>
bool contains(const Names& names, std::string_view name) {
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::string lowerCase(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower;
}

}  // namespace

std::optional<FileClass> classifyFolder(std::string_view name,
                                        const std::vector<std::filesystem::path>& content) {
    if (contains(kVendorFolders, name))
        return FileClass{LeftOutCause::vendored, "a folder of vendored code"};
    if (name == "__pycache__") return FileClass{LeftOutCause::generated, "a cache folder"};
    for (const Sign& sign : kToolFolders)
        if (std::find(content.begin(), content.end(), std::filesystem::path(sign.file)) !=
            content.end())
            return FileClass{LeftOutCause::generated,
                             std::string(sign.meaning) + " (holds " + std::string(sign.file) + ")"};
    return std::nullopt;
}

std::optional<FileClass> classifyFileName(std::string_view name) {
    if (contains(kLockFiles, name)) return FileClass{LeftOutCause::generated, "a lock file"};
    if (hasSuffix(name, {".min.js", ".min.css", ".bundle.js"}))
        return FileClass{LeftOutCause::generated, "minified"};
    if (hasSuffix(name, {".js.map", ".css.map"}))
        return FileClass{LeftOutCause::generated, "a source map"};
    return std::nullopt;
}

std::optional<FileClass> classifyText(const Document& document) {
    if (document.kind != DocumentKind::source) return std::nullopt;
    const std::string_view text = document.text;
    const std::string head = lowerCase(text.substr(0, kHeaderBytes));
    const bool isMarked =
        head.find("@generated") != head.npos ||
        (head.find("do not edit") != head.npos && head.find("generated") != head.npos);
    if (isMarked) return FileClass{LeftOutCause::generated, "generated (its header says so)"};
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    if (text.size() / (lines + 1) > kLongLine)
        return FileClass{LeftOutCause::generated, "minified (lines of over 5,000 bytes)"};
    return std::nullopt;
}

}  // namespace asterism
