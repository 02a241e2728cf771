#include "core/model/gguf.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "core/base/error.h"
#include "tests/support/gguf_writer.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

using test::GgufWriter;

// Offsets of the counts in every file.
constexpr std::size_t kTensorCountAt = 8;
constexpr std::size_t kSettingCountAt = 16;

class GgufTest : public ::testing::Test {
  protected:
    GgufFile open(const std::string& bytes) {
        test::writeFile(m_folder / "model.gguf", bytes);
        return GgufFile(m_folder / "model.gguf");
    }

    // The message of the Error that opening throws; empty if it throws none.
    std::string errorOf(const std::string& bytes) {
        try {
            open(bytes);
        } catch (const Error& error) {
            return error.what();
        }
        return {};
    }

    test::TempDir m_folder;
};

void expectMentions(const std::string& message, const std::string& part) {
    EXPECT_NE(message.find(part), std::string::npos) << "message: " << message;
}

std::string overwritten(std::string bytes, std::size_t at, std::uint64_t value) {
    bytes.replace(at, sizeof(value), reinterpret_cast<const char*>(&value), sizeof(value));
    return bytes;
}

// One setting of every kind and two tensors.
GgufWriter smallFile() {
    GgufWriter writer;
    const std::vector<float> values(8, 1.0F);
    writer.add("count", std::uint32_t{7})
        .add("large", std::numeric_limits<std::uint64_t>::max())
        .add("ratio", 0.5F)
        .add("flag", true)
        .add("name", "a text")
        .add("texts", std::vector<std::string>{"one", "", "three"})
        .add("wholes", std::vector<std::int32_t>{-1, 2})
        .add("reals", std::vector<float>{0.25F})
        .addTensor("a", {4, 2}, values)
        .addTensor("b", {32}, DataType::q8_0, std::string(34, '\1'));
    return writer;
}

TEST_F(GgufTest, ReadsEveryKindOfSetting) {
    const GgufFile file = open(smallFile().bytes());
    const Metadata& metadata = file.metadata();
    EXPECT_EQ(metadata.integer("count", 0, 10), 7);
    EXPECT_GT(metadata.number("large"), 1.8e19);
    EXPECT_EQ(metadata.number("ratio"), 0.5);
    EXPECT_TRUE(metadata.boolean("flag"));
    EXPECT_EQ(metadata.text("name"), "a text");
    EXPECT_EQ(metadata.texts("texts"), (std::vector<std::string>{"one", "", "three"}));
    EXPECT_EQ(metadata.integers("wholes"), (std::vector<std::int64_t>{-1, 2}));
    EXPECT_EQ(metadata.numbers("reals"), std::vector<double>{0.25});
}

TEST_F(GgufTest, LocatesTensors) {
    const GgufFile file = open(smallFile().bytes());
    ASSERT_EQ(file.tensors().size(), 2U);
    const StoredTensor* first = file.find("a");
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(first->columns, 4);
    EXPECT_EQ(first->rows, 2);
    EXPECT_EQ(first->bytes.size(), 32U);
    const StoredTensor* second = file.find("b");
    ASSERT_NE(second, nullptr);
    EXPECT_EQ(second->type, DataType::q8_0);
    EXPECT_EQ(second->rows, 1);
    EXPECT_EQ(second->bytes.front(), std::byte{1});
    EXPECT_EQ(file.find("c"), nullptr);
}

TEST_F(GgufTest, RefusesAFileCutAtAnyByte) {
    const std::string whole = smallFile().bytes();
    for (std::size_t length = 0; length < whole.size(); ++length)
        expectMentions(errorOf(whole.substr(0, length)), "model.gguf: at offset ");
}

// Whatever single byte is wrong, the outcome is a file that opens or an Error.
TEST_F(GgufTest, SurvivesEveryFalsifiedByte) {
    const std::string whole = smallFile().bytes();
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (const char value : {'\x80', '\xff'}) {
            std::string bytes = whole;
            bytes[at] = value;
            EXPECT_NO_FATAL_FAILURE(errorOf(bytes));
        }
}

TEST_F(GgufTest, RefusesOtherFilesAndVersions) {
    expectMentions(errorOf("PK\3\4 and so on"), "not a GGUF file");
    GgufWriter writer = smallFile();
    writer.version = 1;
    expectMentions(errorOf(writer.bytes()), "version 1 is not known");
    writer.version = 0x03000000;
    expectMentions(errorOf(writer.bytes()), "big-endian");
    writer.version = 2;
    EXPECT_EQ(errorOf(writer.bytes()), "");
}

