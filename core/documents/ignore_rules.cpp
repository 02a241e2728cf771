#include "core/documents/ignore_rules.h"

#include <git2.h>
#include <git2/sys/repository.h>

#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "core/base/error.h"

namespace asterism {

namespace {

namespace fs = std::filesystem;

// libgit2 wants to be started before its first use.
class Library {
  public:
    Library() {
        git_libgit2_init();
        // Rules are only read, nothing that a repository says is run: it does not matter whose it
        // is.
        git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    }
    ~Library() { git_libgit2_shutdown(); }
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
};

struct FreeHandle {
    void operator()(git_repository* repository) const { git_repository_free(repository); }
    void operator()(git_index* index) const { git_index_free(index); }
};

using RepositoryHandle = std::unique_ptr<git_repository, FreeHandle>;
using IndexHandle = std::unique_ptr<git_index, FreeHandle>;

void startLibrary() {
    static const Library library;
}

// A repository without objects, which knows only the ignore files of a folder.
RepositoryHandle plainFolder(const fs::path& folder) {
    git_repository* handle = nullptr;
    if (git_repository_new(&handle) != 0)
        throw Error("libgit2 cannot start: ", git_error_last()->message);
    RepositoryHandle repository(handle);
    // Fails only for a folder that is gone meanwhile; then no rule holds.
    git_repository_set_workdir(repository.get(), folder.c_str(), 0);
    return repository;
}

// The repository whose work tree a folder is in; null if there is none.
RepositoryHandle workTreeAround(const fs::path& folder) {
    git_repository* handle = nullptr;
    if (git_repository_open_ext(&handle, folder.c_str(), 0, nullptr) != 0) return nullptr;
    RepositoryHandle repository(handle);
    return git_repository_workdir(handle) ? std::move(repository) : nullptr;
}

bool isIgnoredBy(git_repository* repository, const std::string& path) {
    int ignored = 0;
    return git_ignore_path_is_ignored(&ignored, repository, path.c_str()) == 0 && ignored != 0;
}

// One .gitignore file. libgit2 drops a line like "!x" of a nested file unless a line of the same
// file ignores x: the files further out are not considered. So the files are asked one by one,
// the nearest first, as git defines it.
class IgnoreFile {
  public:
    explicit IgnoreFile(const fs::path& folder) {
        std::ifstream file(folder / ".gitignore", std::ios::binary);
        const std::string rules{std::istreambuf_iterator<char>(file),
                                std::istreambuf_iterator<char>()};
        if (rules.empty()) return;
        m_ignores = plainFolder(folder);
        if (!rules.starts_with('!') && rules.find("\n!") == rules.npos) return;
        // Behind a rule for everything, only what the file takes back is not ignored.
        m_keeps = plainFolder(folder);
        git_ignore_add_rule(m_keeps.get(), ("*\n" + rules).c_str());
    }

    // Nothing if no rule of the file speaks of the path.
    std::optional<bool> isIgnored(const std::string& relative) const {
        if (m_keeps && !isIgnoredBy(m_keeps.get(), relative)) return false;
        if (m_ignores && isIgnoredBy(m_ignores.get(), relative)) return true;
        return std::nullopt;
    }

  private:
    RepositoryHandle m_ignores;
    RepositoryHandle m_keeps;
};

}  // namespace

class IgnoreRules::Repository {
  public:
    // `prefix` leads from the top of the work tree to the folder.
    Repository(RepositoryHandle repository, fs::path prefix)
        : m_repository(std::move(repository)), m_prefix(std::move(prefix)) {
        git_index* index = nullptr;
        if (git_repository_index(&index, m_repository.get()) == 0) m_index.reset(index);
        if (const char* top = git_repository_workdir(m_repository.get())) m_top = top;
    }

