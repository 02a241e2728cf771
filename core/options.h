#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/key_values.h"
#include "core/sampling.h"
#include "core/star/block_plan.h"
#include "core/star/placement.h"

namespace asterism {

// Numbers that an engine computes with. automatic: the fastest that the back end knows to be
// accurate enough (it says which); f32: float32 activations, for checks.
enum class Precision : std::uint8_t { automatic, f32 };

// What an engine is opened with.
struct EngineOptions {
    std::filesystem::path model;  // a GGUF file or a Hugging Face folder
    int ranks = 1;                // workers the blocks are spread over
    int threads = 0;              // CPU threads of all ranks together; 0: all cores
    std::string device = "cpu";
    std::int64_t gpuMemory = 0;  // most bytes of every GPU's memory to use; 0: all that are free
    Precision precision = Precision::automatic;
};

// Which keys a context token sees while the context is encoded.
// star: the anchor and its own block (arXiv 2411.17116). dense: every earlier token. ring: the
// same, with the context split over ranks and keys passed around. window: the first tokens
// (sinks) and a sliding window.
enum class AttentionMode : std::uint8_t { star, dense, ring, window };

// How a context is cut and encoded. The defaults here and in PlacementOptions were chosen with
// `eval` on Qwen2.5-Coder-0.5B: 22 tasks, points against dense attention on the same haystacks, at
// 16K and 32K tokens (README). These, of 711 and 692 haystacks: +0.1 +- 0.9, +1.9 +- 0.9; blocks of
// 8K: +0.5 +- 0.6, +2.0 +- 0.7. Of fewer: 8K without an anchor +0.7, +1.2; n/4 -0.7, -0.5; 2K +0.4,
// -0.4; 4K without an anchor -3.0, -0.7, behind 256 tokens -2.4, -3.0; placement true -1.7, +1.5,
// reuse 0.0, -3.8; global positions, the paper's way: -3.3, -1.2. Smaller blocks are cheaper.
struct ContextOptions {
    AttentionMode attention = AttentionMode::star;
    PlanKind plan = PlanKind::fixed;
    std::int64_t blockTokens = 4096;
    AnchorMode anchor = AnchorMode::first;
    std::int64_t anchorTokens = 0;     // of a first-block anchor; 0: as long as a block
    std::vector<TokenId> fixedAnchor;  // of AnchorMode::fixedText
    // Of a fixed anchor: how many of its first tokens questions see; 0: all of them.
    std::int64_t visibleAnchorTokens = 0;
    Positions positions = Positions::contiguous;
    KvType kv = KvType::q8;
    std::int64_t sinkTokens = 4;        // window mode
    std::int64_t slidingTokens = 4096;  // window mode
};

// How a question is placed against an encoded context.
struct PlacementOptions {
    Placement placement = Placement::stagger;
    std::int64_t window = 0;  // 0: defaultWindow()
    std::int64_t room = 256;  // positions kept for query, turns and answer
    // Most blocks beside the first one that are attended, chosen by a first pass of the question
    // over all of them (star mode); 0: all are attended. At four times a model's window of 32K, 2
    // blocks scored 66.7 +- 1.9 where all of them scored 57.5 +- 2.1; at the window itself, 72.5
    // +- 3.2 against 77.5 +- 3.3 (README), so that all are attended unless asked for.
    std::int64_t selectBlocks = 0;
};

// How an answer is generated.
struct AnswerOptions {
    std::int64_t maxTokens = 256;
    SamplingOptions sampling;
    std::vector<std::string> stopTexts;  // the answer ends before the first of them
    std::int64_t topLogits = 0;          // how many logits to report after the query
    bool ignoresEnd = false;             // goes on after end-of-answer tokens (measurements)
    bool recordsTokenMass = false;       // attention mass after every token, not only the query
    // Where parts of a step can only be measured by slowing it down: of so many steps one; 0: none.
    std::int64_t profiledEvery = 64;
};

}  // namespace asterism
