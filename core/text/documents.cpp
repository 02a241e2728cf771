#include "core/text/documents.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

#include "core/base/error.h"
#include "core/text/utf8.h"

namespace asterism {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostBytes = 16'000'000;

// A file's text, or why it is not taken.
std::optional<std::string> readText(const fs::path& path, std::string& reason) {
    std::error_code failure;
    const std::uintmax_t size = fs::file_size(path, failure);
    if (failure) {
        reason = "cannot be read: " + failure.message();
        return std::nullopt;
    }
    if (size > kMostBytes) {
        reason = "larger than 16 MB (" + std::to_string(size) + " bytes)";
        return std::nullopt;
    }
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file) {
        reason = std::string("cannot be read: ") + std::strerror(errno);
    } else if (text.find('\0') != std::string::npos) {
        reason = "binary";
    } else if (const std::size_t at = findInvalidUtf8(text); at != std::string::npos) {
        reason = "not UTF-8 at byte " + std::to_string(at);
    } else if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
        reason = "empty";
    } else {
        return text;
    }
    return std::nullopt;
}

bool isHidden(const fs::path& path) {
    return path.filename().string().starts_with('.');
}

void readFolder(const fs::path& folder, DocumentCollection& collection) {
    std::error_code failure;
    fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied,
                                           failure);
    if (failure) throw Error(folder.string(), ": cannot be read: ", failure.message());
    for (; entry != fs::recursive_directory_iterator(); entry.increment(failure)) {
        if (failure) throw Error(folder.string(), ": cannot be read: ", failure.message());
        const std::string name = entry->path().lexically_relative(folder).generic_string();
        if (entry->is_symlink(failure)) {
            collection.leftOut.push_back({name, "a link"});
        } else if (entry->is_directory(failure)) {
            if (!isHidden(entry->path())) continue;
            entry.disable_recursion_pending();
            if (entry->path().filename() != ".git")
                collection.leftOut.push_back({name, "hidden folder"});
        } else if (isHidden(entry->path())) {
            collection.leftOut.push_back({name, "hidden"});
        } else if (!entry->is_regular_file(failure)) {
            collection.leftOut.push_back({name, "not a regular file"});
        } else {
            std::string reason;
            if (auto text = readText(entry->path(), reason))
                collection.documents.push_back({name, std::move(*text)});
            else
                collection.leftOut.push_back({name, reason});
        }
    }
}

}  // namespace

DocumentCollection readDocuments(const fs::path& path) {
    DocumentCollection collection;
    std::error_code failure;
    const fs::file_status status = fs::status(path, failure);
    if (!fs::exists(status)) throw Error(path.string(), ": no such file or folder");
    if (fs::is_directory(status)) {
        readFolder(path, collection);
        std::sort(collection.documents.begin(), collection.documents.end(),
                  [](const Document& a, const Document& b) { return a.name < b.name; });
        if (collection.documents.empty())
            throw Error(path.string(), ": holds no text that can be read (",
                        collection.leftOut.size(), " files left out)");
        return collection;
    }
    if (!fs::is_regular_file(status)) throw Error(path.string(), ": is not a regular file");
    std::string reason;
    auto text = readText(path, reason);
    if (!text) throw Error(path.string(), ": is ", reason, "; give a text or source file");
    collection.documents.push_back({path.filename().string(), std::move(*text)});
    return collection;
}

}  // namespace asterism
