#include "core/documents/reader_list.h"

#include <algorithm>
#include <cctype>

namespace asterism {

bool hasSuffix(std::string_view fileName, std::initializer_list<std::string_view> suffixes) {
    const auto isSame = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == b;
    };
    return std::any_of(suffixes.begin(), suffixes.end(), [&](std::string_view suffix) {
        return fileName.size() >= suffix.size() &&
               std::equal(fileName.end() - static_cast<std::ptrdiff_t>(suffix.size()),
                          fileName.end(), suffix.begin(), isSame);
    });
}

const DocumentReader& readerFor(std::string_view fileName, std::string_view head) {
    // The first that accepts a file reads it; a new reader is one line here.
    static const DocumentReader* const kReaders[] = {
        &pdfReader(),  &epubReader(),     &docxReader(),   &odtReader(),
        &htmlReader(), &markdownReader(), &sourceReader(),
    };
    for (const DocumentReader* reader : kReaders)
        if (reader->accepts(fileName, head)) return *reader;
    return plainTextReader();
}

}  // namespace asterism
