#include "storage/projects/project_removal.h"

#include <map>
#include <string>

#include "storage/block_folder.h"
#include "storage/projects/project_lock.h"

namespace asterism {

namespace {

// Of a project's blocks and of its chats' turns, by their hex.
std::map<std::string, BlockKey> keysOf(Workspace& workspace, std::int64_t project) {
    std::map<std::string, BlockKey> keys;
    for (const PlannedBlock& block : workspace.documents().plan(project))
        keys.emplace(block.key.hex(), block.key);
    for (const BlockKey& turn : workspace.chats().keptTurns(project))
        keys.emplace(turn.hex(), turn);
    return keys;
}

}  // namespace

CacheUsage removeProject(Workspace& workspace, const std::string& name,
                         const std::stop_token& stop) {
    const ProjectRecord project = workspace.projects().get(name);
    const ProjectLock lock(workspace.lockFolder(), project.id, {}, stop);
    std::map<std::string, BlockKey> keys = keysOf(workspace, project.id);
    for (const ProjectRecord& other : workspace.projects().list())
        if (other.id != project.id)
            for (const auto& [hex, key] : keysOf(workspace, other.id)) keys.erase(hex);
    workspace.projects().remove(project.id);
    CacheUsage removed;
    if (!workspace.blocks()) return removed;
    for (const auto& [hex, key] : keys) {
        const auto file = findBlockFile(workspace.blocks()->folder(), key);
        if (!file || !removeBlockFile(*file)) continue;
        ++removed.files;
        removed.bytes += file->bytes;
    }
    return removed;
}

}  // namespace asterism
