#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/documents/document_reader.h"

namespace asterism {

// The parts of a ZIP file in memory, unpacked one at a time into memory; nothing is ever written
// to disk. Sizes that the file states are not believed: unpacking stops at the limits. For one
// thread.
class ZipArchive {
  public:
    // `bytes` must outlive the archive. Throws RefusedFile (damaged, unsafe): a name that leads
    // outside the archive or too many parts make it unsafe.
    ZipArchive(std::string_view bytes, const ReadLimits& limits);
    ~ZipArchive();
    ZipArchive(const ZipArchive&) = delete;
    ZipArchive& operator=(const ZipArchive&) = delete;

    const std::vector<std::string>& names() const { return m_names; }
    bool has(const std::string& name) const;

    // Throws RefusedFile: damaged if the part is missing or broken, encrypted, unsafe if it or all
    // parts together unpack to more than the limits.
    std::string read(const std::string& name);

  private:
    struct Handle;

    std::unique_ptr<Handle> m_handle;
    std::vector<std::string> m_names;
    std::uintmax_t m_partBytes;
    std::uintmax_t m_bytesLeft;  // of all parts together
};

// Whether the first bytes are those of a ZIP file.
bool looksLikeZip(std::string_view head);

// What an OpenDocument or EPUB file says it is: the content of its first part, "mimetype".
std::string_view statedMimeType(std::string_view head);

// The name of a part that `reference` (percent-encoded, perhaps with a #fragment) stands for in
// the part `base`; nothing if it leads outside the archive or is no path.
std::optional<std::string> resolveReference(std::string_view base, std::string_view reference);

}  // namespace asterism
