#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace asterism::cpu {

// Which kernels a CPU backend runs. `plain` is portable loops without vector instructions of its
// own: the base line every other set is tested against.
enum class InstructionSet : std::uint8_t { automatic, plain, avx2, avx512 };

// "AVX2", as shown to people.
std::string_view instructionSetName(InstructionSet set);

// The sets this program was built with and this machine runs, best first; never empty.
const std::vector<InstructionSet>& supportedInstructionSets();

// `automatic` becomes the best supported set. Throws Error if the machine lacks the one asked for.
InstructionSet chooseInstructionSet(InstructionSet wanted);

}  // namespace asterism::cpu
