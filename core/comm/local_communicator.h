#pragma once

#include <memory>
#include <vector>

#include "core/comm/communicator.h"

namespace asterism {

// Communicators for ranks that are threads of this process and whose backends share host memory.
// Values move by memcpy; every collective is a rendezvous of all ranks. The group lives as long as
// any of its communicators.
std::vector<std::unique_ptr<Communicator>> makeLocalCommunicators(int size);

}  // namespace asterism
