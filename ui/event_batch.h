#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/events.h"

namespace asterism {

// What the engine's thread reports, gathered until the GUI thread takes it. Any thread.
class EventBatch {
  public:
    struct Content {
        std::vector<EngineEvent> events;
        std::string answerText;  // of the tokens among them that belong to an answer
    };

    // True if nothing waited before, so that somebody has to be told.
    bool add(const EngineEvent& event, bool isAnswer) {
        const std::lock_guard lock(m_mutex);
        if (isAnswer)
            if (const auto* token = std::get_if<TokenDecoded>(&event))
                m_content.answerText += token->text;
        m_content.events.push_back(event);
        return !std::exchange(m_isTold, true);
    }
    Content take() {
        const std::lock_guard lock(m_mutex);
        m_isTold = false;
        return std::exchange(m_content, {});
    }

  private:
    std::mutex m_mutex;
    Content m_content;
    bool m_isTold = false;
};

}  // namespace asterism
