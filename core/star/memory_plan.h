#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

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

// Decides where every block that is not there yet will stand (EncodedContext::places), before
// anything is allocated: on its rank's device while there is room, those at `wanted` (in rising
// order) first; the rest in the host's memory, where the device can read it. Returns one line for
// the user the first time that blocks of this context have no room, else nothing. Throws Error that
// names what is needed, what is free and what can be done where neither has room. Devices that do
// not know what they have free get all their blocks.
std::string chooseMemory(std::span<const std::unique_ptr<Rank>> ranks, EncodedContext& context,
                         std::span<const std::size_t> wanted);

// Before a model's weights are loaded. Throws Error as chooseMemory().
void checkWeightsFit(const ModelFile& model, const Backend& backend);

}  // namespace asterism
