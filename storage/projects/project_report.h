#pragma once

#include <array>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "storage/workspace.h"

namespace asterism {

// What there is to say of a project without its model.
struct ProjectReport {
    ProjectRecord project;
    std::vector<SourceRecord> sources;
    std::vector<DocumentRecord> documents;  // by name
    std::array<std::int64_t, 6> states{};   // documents of each DocumentState
    std::int64_t tokens = 0;                // of all documents
    std::int64_t blocks = 0;                // of the plan
    std::int64_t blocksKept = 0;            // of them, in the KV cache
    std::uint64_t bytesKept = 0;            // of their files
    std::int64_t conversations = 0;         // archived ones left out
    std::int64_t messages = 0;              // of all conversations
    std::int64_t summaries = 0;             // of single documents

    std::int64_t documentsIn(DocumentState state) const {
        return states[static_cast<std::size_t>(state)];
    }
};

// Throws Error if the database cannot be read.
ProjectReport reportOn(Workspace& workspace, const ProjectRecord& project);

// How a project's files differ from what was read of them, by names, sizes and times only.
struct SourceChanges {
    std::vector<std::string> added;
    std::vector<std::string> changed;
    std::vector<std::string> removed;
    std::vector<LeftOut> leftOut;
    std::vector<std::string> problems;  // SourceScan::problems

    bool isEmpty() const { return added.empty() && changed.empty() && removed.empty(); }
};

SourceChanges compareSources(Workspace& workspace, const ProjectReport& report,
                             const std::stop_token& stop);

}  // namespace asterism
