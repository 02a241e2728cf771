#include "storage/projects/file_filter.h"

#include <fnmatch.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace asterism {

bool matchesGlob(const std::string& glob, const std::string& name) {
    return ::fnmatch(glob.c_str(), name.c_str(), 0) == 0;
}

FileFilter::FileFilter(std::vector<FilterRule> rules) : m_rules(std::move(rules)) {
    index();
}

void FileFilter::add(std::span<const std::string> patterns, bool isGlob, bool isWanted) {
    if (patterns.empty()) return;
    std::unordered_set<std::string_view> isNew;
    std::vector<FilterRule> added;
    for (const std::string& pattern : patterns)
        if (isNew.insert(pattern).second) added.push_back({pattern, isGlob, isWanted});
    std::erase_if(m_rules, [&](const FilterRule& rule) {
        return rule.isGlob == isGlob && isNew.contains(rule.pattern);
    });
    m_rules.insert(m_rules.end(), added.begin(), added.end());
    // What nothing leaves out before needs no rule to be taken.
    const auto first = std::find_if(m_rules.begin(), m_rules.end(),
                                    [](const FilterRule& rule) { return !rule.isWanted; });
    m_rules.erase(m_rules.begin(), first);
    index();
}

bool FileFilter::takes(const std::string& name) const {
    const auto named = m_names.find(name);
    const FilterRule* rule = named == m_names.end() ? nullptr : &m_rules[named->second];
    for (auto glob = m_globs.rbegin(); glob != m_globs.rend(); ++glob) {
        if (rule && *glob < named->second) break;
        if (!matchesGlob(m_rules[*glob].pattern, name)) continue;
        rule = &m_rules[*glob];
        break;
    }
    return !rule || rule->isWanted;
}

void FileFilter::index() {
    m_names.clear();
    m_globs.clear();
    for (std::size_t i = 0; i < m_rules.size(); ++i) {
        if (m_rules[i].isGlob)
            m_globs.push_back(i);
        else
            m_names[m_rules[i].pattern] = i;
    }
}

}  // namespace asterism