TEST_F(GgufTest, RefusesCountsThatTheFileCannotHold) {
    const std::string whole = smallFile().bytes();
    for (const std::uint64_t count : {std::uint64_t{1} << 20, std::uint64_t{1} << 40,
                                      std::numeric_limits<std::uint64_t>::max()}) {
        expectMentions(errorOf(overwritten(whole, kTensorCountAt, count)), "more than the file");
        expectMentions(errorOf(overwritten(whole, kSettingCountAt, count)), "more than the file");
    }
}

TEST_F(GgufTest, RefusesArraysAndTextsLongerThanTheFile) {
    const std::string whole = smallFile().bytes();
    const std::size_t texts = whole.find("texts") + 5 + 4 + 4;
    const std::size_t wholes = whole.find("wholes") + 6 + 4 + 4;
    const std::size_t name = whole.find("name") + 4 + 4;
    const std::uint64_t huge = std::numeric_limits<std::uint64_t>::max() / 4 + 2;
    expectMentions(errorOf(overwritten(whole, texts, huge)), "longer than the file");
    expectMentions(errorOf(overwritten(whole, wholes, huge)), "longer than the file");
    expectMentions(errorOf(overwritten(whole, name, huge)), "truncated");
}

TEST_F(GgufTest, RefusesWhatIsGivenTwice) {
    expectMentions(errorOf(smallFile().add("count", std::uint32_t{1}).bytes()),
                   "\"count\" is given twice");
    const std::vector<float> values(4);
    expectMentions(errorOf(smallFile().addTensor("a", {4}, values).bytes()),
                   "\"a\" is there twice");
}

TEST_F(GgufTest, NamesSupportedTypesForAnUnknownOne) {
    std::string bytes = smallFile().bytes();
    const std::size_t type = bytes.rfind("b\1", bytes.size()) + 1 + 4 + 8;
    bytes[type] = 20;
    const std::string message = errorOf(bytes);
    expectMentions(message, "tensor \"b\" is of type number 20");
    expectMentions(message, "Q4_K");
}

TEST_F(GgufTest, RefusesImpossibleShapes) {
    const std::vector<float> none;
    const auto errorOfShape = [&](const std::vector<std::uint64_t>& dimensions, DataType type) {
        return errorOf(GgufWriter().addTensor("t", dimensions, type, "").bytes());
    };
    const std::uint64_t huge = std::uint64_t{1} << 62;
    expectMentions(errorOfShape({4, 0}, DataType::f32), "dimension of 0");
    expectMentions(errorOfShape({huge}, DataType::f32), "more values than any memory");
    expectMentions(errorOfShape({1U << 31, 1U << 31, 4}, DataType::f32), "more values than any");
    expectMentions(errorOfShape({huge, huge}, DataType::q4_k), "more values than any memory");
    expectMentions(errorOfShape({48, 2}, DataType::q8_0), "not whole blocks of 32");
    expectMentions(errorOfShape({128}, DataType::q4_k), "not whole blocks of 256");
    expectMentions(errorOfShape({1, 1, 1, 1, 1}, DataType::f32), "5 dimensions");
    expectMentions(errorOfShape({1024}, DataType::f32), "truncated");
}

TEST_F(GgufTest, RefusesTensorsOutOfPlace) {
    const std::string whole = smallFile().bytes();
    // The last description ends with its offset, right before the padding of the header.
    const std::size_t offset = whole.rfind("b\1", smallFile().dataBegin()) + 1 + 4 + 8 + 4;
    expectMentions(errorOf(overwritten(whole, offset, 0)), "\"a\" and \"b\" overlap");
    expectMentions(errorOf(overwritten(whole, offset, 33)), "not a multiple of the alignment");
    expectMentions(errorOf(overwritten(whole, offset, std::uint64_t{1} << 63)), "truncated");
}

TEST_F(GgufTest, RefusesAnAlignmentThatIsNoPowerOfTwo) {
    expectMentions(errorOf(GgufWriter().add("general.alignment", std::uint32_t{48}).bytes()),
                   "not a power of two");
    EXPECT_NE(errorOf(GgufWriter().add("general.alignment", std::uint32_t{0}).bytes()), "");
}

TEST_F(GgufTest, RefusesArraysOfArrays) {
    std::string bytes = smallFile().bytes();
    bytes[bytes.find("wholes") + 6 + 4] = 9;
    expectMentions(errorOf(bytes), "array of arrays");
}

TEST_F(GgufTest, ShowsHostileNamesAsOneHarmlessLine) {
    const std::string message =
        errorOf(GgufWriter().addTensor("a\n\x1b[2Jb", {0}, std::vector<float>{}).bytes());
    expectMentions(message, R"("a\x0a\x1b[2Jb")");
    EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST_F(GgufTest, OpenModelFileNamesWhatIsMissing) {
    EXPECT_THROW(openModelFile(m_folder / "nowhere.gguf"), Error);
}

}  // namespace
}  // namespace asterism
