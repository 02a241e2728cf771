#include "storage/projects/project_removal.h"

#include <vector>

#include "storage/projects/project_lock.h"

namespace asterism {

CacheUsage removeProject(Workspace& workspace, const std::string& name,
                         const std::stop_token& stop) {
    const ProjectRecord project = workspace.projects().get(name);
    const ProjectLock lock(workspace.lockFolder(), project.id, {}, stop);
    const std::vector<BlockKey> keys = workspace.projects().blocksOfNoOther(project.id);
    workspace.projects().remove(project.id);
    return workspace.blocks() ? workspace.blocks()->remove(keys) : CacheUsage();
}

}  // namespace asterism
