#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/cpu/instruction_set.h"

namespace asterism::cpu {

// What the heavy products of a CPU backend are computed in; everything else is f32 everywhere.
// f32: exactly what the op says. amxBf16 and avx512Bf16: inputs and weights rounded to bf16,
// attention included, multiplied on tiles or by AVX-512-BF16. avx512Vnni and avx2Bytes: inputs and
// weights rounded to bytes that share a scale in groups of 32; avx512VnniBf16 does so too, and
// attends in bf16. In all but f32, a few tokens are rounded to bytes and multiplied with quantised
// weights as they are stored; a few queries also attend to q8 keys in whole numbers, unless there
// is AVX-512 without VNNI.
enum class Arithmetic : std::uint8_t {
    automatic,
    f32,
    amxBf16,
    avx512Bf16,
    avx512Vnni,
    avx512VnniBf16,
    avx2Bytes
};

// For people: what is computed with ("AVX-512 VNNI") and, unless f32, the activations' type.
std::string_view arithmeticUnit(Arithmetic arithmetic);
std::string_view activationName(Arithmetic arithmetic);
// Part of the key of cached blocks; persistent, never to be changed.
std::string_view numericClass(Arithmetic arithmetic);

// What the products of attention of many queries are computed in: one that is not of bytes.
Arithmetic attentionArithmetic(Arithmetic arithmetic);
// Whether few tokens and few queries are multiplied in bytes with AVX-512 VNNI.
bool usesVnni(Arithmetic arithmetic);

// What this machine runs beside an instruction set: the fastest is the first, f32 always the last.
std::vector<Arithmetic> supportedArithmetics(InstructionSet set);

// `automatic` becomes the fastest. Throws Error if the machine lacks the one asked for.
Arithmetic chooseArithmetic(Arithmetic wanted, InstructionSet set);

}  // namespace asterism::cpu
