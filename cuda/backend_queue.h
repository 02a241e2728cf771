#pragma once

#include <memory>

#include "core/backend.h"
#include "cuda/op_times.h"
#include "cuda/stream.h"

namespace asterism::cuda {

// What works in order with the ops of a CUDA backend needs of it. The backend outlives its user.
struct BackendQueue {
    std::shared_ptr<Stream> stream;
    OpTimes* times;
};
BackendQueue queueOf(Backend& backend);

}  // namespace asterism::cuda
