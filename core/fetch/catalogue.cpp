#include "core/fetch/catalogue.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/model/json_reading.h"

namespace asterism {

namespace {

using nlohmann::json;

bool isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Letters, digits, '.', '_' and '-', a letter or digit first: cannot be an option, a hidden file
// or a path.
bool isPlainName(std::string_view text) {
    return !text.empty() && text.size() <= 200 && isLetterOrDigit(text.front()) &&
           std::ranges::all_of(
               text, [](char c) { return isLetterOrDigit(c) || c == '.' || c == '_' || c == '-'; });
}

bool isSha256(std::string_view text) {
    return text.size() == 64 && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

bool isAllowedUrl(std::string_view url) {
    // '@' would make the text before it a user name and what follows the host.
    const bool isPlain = std::ranges::all_of(
        url, [](char c) { return c > ' ' && c < '\x7f' && c != '\\' && c != '@'; });
    return isPlain && (url.starts_with("https://") || url.starts_with("http://127.0.0.1:") ||
                       url.starts_with("http://127.0.0.1/"));
}

// One JSON object of the catalogue; every getter throws Error that names place and field.
class Fields {
  public:
    Fields(const json& object, std::string where) : m_object(object), m_where(std::move(where)) {
        if (!object.is_object()) throw Error(m_where, " is not an object; correct the catalogue");
    }

    const json& get(const char* field) const {
        const auto found = m_object.find(field);
        if (found == m_object.end()) fail(field, "is missing");
        return *found;
    }
    bool has(const char* field) const { return m_object.contains(field); }
    const json& list(const char* field) const {
        const json& value = get(field);
        if (!value.is_array() || value.empty()) fail(field, "is not a list with entries");
        return value;
    }
    std::string text(const char* field) const {
        const json& value = get(field);
        if (!value.is_string() || value.get_ref<const std::string&>().empty())
            fail(field, "is not a text");
        return value.get<std::string>();
    }
    std::string checkedText(const char* field, bool (*isValid)(std::string_view)) const {
        std::string value = text(field);
        if (!isValid(value)) fail(field, "has a value that is not allowed: " + value);
        return value;
    }
    std::uint64_t bytes(const char* field) const {
        const json& value = get(field);
        constexpr auto kMost = std::uint64_t{1} << 50U;
        if (!value.is_number_unsigned() || value.get<std::uint64_t>() == 0 ||
            value.get<std::uint64_t>() > kMost)
            fail(field, "is not a size in bytes");
        return value.get<std::uint64_t>();
    }
    [[noreturn]] void fail(const char* field, const std::string& what) const {
        throw Error(m_where, ": field \"", field, "\" ", what, "; correct the catalogue");
    }
    const std::string& where() const { return m_where; }

  private:
    const json& m_object;
    std::string m_where;
};

PackageSource readPackages(const Fields& entry, std::uint64_t total) {
    PackageSource source;
    std::uint64_t sum = 0;
    for (const json& item : entry.list("packages")) {
        const Fields fields(item,
                            entry.where() + ", package " + std::to_string(source.parts.size() + 1));
        PackagePart part;
        part.package = fields.checkedText("package", isPlainName);
        part.version = fields.checkedText("version", isPlainName);
        part.member = fields.text("member");
        part.bytes = fields.bytes("bytes");
        sum += part.bytes;
        source.parts.push_back(std::move(part));
        if (sum > total) break;
    }
    if (sum != total)
        entry.fail("packages", "has parts that do not add up to " + std::to_string(total) +
                                   " bytes, the size of the model");
    return source;
}

CatalogueEntry readEntry(const json& item, const std::string& where) {
    const Fields fields(item, where);
    CatalogueEntry entry;
    entry.name = fields.checkedText("name", isPlainName);
    entry.title = fields.text("title");
    entry.fileName = fields.checkedText("file", isPlainName);
    entry.bytes = fields.bytes("bytes");
    entry.sha256 = fields.checkedText("sha256", isSha256);
    entry.licence = fields.text("licence");
    entry.terms = fields.text("terms");
    if (fields.has("packages") == fields.has("url"))
        throw Error(where, ": exactly one of \"packages\" and \"url\" says where the model comes ",
                    "from; correct the catalogue");
    if (fields.has("url"))
        entry.source = UrlSource{fields.checkedText("url", isAllowedUrl)};
    else
        entry.source = readPackages(fields, entry.bytes);
    return entry;
}

}  // namespace

Catalogue Catalogue::parse(std::string_view text, std::string_view where) {
    const json root = parseJson(text, std::string(where));
    const Fields fields(root, std::string(where));
    Catalogue catalogue;
    catalogue.m_defaultName = fields.text("default");
    std::set<std::string> names;
    std::set<std::string> files;
    for (const json& item : fields.list("models")) {
        const std::string place =
            std::string(where) + ", model " + std::to_string(catalogue.m_entries.size() + 1);
        CatalogueEntry entry = readEntry(item, place);
        if (!names.insert(entry.name).second || !files.insert(entry.fileName).second)
            throw Error(place, ": the name ", entry.name, " or the file ", entry.fileName,
                        " is used twice; correct the catalogue");
        catalogue.m_entries.push_back(std::move(entry));
    }
    if (!catalogue.find(catalogue.m_defaultName))
        fields.fail("default", "names no model of the list: " + catalogue.m_defaultName);
    return catalogue;
}

const CatalogueEntry* Catalogue::find(std::string_view name) const {
    const auto found = std::ranges::find(m_entries, name, &CatalogueEntry::name);
    return found == m_entries.end() ? nullptr : &*found;
}

const CatalogueEntry& Catalogue::usualEntry(
    const std::function<bool(const CatalogueEntry&)>& isFetched) const {
    if (isFetched(defaultEntry())) return defaultEntry();
    const auto found = std::ranges::find_if(m_entries, isFetched);
    return found == m_entries.end() ? defaultEntry() : *found;
}

const CatalogueEntry& Catalogue::get(std::string_view name) const {
    if (const CatalogueEntry* entry = find(name)) return *entry;
    std::string names;
    for (const CatalogueEntry& entry : m_entries) names += (names.empty() ? "" : ", ") + entry.name;
    throw Error("no model is called ", name, "; the catalogue has ", names,
                " (a file or folder is given with a slash: ./", name, ")");
}

}  // namespace asterism
