#include "core/model/safetensors.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/error.h"
#include "tests/support/safetensors_writer.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

using test::SafetensorsWriter;

class SafetensorsTest : public ::testing::Test {
  protected:
    SafetensorsFile open(const std::string& bytes) {
        test::writeFile(m_folder / "model.safetensors", bytes);
        return SafetensorsFile(m_folder / "model.safetensors");
    }

    std::string errorOf(const std::string& bytes) {
        try {
            open(bytes);
        } catch (const Error& error) {
            return error.what();
        }
        return {};
    }

    // Of a file with one tensor described so, and 16 bytes of data.
    std::string errorOfEntry(const std::string& entry) {
        return errorOf(test::safetensorsFile(R"({"t":)" + entry + "}", std::string(16, 'x')));
    }

    test::TempDir m_folder;
};

void expectMentions(const std::string& message, const std::string& part) {
    EXPECT_NE(message.find(part), std::string::npos) << "message: " << message;
}

SafetensorsWriter smallFile() {
    SafetensorsWriter writer;
    writer.header["__metadata__"] = {{"format", "pt"}};
    writer.add("a", "F32", {2, 3}, std::string(24, 'a'));
    writer.add("b", "BF16", {4}, std::string(8, 'b'));
    return writer;
}

TEST_F(SafetensorsTest, LocatesTensorsRowsFirst) {
    const SafetensorsFile file = open(smallFile().bytes());
    ASSERT_EQ(file.tensors().size(), 2U);
    EXPECT_EQ(file.tensors()[0].name, "a");
    EXPECT_EQ(file.tensors()[0].rows, 2);
    EXPECT_EQ(file.tensors()[0].columns, 3);
    EXPECT_EQ(file.tensors()[1].type, DataType::bf16);
    EXPECT_EQ(file.tensors()[1].rows, 1);
    EXPECT_EQ(file.tensors()[1].bytes.front(), std::byte{'b'});
}

TEST_F(SafetensorsTest, RefusesAFileCutAtAnyByte) {
    const std::string whole = smallFile().bytes();
    for (std::size_t length = 0; length < whole.size(); ++length)
        expectMentions(errorOf(whole.substr(0, length)), "truncated");
}

TEST_F(SafetensorsTest, RefusesHostileHeaderLengths) {
    std::string bytes = smallFile().bytes();
    bytes.replace(0, 8, std::string(8, '\xff'));
    expectMentions(errorOf(bytes), "at most 100000000 are allowed");
    bytes.replace(0, 8, std::string("\0\0\0\5\0\0\0\0", 8));
    expectMentions(errorOf(bytes), "truncated");
}

TEST_F(SafetensorsTest, RefusesHeadersThatAreNoObject) {
    expectMentions(errorOf(test::safetensorsFile("[1]", "")), "a JSON object is expected");
    expectMentions(errorOf(test::safetensorsFile("{\"a\":", "")), "not valid JSON at byte");
    expectMentions(errorOf(test::safetensorsFile(R"({"a":1e999})", "")), "number out of range");
    expectMentions(errorOf(test::safetensorsFile(std::string(100, '['), "")), "nested deeper");
    expectMentions(errorOf(test::safetensorsFile(std::string(1 << 20, '['), "")), "nested deeper");
}

TEST_F(SafetensorsTest, RefusesTensorsGivenTwice) {
    const std::string entry = R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
    expectMentions(errorOf(test::safetensorsFile(R"({"t":)" + entry + R"(,"t":)" + entry + "}",
                                                 std::string(4, 'x'))),
                   "\"t\" is given twice");
}

TEST_F(SafetensorsTest, RefusesContradictions) {
    const auto entry = [](const std::string& type, const std::string& shape,
                          const std::string& offsets) {
        return R"({"dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets +
               "}";
    };
    EXPECT_EQ(errorOfEntry(entry("F32", "[2,2]", "[0,16]")), "");
    expectMentions(errorOfEntry(entry("F32", "[2,2]", "[0,12]")), "span 12 bytes");
    expectMentions(errorOfEntry(entry("F32", "[2,4]", "[0,32]")), "truncated");
    expectMentions(errorOfEntry(entry("F32", "[2]", "[16,8]")), "not a begin and an end");
    expectMentions(errorOfEntry(entry("F32", "[2]", "[8]")), "not a begin and an end");
    expectMentions(errorOfEntry(entry("F32", "[2]", "[-8,0]")), "whole number from 0");
    expectMentions(errorOfEntry(entry("F32", "[0]", "[0,0]")), "dimension of 0");
    expectMentions(errorOfEntry(entry("F32", "[2.5]", "[0,8]")), "whole number");
    expectMentions(errorOfEntry(entry("F32", "[9223372036854775807,9223372036854775807]", "[0,8]")),
                   "more values than any memory");
    expectMentions(errorOfEntry(entry("F32", "[1,1,1,1,1]", "[0,4]")), "5 dimensions");
    expectMentions(errorOfEntry(entry("I64", "[2]", "[0,16]")), "supported are F32, F16 and BF16");
    expectMentions(errorOfEntry("7"), "a JSON object is expected");
    expectMentions(errorOfEntry("{}"), "\"dtype\" is missing");
}

TEST_F(SafetensorsTest, RefusesTensorsThatShareBytes) {
    SafetensorsWriter writer = smallFile();
    writer.header["b"]["data_offsets"] = {16, 24};
    expectMentions(errorOf(writer.bytes()), "\"a\" and \"b\" overlap");
}

}  // namespace
}  // namespace asterism
