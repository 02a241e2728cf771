#include "core/cpu/instruction_set.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/cpu/highway_targets.h"

namespace asterism::cpu {

std::string_view instructionSetName(InstructionSet set) {
    switch (set) {
        case InstructionSet::automatic:
            return "automatic";
        case InstructionSet::plain:
            return "plain loops";
        case InstructionSet::avx2:
            return "AVX2";
        case InstructionSet::avx512:
            return "AVX-512";
    }
    return "?";
}

const std::vector<InstructionSet>& supportedInstructionSets() {
    static const std::vector<InstructionSet> sets = [] {
        std::vector<InstructionSet> found;
        const std::int64_t targets = hwy::SupportedTargets() & HWY_TARGETS;
        for (const InstructionSet set : {InstructionSet::avx512, InstructionSet::avx2}) {
            if (targets & targetMask(set)) found.push_back(set);
        }
        found.push_back(InstructionSet::plain);
        return found;
    }();
    return sets;
}

InstructionSet chooseInstructionSet(InstructionSet wanted) {
    const auto& sets = supportedInstructionSets();
    if (wanted == InstructionSet::automatic) return sets.front();
    if (std::find(sets.begin(), sets.end(), wanted) == sets.end()) {
        throw Error("this processor has no ", instructionSetName(wanted), "; its best set is ",
                    instructionSetName(sets.front()));
    }
    return wanted;
}

}  // namespace asterism::cpu
