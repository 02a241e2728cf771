#pragma once

#include <filesystem>

#include "ui/library.h"

namespace asterism::test {

// A workspace of which nothing outlives the test.
WorkspaceOptions inMemory();

// A project with documents in all states and a chat with sources, as a session would have stored
// it; the files stand in `folder`. Returns the chat.
std::int64_t fillProject(Library& library, const std::filesystem::path& folder);

// A chat of many short questions and answers.
std::int64_t fillLongChat(Library& library, int messages);

}  // namespace asterism::test
