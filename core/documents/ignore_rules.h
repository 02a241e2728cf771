#pragma once

#include <filesystem>
#include <memory>
#include <optional>

namespace asterism {

// What the ignore rules of a folder leave out, as git would. In a git work tree these are all
// .gitignore files from its top to the file, .git/info/exclude and the user's own excludes file,
// and files that git tracks are never ignored; in a plain folder its .gitignore files and those
// below it. For one thread at a time.
class IgnoreRules {
  public:
    // A folder that is itself ignored by the work tree around it is taken as a plain one: it was
    // asked for by name. Never throws for the state of a repository: a damaged one counts as none.
    explicit IgnoreRules(const std::filesystem::path& folder);

    // The rules of the work tree whose top a folder is; nothing if it is none.
    static std::optional<IgnoreRules> ofWorkTree(const std::filesystem::path& top);

    ~IgnoreRules();
    IgnoreRules(IgnoreRules&&) noexcept;
    IgnoreRules& operator=(IgnoreRules&&) noexcept;

    // `relative` is the path from the folder. A folder that holds tracked files is not ignored.
    bool isIgnored(const std::filesystem::path& relative, bool isFolder);

    // What .gitattributes say of a file; nothing if they say nothing.
    std::optional<bool> isGenerated(const std::filesystem::path& relative) const;
    std::optional<bool> isVendored(const std::filesystem::path& relative) const;

  private:
    class Repository;
    explicit IgnoreRules(std::unique_ptr<Repository> repository);

    std::unique_ptr<Repository> m_repository;
};

}  // namespace asterism
