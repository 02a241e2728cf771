#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "core/model/model_file.h"
#include "core/star/encoded_context.h"
#include "core/star/rank.h"

namespace asterism {

// Memory that one rank needs for a context, bytes.
struct MemoryPlan {
    std::int64_t keyValues = 0;  // of its blocks
    std::int64_t anchor = 0;     // its copy of a shared one
    std::int64_t workSpace = 0;  // at most, while a block is encoded
    std::int64_t total() const { return keyValues + anchor + workSpace; }
};

// From a context whose blocks and ranks are assigned and whose keys are not there yet.
MemoryPlan planMemory(const Rank& rank, const EncodedContext& context);

// Both ask before anything is allocated, and only devices that know how much they have free.
// Throw Error that names what is needed, what is free, and what can be done.
void checkContextFits(std::span<const std::unique_ptr<Rank>> ranks, const EncodedContext& context);
void checkWeightsFit(const ModelFile& model, const Backend& backend);

}  // namespace asterism
