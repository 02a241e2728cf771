#pragma once

#include <cstdint>
#include <vector>

#include "core/star/conversation.h"
#include "storage/projects/project_session.h"

namespace asterism {

// A conversation as the engine has it, and what it was opened for: it can go on as long as the
// next question wants the same.
struct ProjectSession::OpenConversation {
    std::int64_t leaf = 0;  // the answer that it ends with; 0: none yet
    PlacementOptions placement;
    std::vector<std::size_t> parts;  // of the context, that are its passages
    Conversation conversation;
};

}  // namespace asterism
