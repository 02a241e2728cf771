#pragma once

#include <stop_token>
#include <string>

#include "storage/disk_block_store.h"
#include "storage/workspace.h"

namespace asterism {

// Removes a project with its chats, and of the KV cache all that was ever kept of it (blocks,
// anchors, turns of its chats) and of no other project. The files it was made of stay. Waits while
// another process changes the project; throws Stopped, or Error if there is no such project.
// Returns the blocks that went.
CacheUsage removeProject(Workspace& workspace, const std::string& name,
                         const std::stop_token& stop);

}  // namespace asterism
