#pragma once

#include <string_view>

#include "core/documents/document_reader.h"

namespace asterism {

// One function per reader, each in a file of its own under readers/.
const DocumentReader& pdfReader();
const DocumentReader& epubReader();
const DocumentReader& docxReader();
const DocumentReader& odtReader();
const DocumentReader& htmlReader();
const DocumentReader& markdownReader();
const DocumentReader& sourceReader();
const DocumentReader& plainTextReader();

// The reader for a file, chosen by its name and first bytes; plain text if no other wants it.
const DocumentReader& readerFor(std::string_view fileName, std::string_view head);

}  // namespace asterism
