#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/comm/communicator.h"

namespace asterism {

// Communicators for ranks that are threads of this process and stand on GPUs of their own, one for
// each entry of `devices` (all different), by NCCL. Every collective has finished when it returns.
// One that takes longer than the limit, or fails, ends the run for all ranks: this rank throws
// Error, the others RankAborted. A group that was ended stays so.
// Throws Error if the GPUs cannot be connected or the build has no NCCL.
std::vector<std::unique_ptr<Communicator>> makeNcclCommunicators(std::span<const int> devices,
                                                                 double limitSeconds = 600);

}  // namespace asterism
