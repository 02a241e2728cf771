#pragma once

#include <memory>

#include "core/backend.h"
#include "core/cpu/arithmetic.h"
#include "core/cpu/instruction_set.h"

namespace asterism {

struct CpuOptions {
    int threads = 0;  // the calling one included; 0: all cores the process may use
    cpu::InstructionSet instructionSet = cpu::InstructionSet::automatic;
    cpu::Arithmetic arithmetic = cpu::Arithmetic::f32;
};

// A backend on the processor: activations f32, memory the host's own. Its Weights refer to the
// host's bytes and may be used by every CPU backend of the process. Several backends may run at
// the same time, each on a thread of its own. Ops have finished when they return.
// Throws Error if the machine lacks the instruction set or cannot do the arithmetic.
std::unique_ptr<Backend> makeCpuBackend(const CpuOptions& options = {});

}  // namespace asterism
