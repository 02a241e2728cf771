#pragma once

#include <cstdint>

#include "core/base/error.h"
#include "core/tensor.h"

namespace asterism {

// Thrown out of a collective when another rank has failed or was stopped: this rank unwinds too.
class RankAborted : public Error {
    using Error::Error;
};

// How the ranks of one run exchange data: threads of one process (local_communicator.h), NCCL
// between GPUs, MPI between hosts. Every rank calls the same collectives in the same order with
// the same sizes, each rank from one thread of its own. Views are in the memory of the rank's
// backend. Unless the communicator follows the ops, those are complete when a collective is called,
// and the collective has finished when it returns.
class Communicator {
  public:
    virtual ~Communicator() = default;
    virtual int rank() const = 0;
    virtual int size() const = 0;
    // Whether collectives of views stand in the queue of the rank's backend: in order with its ops,
    // so that nothing waits for them or they for it, and recorded with them (Backend::record).
    // Where a rank then waits for its backend, RankAborted is thrown if the run was ended.
    virtual bool followsOps() const { return false; }

    // The root's values, on every rank.
    virtual void broadcast(const TensorView& values, int root) = 0;
    // The root's number, on the host: waits for the other ranks, never for ops.
    virtual std::int64_t broadcast(std::int64_t value, int root) = 0;
    // Every rank's part, in rank order: part [...] -> all [size, ...].
    virtual void allGather(const TensorView& part, const TensorView& all) = 0;
    // Sends to one rank while receiving from another.
    virtual void exchange(const TensorView& send, int to, const TensorView& receive, int from) = 0;
    virtual void barrier() = 0;
    // Ends the run for all ranks: those in a collective, or entering one, throw RankAborted.
    virtual void abort() noexcept = 0;
};

}  // namespace asterism
