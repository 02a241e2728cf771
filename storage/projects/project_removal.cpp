#include "storage/projects/project_removal.h"

#include <set>

#include "storage/block_folder.h"
#include "storage/projects/project_lock.h"

namespace asterism {

CacheUsage removeProject(Workspace& workspace, const std::string& name,
                         const std::stop_token& stop) {
    const ProjectRecord project = workspace.projects().get(name);
    const ProjectLock lock(workspace.lockFolder(), project.id, {}, stop);
    std::set<std::string> others;
    for (const ProjectRecord& other : workspace.projects().list())
        if (other.id != project.id)
            for (const PlannedBlock& block : workspace.documents().plan(other.id))
                others.insert(block.key.hex());
    const std::vector<PlannedBlock> plan = workspace.documents().plan(project.id);
    workspace.projects().remove(project.id);
    CacheUsage removed;
    if (!workspace.blocks()) return removed;
    for (const PlannedBlock& block : plan) {
        if (others.contains(block.key.hex())) continue;
        const auto file = findBlockFile(workspace.blocks()->folder(), block.key);
        if (!file || !removeBlockFile(*file)) continue;
        ++removed.files;
        removed.bytes += file->bytes;
    }
    return removed;
}

}  // namespace asterism
