#include "storage/records.h"

namespace asterism {

std::string_view toString(DocumentState state) {
    switch (state) {
        case DocumentState::queued:
            return "queued";
        case DocumentState::reading:
            return "reading";
        case DocumentState::encoding:
            return "encoding";
        case DocumentState::ready:
            return "ready";
        case DocumentState::changed:
            return "changed";
        case DocumentState::failed:
            return "failed";
    }
    return "";
}

std::string_view toString(MessageEnd end) {
    switch (end) {
        case MessageEnd::complete:
            return "complete";
        case MessageEnd::maxTokens:
            return "max_tokens";
        case MessageEnd::stopped:
            return "stopped";
        case MessageEnd::failed:
            return "failed";
    }
    return "";
}

}  // namespace asterism
