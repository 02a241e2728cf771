#include "core/cpu/packed_kernels.h"

#include "core/cpu/amx_packed_kernels.h"
#include "core/cpu/bf16_packed_kernels.h"
#include "core/cpu/byte_packed_kernels.h"
#include "core/cpu/linear_kernels.h"

namespace asterism::cpu {

const PackedKernels& packedKernels(Arithmetic arithmetic, InstructionSet set) {
#if HWY_ARCH_X86
    switch (arithmetic) {
        case Arithmetic::amxBf16:
            return amx::packedKernelTable();
        case Arithmetic::avx512Bf16:
            return bf16::packedKernelTable();
        case Arithmetic::avx512Vnni:
        case Arithmetic::avx512VnniBf16:
            return vnniPackedKernels();
        case Arithmetic::avx2Bytes:
            return avx2BytePackedKernels();
        default:
            break;
    }
#endif
    return linearKernels(set).packed;
}

}  // namespace asterism::cpu
