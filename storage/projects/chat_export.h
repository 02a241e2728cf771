#pragma once

#include <string>

#include "storage/workspace.h"

namespace asterism {

// All chats of a project with their sources, scopes and figures, for other programs and for people.
// Newest change last, so that an export reads like a diary. Both throw Error if the database cannot
// be read.

// One object: {"project", "model", "conversations": [{"id", "title", "archived", "messages":
// [{"id", "parent", "role", "text", ...}]}], "summaries"}; every branch of every conversation, text
// that is not UTF-8 with U+FFFD. On one line.
std::string exportJson(Workspace& workspace, const ProjectRecord& project);

// The branches that are shown, each answer with its sources and figures below it; of other branches
// how many messages they have.
std::string exportMarkdown(Workspace& workspace, const ProjectRecord& project);

}  // namespace asterism
