#pragma once

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/events.h"
#include "core/text/tokenizer.h"
#include "storage/projects/project_context.h"
#include "storage/projects/source_scan.h"

namespace asterism {

// What taking in needs to know of a project.
struct IntakeRequest {
    std::vector<SourceRecord> sources;
    std::vector<SharedDocument> documents;  // as they were read
    std::vector<DocumentRecord> failed;     // that are known but have no text
    FileFilter filter;
    ReadOptions read;
};

// The documents of a project as they are on disk now.
struct Intake {
    std::vector<SharedDocument> documents;  // by name: unchanged ones and those just read
    std::vector<std::string> added, changed, removed, failed;
    std::int64_t unchanged = 0;
    std::vector<std::int64_t> removedIds;
    std::vector<std::pair<std::int64_t, std::vector<LeftOut>>>
        leftOut;                        // by source that was listed
    std::vector<std::string> problems;  // SourceScan::problems
};

// What is done with documents as they come.
struct IntakeSteps {
    // Keeps documents that were read, and sets their ids. Some at a time: each time costs a write
    // to the disk that is waited for.
    std::function<void(std::span<const std::shared_ptr<ProjectDocument>>)> keep;
    // Its file was read and holds the same text: only size and time are new.
    std::function<void(const DocumentRecord&)> confirm;
    // It cannot be taken; what was read of it before stays, if there is any.
    std::function<void(const DocumentRecord&)> fail;
    // Called between documents.
    std::function<void()> pause;
};

// Reads what is new or changed in the sources, and tokenises it. A file that cannot be taken never
// stops the others. Any function of `steps` may be empty. Throws Stopped between two files; what
// was kept by then is kept.
Intake takeIn(const IntakeRequest& request, const Tokenizer& tokenizer, const IntakeSteps& steps,
              const EventSink& events, const std::stop_token& stop);

}  // namespace asterism
