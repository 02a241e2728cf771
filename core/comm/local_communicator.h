#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/comm/communicator.h"

namespace asterism {

// Copies the values of one rank to another and returns when they are there. Called by the receiving
// rank's thread.
using CopyBetweenRanks = std::function<void(const TensorView& from, const TensorView& to)>;

// Communicators for ranks that are threads of this process and whose backends share one memory: the
// host's, or that of a device with a `copy` of its own. Every collective is a rendezvous of all
// ranks. The group lives as long as any of its communicators.
std::vector<std::unique_ptr<Communicator>> makeLocalCommunicators(int size,
                                                                  CopyBetweenRanks copy = {});

}  // namespace asterism
