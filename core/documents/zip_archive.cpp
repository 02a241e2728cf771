#include "core/documents/zip_archive.h"

#include <zip.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace asterism {

namespace {

constexpr std::size_t kMostParts = 100'000;
constexpr std::string_view kPartHeader = "PK\x03\x04";

// Whether a name has no place inside a folder: absolute, or climbing out of it.
bool leadsOutside(std::string_view name) {
    if (name.empty() || name[0] == '/' || name[0] == '\\' || (name.size() > 1 && name[1] == ':'))
        return true;
    while (!name.empty()) {
        const std::size_t end = std::min(name.find_first_of("/\\"), name.size());
        if (name.substr(0, end) == "..") return true;
        name.remove_prefix(std::min(end + 1, name.size()));
    }
    return false;
}

int digitOf(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const int lower = std::tolower(static_cast<unsigned char>(c));
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string percentDecoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool isCode = text[i] == '%' && i + 2 < text.size() && digitOf(text[i + 1]) >= 0 &&
                            digitOf(text[i + 2]) >= 0;
        if (!isCode) {
            decoded += text[i];
            continue;
        }
        decoded += static_cast<char>(digitOf(text[i + 1]) * 16 + digitOf(text[i + 2]));
        i += 2;
    }
    return decoded;
}

}  // namespace

struct ZipArchive::Handle {
    zip_t* zip = nullptr;

    explicit Handle(std::string_view bytes) {
        zip_error_t error;
        zip_error_init(&error);
        zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
        if (source) zip = zip_open_from_source(source, ZIP_RDONLY, &error);
        if (source && !zip) zip_source_free(source);
        const std::string reason = zip ? "" : zip_error_strerror(&error);
        zip_error_fini(&error);
        if (!zip) throw RefusedFile(LeftOutCause::damaged, "damaged or truncated: ", reason);
    }
    ~Handle() { zip_discard(zip); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
};

ZipArchive::ZipArchive(std::string_view bytes, const ReadLimits& limits)
    : m_handle(std::make_unique<Handle>(bytes)),
      m_partBytes(limits.partBytes),
      m_bytesLeft(limits.unpackedBytes) {
    const auto count = static_cast<std::size_t>(zip_get_num_entries(m_handle->zip, 0));
    if (count > kMostParts)
        throw RefusedFile(LeftOutCause::unsafe, "has ", count, " parts; at most ", kMostParts,
                          " are read");
    for (std::size_t i = 0; i < count; ++i) {
        const char* name = zip_get_name(m_handle->zip, i, ZIP_FL_ENC_GUESS);
        if (!name) throw RefusedFile(LeftOutCause::damaged, "damaged: a part has no name");
        if (leadsOutside(name))
            throw RefusedFile(LeftOutCause::unsafe, "holds a path that leads outside of it");
        m_names.emplace_back(name);
    }
}

ZipArchive::~ZipArchive() = default;

bool ZipArchive::has(const std::string& name) const {
    return zip_name_locate(m_handle->zip, name.c_str(), ZIP_FL_ENC_GUESS) >= 0;
}

std::string ZipArchive::read(const std::string& name) {
    const zip_int64_t index = zip_name_locate(m_handle->zip, name.c_str(), ZIP_FL_ENC_GUESS);
    if (index < 0) throw RefusedFile(LeftOutCause::damaged, "damaged: ", name, " is missing");
    zip_stat_t stat;
    const bool isKnown =
        zip_stat_index(m_handle->zip, static_cast<zip_uint64_t>(index), 0, &stat) == 0;
    if (isKnown && (stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 &&
        stat.encryption_method != ZIP_EM_NONE)
        throw RefusedFile(LeftOutCause::encrypted, "encrypted; save a copy without password");
    const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> part(
        zip_fopen_index(m_handle->zip, static_cast<zip_uint64_t>(index), 0), &zip_fclose);
    if (!part)
        throw RefusedFile(LeftOutCause::damaged, "damaged: ", name, ": ",
                          zip_strerror(m_handle->zip));
    std::string content;
    std::array<char, 65536> buffer{};
    for (;;) {
        const zip_int64_t got = zip_fread(part.get(), buffer.data(), buffer.size());
        if (got == 0) return content;
        if (got < 0)
            throw RefusedFile(LeftOutCause::damaged, "damaged: ", name, ": ",
                              zip_file_strerror(part.get()));
        const auto size = static_cast<std::size_t>(got);
        if (content.size() + size > m_partBytes || size > m_bytesLeft)
            throw RefusedFile(LeftOutCause::unsafe, "unpacks to more than ",
                              std::min(m_partBytes, m_bytesLeft + content.size()) / 1'000'000,
                              " MB (", name, "): a zip bomb?");
        m_bytesLeft -= size;
        content.append(buffer.data(), size);
    }
}

bool looksLikeZip(std::string_view head) {
    return head.starts_with(kPartHeader);
}

std::string_view statedMimeType(std::string_view head) {
    constexpr std::size_t kHeaderSize = 30;
    constexpr std::string_view kName = "mimetype";
    if (!looksLikeZip(head) || head.size() < kHeaderSize + kName.size() ||
        head.substr(kHeaderSize, kName.size()) != kName)
        return {};
    // The part is stored as it is; the next one begins with the same four bytes.
    const std::string_view rest = head.substr(kHeaderSize + kName.size());
    const std::size_t begin = rest.find("application/");
    if (begin == rest.npos) return {};
    return rest.substr(begin, std::min(rest.find("PK", begin), rest.size()) - begin);
}

std::optional<std::string> resolveReference(std::string_view base, std::string_view reference) {
    const std::string path = percentDecoded(reference.substr(0, reference.find('#')));
    if (path.empty() || path[0] == '/' || path.find(':') != path.npos) return std::nullopt;
    const std::size_t folderEnd = base.rfind('/');
    std::string joined(base.substr(0, folderEnd == base.npos ? 0 : folderEnd + 1));
    joined += path;

    std::vector<std::string_view> parts;
    for (std::string_view rest = joined; !rest.empty();) {
        const std::size_t end = std::min(rest.find('/'), rest.size());
        const std::string_view part = rest.substr(0, end);
        if (part == "..") {
            if (parts.empty()) return std::nullopt;
            parts.pop_back();
        } else if (!part.empty() && part != ".") {
            parts.push_back(part);
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    std::string resolved;
    for (const std::string_view part : parts) {
        if (!resolved.empty()) resolved += '/';
        resolved += part;
    }
    return resolved;
}

}  // namespace asterism
