#include "core/documents/documents.h"

#include <algorithm>
#include <optional>

#include "core/documents/file_classes.h"
#include "core/documents/file_reading.h"
#include "core/documents/folder_listing.h"
#include "core/documents/reader_list.h"
#include "core/documents/secrets.h"
#include "core/documents/text_encoding.h"

namespace asterism {

namespace {

namespace fs = std::filesystem;

bool isPlain(DocumentKind kind) {
    return hasFileLines(kind) || kind == DocumentKind::html;
}

bool isBlank(const std::string& text) {
    return text.find_first_not_of(" \t\r\n\f") == std::string::npos;
}

void readFolder(const fs::path& folder, const ReadOptions& options, const std::stop_token& stop,
                DocumentCollection& collection) {
    FolderListing listing = listFolder(folder, options.folders, stop);
    collection.leftOut = std::move(listing.leftOut);
    for (std::size_t i = 0; i < listing.files.size() && !stop.stop_requested(); ++i) {
        const FoundFile& file = listing.files[i];
        if (options.onFile) options.onFile(i, listing.files.size(), file.name);
        try {
            collection.documents.push_back(readFound(file, options));
        } catch (const RefusedFile& refusal) {
            collection.leftOut.push_back(
                {file.name, refusal.what(), refusal.cause(), file.bytes, false});
        }
    }
    std::stable_sort(collection.leftOut.begin(), collection.leftOut.end(),
                     [](const LeftOut& a, const LeftOut& b) { return a.name < b.name; });
    collection.isStopped = stop.stop_requested();
    if (collection.documents.empty() && !collection.isStopped)
        throw Error(displayName(folder), ": holds no text that can be read (",
                    collection.leftOut.size(), " files and folders left out)");
}

}  // namespace

Document readFound(const FoundFile& file, const ReadOptions& options) {
    Document document = readDocument(file.path, file.name, options.limits);
    const bool isJudged = file.mayBeGenerated && !options.folders.takesGenerated;
    const auto fileClass = isJudged ? classifyText(document) : std::nullopt;
    if (fileClass) throw RefusedFile(fileClass->cause, fileClass->reason);
    return document;
}

Document readDocument(const fs::path& path, const std::string& name, const ReadLimits& limits) {
    const std::string fileName = path.filename().string();
    const DocumentReader* reader = nullptr;
    const FileContent content = readWholeFile(path, [&](std::string_view head) {
        reader = &readerFor(fileName, head);
        // No text begins like that: the reader says why, and the rest need not be read.
        if (isPlain(reader->kind()) && looksBinary(head)) reader->read(head, limits);
        return isPlain(reader->kind()) ? limits.plainBytes : limits.containerBytes;
    });
    if (content.bytes.empty()) throw RefusedFile(LeftOutCause::noText, "empty");
    ReadText read = reader->read(content.bytes, limits);
    if (isBlank(read.text)) throw RefusedFile(LeftOutCause::noText, "empty but for white space");

    Document document;
    document.name = name;
    document.text = std::move(read.text);
    document.kind = reader->kind();
    document.path = path;
    document.marks = std::move(read.marks);
    document.notes = std::move(read.notes);
    document.quality = read.quality;
    document.secrets = findPossibleSecrets(document.text);
    document.fileBytes = content.bytes.size();
    document.fileTime = content.time;
    return document;
}

DocumentCollection readDocuments(const fs::path& path, const ReadOptions& options,
                                 const std::stop_token& stop) {
    DocumentCollection collection;
    std::error_code failure;
    const fs::file_status status = fs::status(path, failure);
    if (!fs::exists(status)) {
        if (status.type() != fs::file_type::not_found)
            throw Error(displayName(path), ": cannot be read: ", failure.message());
        throw Error(displayName(path), ": no such file or folder");
    }
    if (fs::is_directory(status)) {
        readFolder(path, options, stop, collection);
        return collection;
    }
    const std::string name = displayName(path.filename());
    if (options.onFile) options.onFile(0, 1, name);
    try {
        collection.documents.push_back(readDocument(path, name, options.limits));
    } catch (const RefusedFile& refusal) {
        throw Error(displayName(path), ": cannot be taken: ", refusal.what());
    }
    return collection;
}

}  // namespace asterism
