#include "core/base/error.h"
#include "cuda/nccl_communicator.h"

namespace asterism {

std::vector<std::unique_ptr<Communicator>> makeNcclCommunicators(std::span<Backend* const> backends,
                                                                 double) {
    throw Error(backends.size(), " GPUs cannot be connected: this build has no NCCL; use one GPU");
}

}  // namespace asterism