    bool isIgnored(const fs::path& relative, bool isFolder) {
        const fs::path path = m_prefix / relative;
        if (!isIgnoredBy(m_repository.get(), path.string())) return false;
        if (isTracked(path.string(), isFolder)) return false;
        for (fs::path folder = path.parent_path();; folder = folder.parent_path()) {
            const std::string inFolder = path.lexically_relative(folder).string();
            const auto verdict =
                fileIn(folder).isIgnored(folder.empty() ? path.string() : inFolder);
            if (verdict) return *verdict;
            if (folder.empty()) return true;  // by rules outside the tree
        }
    }

    std::optional<bool> attribute(const fs::path& relative, const char* name) const {
        const char* value = nullptr;
        const std::string path = (m_prefix / relative).string();
        if (git_attr_get(&value, m_repository.get(), GIT_ATTR_CHECK_FILE_THEN_INDEX, path.c_str(),
                         name) != 0)
            return std::nullopt;
        switch (git_attr_value(value)) {
            case GIT_ATTR_VALUE_TRUE:
                return true;
            case GIT_ATTR_VALUE_FALSE:
                return false;
            case GIT_ATTR_VALUE_STRING:
                return std::string_view(value) != "false";
            default:
                return std::nullopt;
        }
    }

  private:
    bool isTracked(const std::string& path, bool isFolder) const {
        if (!m_index) return false;
        if (isFolder)
            return git_index_find_prefix(nullptr, m_index.get(), (path + "/").c_str()) == 0;
        return git_index_get_bypath(m_index.get(), path.c_str(), 0) != nullptr;
    }

    const IgnoreFile& fileIn(const fs::path& folder) {
        const auto found = m_files.find(folder);
        if (found != m_files.end()) return found->second;
        return m_files.emplace(folder, IgnoreFile(m_top / folder)).first->second;
    }

    RepositoryHandle m_repository;
    IndexHandle m_index;  // null in plain folders
    fs::path m_top;       // of the work tree
    fs::path m_prefix;
    std::map<fs::path, IgnoreFile> m_files;  // by their folder, as far as they were needed
};

IgnoreRules::IgnoreRules(const fs::path& folder) {
    startLibrary();
    std::error_code failure;
    fs::path place = fs::canonical(folder, failure);
    if (failure) place = folder;
    if (RepositoryHandle repository = workTreeAround(place)) {
        const fs::path top = fs::path(git_repository_workdir(repository.get())).parent_path();
        const fs::path prefix = place == top ? fs::path() : place.lexically_relative(top);
        auto inTree = std::make_unique<Repository>(std::move(repository), prefix);
        if (prefix.empty() || !inTree->isIgnored({}, true)) m_repository = std::move(inTree);
    }
    if (!m_repository) m_repository = std::make_unique<Repository>(plainFolder(place), fs::path());
}

IgnoreRules::IgnoreRules(std::unique_ptr<Repository> repository)
    : m_repository(std::move(repository)) {}

std::optional<IgnoreRules> IgnoreRules::ofWorkTree(const fs::path& top) {
    startLibrary();
    git_repository* handle = nullptr;
    if (git_repository_open(&handle, top.c_str()) != 0) return std::nullopt;
    RepositoryHandle repository(handle);
    if (!git_repository_workdir(handle)) return std::nullopt;
    return IgnoreRules(std::make_unique<Repository>(std::move(repository), fs::path()));
}

IgnoreRules::~IgnoreRules() = default;
IgnoreRules::IgnoreRules(IgnoreRules&&) noexcept = default;
IgnoreRules& IgnoreRules::operator=(IgnoreRules&&) noexcept = default;

bool IgnoreRules::isIgnored(const fs::path& relative, bool isFolder) {
    return m_repository->isIgnored(relative, isFolder);
}

std::optional<bool> IgnoreRules::isGenerated(const fs::path& relative) const {
    return m_repository->attribute(relative, "linguist-generated");
}

std::optional<bool> IgnoreRules::isVendored(const fs::path& relative) const {
    return m_repository->attribute(relative, "linguist-vendored");
}

}  // namespace asterism
