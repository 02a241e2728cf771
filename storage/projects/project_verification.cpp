#include "storage/projects/project_verification.h"

#include <xxhash.h>

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/base/mapped_file.h"
#include "core/model/decoder.h"
#include "storage/block_file.h"

namespace asterism {

namespace {

// Empty if every byte of the block's file is as it was written.
std::string problemOf(const BlockFileEntry& file) {
    if (!file.isRegular) return "is not a regular file";
    try {
        const MappedFile mapped(file.path);
        return checkBlockFile(mapped.bytes(), file.key, nullptr).problem;
    } catch (const Error& error) {
        return error.what();
    }
}

class Verification {
  public:
    Verification(Workspace& workspace, const ProjectRecord& project)
        : m_workspace(workspace), m_project(project) {}

    ProjectVerification run(const std::function<void(std::size_t, std::size_t)>& onBlock,
                            const std::stop_token& stop) {
        checkDatabase();
        const auto plan = m_workspace.documents().plan(m_project.id);
        m_result.blocks = std::ssize(plan);
        for (std::size_t i = 0; i < plan.size(); ++i) {
            if (stop.stop_requested()) throw Stopped();
            if (onBlock) onBlock(i, plan.size());
            checkBlock(i, plan[i].key);
        }
        for (const DocumentRecord& document : m_workspace.documents().list(m_project.id)) {
            if (stop.stop_requested()) throw Stopped();
            checkDocument(document);
        }
        return std::move(m_result);
    }

  private:
    void checkDatabase() {
        const Database& database = m_workspace.database();
        Statement rows = database.prepare("PRAGMA integrity_check");
        while (rows.step())
            if (rows.text(0) != "ok") m_result.databaseProblems.push_back(rows.text(0));
        Statement broken = database.prepare("PRAGMA foreign_key_check");
        while (broken.step())
            m_result.databaseProblems.push_back("table " + broken.text(0) +
                                                " has a row that belongs to nothing in " +
                                                broken.text(2));
    }

    void checkBlock(std::size_t index, const BlockKey& key) {
        if (!m_workspace.blocks()) return m_result.missing.push_back(index);
        const auto file = findBlockFile(m_workspace.blocks()->folder(), key);
        if (!file) return m_result.missing.push_back(index);
        std::string problem = problemOf(*file);
        if (problem.empty()) {
            ++m_result.right;
            return;
        }
        m_result.damaged.push_back({index, std::move(problem), *file});
    }

    void checkDocument(const DocumentRecord& document) {
        if (document.textBytes == 0) return;
        ++m_result.documents;
        const std::string text = m_workspace.documents().text(document.id);
        if (XXH3_64bits(text.data(), text.size()) != document.textHash)
            m_result.damagedDocuments.push_back(document.name);
    }

    Workspace& m_workspace;
    const ProjectRecord& m_project;
    ProjectVerification m_result;
};

}  // namespace

ProjectVerification verifyProject(
    Workspace& workspace, const ProjectRecord& project,
    const std::function<void(std::size_t index, std::size_t count)>& onBlock,
    const std::stop_token& stop) {
    return Verification(workspace, project).run(onBlock, stop);
}

void removeDamagedBlocks(ProjectVerification& verification) {
    for (BlockProblem& block : std::exchange(verification.damaged, {})) {
        const bool isRemoved = removeBlockFile(block.file);
        if (isRemoved) verification.missing.push_back(block.block);
        (isRemoved ? verification.removed : verification.damaged).push_back(std::move(block));
    }
    std::ranges::sort(verification.missing);
}

}  // namespace asterism
