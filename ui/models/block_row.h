#pragma once

#include <cstdint>
#include <optional>

#include <QStringList>

#include "core/star/block_plan.h"
#include "storage/records.h"

namespace asterism {

// What is shown of one block.
struct BlockRow {
    std::int64_t index = 0;
    QStringList documents;  // names of those it holds tokens of, in the order of the context
    TokenRange tokens;
    DocumentState state = DocumentState::queued;
    std::optional<int> rank;  // once it is encoded or loaded
    double beginSeconds = 0;  // since encoding began
    double seconds = 0;       // encoding time, or loading time if isRestored
    bool isRestored = false;
    std::int64_t kvBytes = 0;
    std::optional<double> mass;  // share of the attention in the last answer, once there is one

    double tokensPerSecond() const {
        return seconds > 0 ? static_cast<double>(tokens.tokens()) / seconds : 0;
    }
};

// A document's place in the context.
struct DocumentSpan {
    QString name;
    TokenRange tokens;
};

}  // namespace asterism
