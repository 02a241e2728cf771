#include "core/cpu/packed_kernels.h"

#include "core/cpu/amx_packed_kernels.h"
#include "core/cpu/byte_packed_kernels.h"
#include "core/cpu/linear_kernels.h"

namespace asterism::cpu {

const PackedKernels& packedKernels(Arithmetic arithmetic, InstructionSet set) {
#if HWY_ARCH_X86
    if (arithmetic == Arithmetic::amxBf16) return amx::packedKernelTable();
    if (arithmetic == Arithmetic::avx512Vnni) return vnniPackedKernels();
    if (arithmetic == Arithmetic::avx2Bytes) return avx2BytePackedKernels();
#endif
    return linearKernels(set).packed;
}

}  // namespace asterism::cpu
