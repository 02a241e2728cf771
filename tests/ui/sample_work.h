#pragma once

#include <filesystem>

#include "ui/library.h"

namespace asterism::test {

// Asterism's manual as somebody's documents: chapters as Markdown, one of them as a PDF, and some
// source code. `folder` is made.
void writeSampleDocuments(const std::filesystem::path& folder);

// Adds a chat about the open project, which has read these documents, and opens it: an answer with
// sources in three kinds of documents, a quotation that is in none, and summaries.
void addSampleChat(Library& library);

}  // namespace asterism::test
