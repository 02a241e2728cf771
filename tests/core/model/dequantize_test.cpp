#include "core/model/dequantize.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

// Little-endian IEEE halves of the scales used below.
const std::vector<std::uint8_t> kOne{0x00, 0x3c};
const std::vector<std::uint8_t> kHalf{0x00, 0x38};
const std::vector<std::uint8_t> kMinusTwo{0x00, 0xc0};

std::vector<std::uint8_t> joined(const std::vector<std::vector<std::uint8_t>>& parts) {
    std::vector<std::uint8_t> bytes;
    for (const auto& part : parts) bytes.insert(bytes.end(), part.begin(), part.end());
    return bytes;
}

std::vector<float> decode(DataType type, const std::vector<std::uint8_t>& bytes) {
    const DataTypeInfo info = dataTypeInfo(type);
    std::vector<float> values(bytes.size() / static_cast<std::size_t>(info.blockBytes) *
                              static_cast<std::size_t>(info.blockValues));
    dequantize(type, std::as_bytes(std::span(bytes)), values);
    return values;
}

TEST(Dequantize, Q8ScalesSignedBytes) {
    std::vector<std::uint8_t> quanta(32, 0);
    quanta[0] = 0x80;
    quanta[31] = 0x7f;
    const std::vector<float> values = decode(DataType::q8_0, joined({kHalf, quanta}));
    EXPECT_EQ(values[0], -64.0F);
    EXPECT_EQ(values[1], 0.0F);
    EXPECT_EQ(values[31], 63.5F);
}

TEST(Dequantize, Q4HoldsTheSecondHalfInHighNibbles) {
    std::vector<std::uint8_t> nibbles(16, 0x88);
    nibbles[1] = 0xf0;
    const std::vector<float> plain = decode(DataType::q4_0, joined({kOne, nibbles}));
    EXPECT_EQ(plain[0], 0.0F);
    EXPECT_EQ(plain[1], -8.0F);
    EXPECT_EQ(plain[17], 7.0F);
    const std::vector<float> shifted = decode(DataType::q4_1, joined({kHalf, kMinusTwo, nibbles}));
    EXPECT_EQ(shifted[0], 2.0F);
    EXPECT_EQ(shifted[1], -2.0F);
    EXPECT_EQ(shifted[17], 5.5F);
}

TEST(Dequantize, Q5AddsTheFifthBits) {
    const std::vector<std::uint8_t> fifths{0x01, 0x00, 0x02, 0x80};  // values 0, 17 and 31
    const std::vector<std::uint8_t> nibbles(16, 0x21);
    const std::vector<float> plain = decode(DataType::q5_0, joined({kOne, fifths, nibbles}));
    EXPECT_EQ(plain[0], 1.0F);
    EXPECT_EQ(plain[1], -15.0F);
    EXPECT_EQ(plain[16], -14.0F);
    EXPECT_EQ(plain[17], 2.0F);
    EXPECT_EQ(plain[31], 2.0F);
    const std::vector<float> shifted =
        decode(DataType::q5_1, joined({kHalf, kMinusTwo, fifths, nibbles}));
    EXPECT_EQ(shifted[0], 6.5F);
    EXPECT_EQ(shifted[1], -1.5F);
}

// Group 0: scale 2, minimum 3. Group 4: scale 1 + 3 * 16 = 49, minimum 2 + 1 * 16 = 18.
const std::vector<std::uint8_t> kGroupScales{0xc2, 0, 0, 0, 0x43, 0, 0, 0, 0x21, 0, 0, 0};

TEST(Dequantize, Q4KUnpacksScalesOfSixBits) {
    std::vector<std::uint8_t> nibbles(128, 0);
    nibbles[0] = 0x0f;   // group 0
    nibbles[65] = 0x0a;  // group 4, value 1
    const std::vector<float> values =
        decode(DataType::q4_k, joined({kOne, kHalf, kGroupScales, nibbles}));
    EXPECT_EQ(values[0], 15.0F * 2.0F - 0.5F * 3.0F);
    EXPECT_EQ(values[1], -1.5F);
    EXPECT_EQ(values[32], 0.0F);  // group 1: scale and minimum 0
    EXPECT_EQ(values[128], -0.5F * 18.0F);
    EXPECT_EQ(values[129], 10.0F * 49.0F - 0.5F * 18.0F);
}

TEST(Dequantize, Q5KTakesOneFifthBitPerGroupFromEachByte) {
    std::vector<std::uint8_t> fifths(32, 0);
    fifths[1] = 0x10;  // group 4, value 1
    std::vector<std::uint8_t> nibbles(128, 0);
    nibbles[65] = 0x0a;
    const std::vector<float> values =
        decode(DataType::q5_k, joined({kOne, kHalf, kGroupScales, fifths, nibbles}));
    EXPECT_EQ(values[1], -1.5F);
    EXPECT_EQ(values[129], 26.0F * 49.0F - 9.0F);
}

TEST(Dequantize, Q6KJoinsNibblesAndPairs) {
    std::vector<std::uint8_t> nibbles(128, 0);
    std::vector<std::uint8_t> pairs(64, 0);
    std::vector<std::uint8_t> scales(16, 1);
    nibbles[64] = 0x50;  // second half: low nibble of value 128, high nibble of value 192
    pairs[32] = 0x30;    // pair 2 of the second half: value 192
    scales[12] = 0xfe;   // -2, for values 192 to 207
    const std::vector<float> values =
        decode(DataType::q6_k, joined({nibbles, pairs, scales, kHalf}));
    EXPECT_EQ(values[0], -16.0F);
    EXPECT_EQ(values[128], -16.0F);
    EXPECT_EQ(values[192], 0.5F * -2.0F * (5.0F + 48.0F - 32.0F));
    EXPECT_EQ(values[193], 32.0F);
}

DataType typeNamed(const std::string& name) {
    for (const DataType type :
         {DataType::f16, DataType::bf16, DataType::q8_0, DataType::q4_0, DataType::q4_1,
          DataType::q5_0, DataType::q5_1, DataType::q4_k, DataType::q5_k, DataType::q6_k})
        if (dataTypeInfo(type).name == name) return type;
    throw std::invalid_argument(name);
}

TEST(Dequantize, AgreesWithTheReferenceOnRandomBlocks) {
    const auto data = nlohmann::json::parse(test::readFile(test::dataFile("model/blocks.json")));
    ASSERT_EQ(data["cases"].size(), 10U);
    for (const auto& one : data["cases"]) {
        SCOPED_TRACE(one["type"].get<std::string>());
        const auto hex = one["stored"].get<std::string>();
        std::vector<std::uint8_t> bytes;
        for (std::size_t i = 0; i < hex.size(); i += 2)
            bytes.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
        const std::vector<float> values = decode(typeNamed(one["type"]), bytes);
        const auto expected = one["values"].get<std::vector<float>>();
        ASSERT_EQ(values.size(), expected.size());
        for (std::size_t i = 0; i < values.size(); ++i) EXPECT_FLOAT_EQ(values[i], expected[i]);
    }
}

TEST(Dequantize, RefusesSizesThatDoNotFit) {
    const std::vector<std::byte> bytes(34);
    std::vector<float> values(31);
    EXPECT_THROW(dequantize(DataType::q8_0, bytes, values), InternalError);
    values.resize(64);
    EXPECT_THROW(dequantize(DataType::q8_0, bytes, values), InternalError);
}

}  // namespace
}  // namespace asterism
