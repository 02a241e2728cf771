#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace asterism {

// A text that was read whole.
struct Document {
    std::string name;  // path relative to what was asked for
    std::string text;  // UTF-8
};

// A file that was not taken, and why.
struct LeftOut {
    std::string name;
    std::string reason;
};

struct DocumentCollection {
    std::vector<Document> documents;  // in path order
    std::vector<LeftOut> leftOut;
};

// Reads a text file, or all text and source files below a folder. Hidden files and folders,
// binary files, files that are not UTF-8, files over 16 MB and links are left out, each with its
// reason; folders of version control are passed over. Throws Error if the path does not exist, a
// single file cannot be taken, or nothing is left.
DocumentCollection readDocuments(const std::filesystem::path& path);

}  // namespace asterism
