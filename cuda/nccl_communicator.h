#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/backend.h"
#include "core/comm/communicator.h"

namespace asterism {

// Communicators for ranks that are threads of this process and whose CUDA backends stand on GPUs of
// their own, all different, by NCCL. Collectives follow the backends' ops. The backends outlive the
// communicators.
//
// A rank that fails ends the run for all ranks by abort(). One that has to wait longer than the
// limit for its backend, or whose connection fails, does the same and throws Error; the others then
// throw RankAborted out of their next collective or whatever waits for their backend. A group that
// was ended stays so.
// Throws Error if the GPUs cannot be connected or the build has no NCCL.
std::vector<std::unique_ptr<Communicator>> makeNcclCommunicators(std::span<Backend* const> backends,
                                                                 double limitSeconds = 600);

}  // namespace asterism
