#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/documents/document.h"

namespace asterism {

// What kind of file nobody wrote or nobody here wrote, and how that is known.
struct FileClass {
    LeftOutCause cause = LeftOutCause::generated;  // or vendored
    std::string reason;
};

// A folder of vendored code, build output or caches, by its name and the names in it.
std::optional<FileClass> classifyFolder(std::string_view name,
                                        const std::vector<std::filesystem::path>& content);

// A lock file, minified code and the like, by its name.
std::optional<FileClass> classifyFileName(std::string_view name);

// Source code that says of itself, near its beginning, that a program wrote it, and code without
// line breaks.
std::optional<FileClass> classifyText(const Document& document);

}  // namespace asterism
