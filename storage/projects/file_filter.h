#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/records.h"

namespace asterism {

// As a shell does, but * stands for slashes too.
bool matchesGlob(const std::string& glob, const std::string& name);

// Which files a project takes. Of the rules that match a name the last one says, so a name that is
// wanted is taken whatever glob left it out before; without any rule a file is taken.
class FileFilter {
  public:
    FileFilter() = default;
    explicit FileFilter(std::vector<FilterRule> rules);

    // Rules for all of these, behind the others and in place of earlier ones for the same.
    void add(std::span<const std::string> patterns, bool isGlob, bool isWanted);

    bool takes(const std::string& name) const;
    const std::vector<FilterRule>& rules() const { return m_rules; }

  private:
    void index();

    std::vector<FilterRule> m_rules;
    std::unordered_map<std::string, std::size_t> m_names;  // to the rule for that name alone
    std::vector<std::size_t> m_globs;                      // in rising order
};

}  // namespace asterism
