#pragma once

#include <string>

#include "storage/workspace.h"

namespace asterism {

// Chats of a project with their sources, scopes and figures, for other programs and for people.
// All throw Error if the database cannot be read.

// All chats, newest change last, so that an export reads like a diary. One object: {"project",
// "model", "conversations": [{"id", "title", "archived", "messages":
// [{"id", "parent", "role", "text", ...}]}], "summaries"}; every branch of every conversation, text
// that is not UTF-8 with U+FFFD. On one line.
std::string exportJson(Workspace& workspace, const ProjectRecord& project);

// The branches that are shown, each answer with its sources and figures below it; of other branches
// how many messages they have.
std::string exportMarkdown(Workspace& workspace, const ProjectRecord& project);

// The same of one chat: an object as in "conversations" with the name of its project, and its
// section of the text.
std::string exportJson(const ChatStore& chats, const ProjectRecord& project,
                       const ConversationRecord& conversation);
std::string exportMarkdown(const ChatStore& chats, const ConversationRecord& conversation);

}  // namespace asterism
