#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "storage/block_folder.h"
#include "storage/workspace.h"

namespace asterism {

// What is wrong with one block of a project's plan.
struct BlockProblem {
    std::size_t block = 0;
    std::string problem;  // "is damaged in layer 3"
    BlockFileEntry file;
};

struct ProjectVerification {
    std::int64_t blocks = 0;  // of the plan
    std::int64_t right = 0;   // there, and every byte as it was written
    std::vector<std::size_t> missing;
    std::vector<BlockProblem> damaged;
    std::vector<BlockProblem> removed;  // by removeDamagedBlocks(); missing since
    std::int64_t documents = 0;
    std::vector<std::string> damagedDocuments;  // whose text is not what was read
    std::vector<std::string> databaseProblems;  // one line each

    bool isClean() const {
        return damaged.empty() && damagedDocuments.empty() && databaseProblems.empty();
    }
};

// Reads every block of the plan and every document's text, and checks the database; removes
// nothing, needs no model. `onBlock` is told of each block before it is read. Throws Stopped, or
// Error if the database cannot be read at all.
ProjectVerification verifyProject(
    Workspace& workspace, const ProjectRecord& project,
    const std::function<void(std::size_t index, std::size_t count)>& onBlock,
    const std::stop_token& stop);

// Removes the files of the damaged blocks, so that the next ingest encodes these blocks and no
// others: they are missing then. A file that cannot be removed, or is another one by now, stays
// damaged.
void removeDamagedBlocks(ProjectVerification& verification);

}  // namespace asterism
