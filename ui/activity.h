#pragma once

#include <cstdint>

#include <QString>

namespace asterism {

// What the engine is doing, as the window shows it.
struct Activity {
    enum class Stage : std::uint8_t {
        idle,
        openingModel,
        reading,   // files
        waiting,   // for another process that works on the project
        encoding,  // blocks
        loading,   // blocks from the KV cache
        explaining,
        summarizing,
        removing,  // a project
    };

    Stage stage = Stage::idle;
    QString subject;             // file, model or document; may be empty
    std::int64_t done = 0;       // files, blocks or documents
    std::int64_t total = 0;      // 0: unknown
    double tokensPerSecond = 0;  // of encoding; 0: unknown
    double secondsLeft = 0;      // 0: unknown
    bool canPause = false;

    bool isIdle() const { return stage == Stage::idle; }
};

}  // namespace asterism
