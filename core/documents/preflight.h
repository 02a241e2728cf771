#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/documents/document.h"

namespace asterism {

// What would be read, as a tree of folders and files, before anything is encoded. The figures of a
// folder are the sums of what is taken below it.
struct PreflightNode {
    std::string name;  // last part of the path; empty for the top
    bool isFolder = false;
    std::optional<std::size_t> document;  // index of a file that is taken
    std::optional<std::size_t> leftOut;   // index of a file or folder that is not
    std::uintmax_t fileBytes = 0;
    std::int64_t characters = 0;  // of the text
    std::int64_t tokens = 0;      // as the caller counted them
    std::int64_t files = 0;
    std::int64_t filesLeftOut = 0;  // a folder that is not looked into counts as one
    std::int64_t secrets = 0;
    std::vector<PreflightNode> children;  // ordered by path
};

// `tokens` has one figure per document, or is empty when they are not counted yet.
PreflightNode buildPreflight(const DocumentCollection& collection,
                             std::span<const std::int64_t> tokens = {});

}  // namespace asterism
