#include "core/documents/preflight.h"

#include <algorithm>

#include "core/base/check.h"

namespace asterism {

namespace {

// Characters of UTF-8 text: the bytes that begin one.
std::int64_t countCharacters(std::string_view text) {
    return std::count_if(text.begin(), text.end(),
                         [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

void addFigures(PreflightNode& sum, const PreflightNode& part) {
    sum.fileBytes += part.fileBytes;
    sum.characters += part.characters;
    sum.tokens += part.tokens;
    sum.files += part.files;
    sum.filesLeftOut += part.filesLeftOut;
    sum.secrets += part.secrets;
}

// Puts a leaf into its folder. Names come in order, so a folder that is there is the last one.
void insert(PreflightNode& top, std::string_view path, PreflightNode leaf) {
    PreflightNode* folder = &top;
    addFigures(*folder, leaf);
    for (std::size_t end = path.find('/'); end != path.npos; end = path.find('/')) {
        const std::string_view name = path.substr(0, end);
        if (folder->children.empty() || folder->children.back().name != name) {
            PreflightNode child;
            child.name = name;
            child.isFolder = true;
            folder->children.push_back(std::move(child));
        }
        folder = &folder->children.back();
        addFigures(*folder, leaf);
        path.remove_prefix(end + 1);
    }
    leaf.name = path;
    folder->children.push_back(std::move(leaf));
}

PreflightNode leafOf(const Document& document, std::size_t index, std::int64_t tokens) {
    PreflightNode leaf;
    leaf.document = index;
    leaf.fileBytes = document.fileBytes;
    leaf.characters = countCharacters(document.text);
    leaf.tokens = tokens;
    leaf.files = 1;
    leaf.secrets = static_cast<std::int64_t>(document.secrets.size());
    return leaf;
}

PreflightNode leafOf(const LeftOut& file, std::size_t index) {
    PreflightNode leaf;
    leaf.isFolder = file.isFolder;
    leaf.leftOut = index;
    leaf.filesLeftOut = 1;
    return leaf;
}

}  // namespace

PreflightNode buildPreflight(const DocumentCollection& collection,
                             std::span<const std::int64_t> tokens) {
    const std::vector<Document>& documents = collection.documents;
    const std::vector<LeftOut>& leftOut = collection.leftOut;
    ASTERISM_CHECK(tokens.empty() || tokens.size() == documents.size());
    PreflightNode top;
    top.isFolder = true;
    std::size_t taken = 0;
    std::size_t notTaken = 0;
    while (taken < documents.size() || notTaken < leftOut.size()) {
        const bool isTaken =
            notTaken == leftOut.size() ||
            (taken < documents.size() && documents[taken].name < leftOut[notTaken].name);
        if (isTaken) {
            insert(top, documents[taken].name,
                   leafOf(documents[taken], taken, tokens.empty() ? 0 : tokens[taken]));
            ++taken;
        } else {
            insert(top, leftOut[notTaken].name, leafOf(leftOut[notTaken], notTaken));
            ++notTaken;
        }
    }
    return top;
}

}  // namespace asterism
