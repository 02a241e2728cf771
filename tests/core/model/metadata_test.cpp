#include "core/model/metadata.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "core/base/error.h"
#include "tests/support/failure_of.h"

namespace asterism {
namespace {

using test::failureOf;

Metadata settings() {
    Metadata metadata("model.gguf");
    metadata.set("flag", true);
    metadata.set("whole", std::int64_t{-3});
    metadata.set("huge", std::numeric_limits<std::uint64_t>::max());
    metadata.set("real", 0.5);
    metadata.set("nan", std::numeric_limits<double>::quiet_NaN());
    metadata.set("text", std::string("llama"));
    metadata.set("wholes", std::vector<std::int64_t>{1, 2});
    metadata.set("reals", std::vector<double>{0.5});
    metadata.set("texts", std::vector<std::string>{"a"});
    return metadata;
}

TEST(Metadata, GivesWhatWasSet) {
    const Metadata metadata = settings();
    EXPECT_TRUE(metadata.boolean("flag"));
    EXPECT_EQ(metadata.integer("whole", -5, 5), -3);
    EXPECT_EQ(metadata.number("whole"), -3.0);
    EXPECT_EQ(metadata.number("real"), 0.5);
    EXPECT_EQ(metadata.text("text"), "llama");
    EXPECT_EQ(metadata.numbers("wholes"), (std::vector<double>{1.0, 2.0}));
    EXPECT_EQ(metadata.texts("texts"), std::vector<std::string>{"a"});
}

TEST(Metadata, GivesTheFallbackOnlyForWhatIsAbsent) {
    const Metadata metadata = settings();
    EXPECT_EQ(metadata.integer("absent", 0, 1, 7), 7);
    EXPECT_EQ(metadata.text("absent", "x"), "x");
    EXPECT_EQ(metadata.number("absent", 1.5), 1.5);
    EXPECT_TRUE(metadata.boolean("absent", true));
    EXPECT_THROW(metadata.integer("text", 0, 1, 7), Error);
    EXPECT_THROW(metadata.boolean("whole", true), Error);
}

TEST(Metadata, KnowsArraysFromSingleValues) {
    const Metadata metadata = settings();
    EXPECT_TRUE(metadata.isArray("wholes") && metadata.isArray("texts"));
    EXPECT_FALSE(metadata.isArray("whole") || metadata.isArray("text") ||
                 metadata.isArray("absent"));
}

TEST(Metadata, ErrorsNameFileKeyAndWhatIsThere) {
    const Metadata metadata = settings();
    EXPECT_EQ(failureOf([&] { metadata.integer("whole", 0, 9); }),
              "model.gguf: setting \"whole\" is the number -3; a whole number from 0 to 9 is "
              "expected");
    EXPECT_EQ(failureOf([&] { metadata.text("wholes"); }),
              "model.gguf: setting \"wholes\" is an array of 2 values; a text is expected");
    EXPECT_EQ(failureOf([&] { metadata.boolean("text"); }),
              "model.gguf: setting \"text\" is the text \"llama\"; true or false is expected");
    EXPECT_EQ(failureOf([&] { metadata.number("absent"); }),
              "model.gguf: setting \"absent\" is missing; the file is incomplete");
}

TEST(Metadata, RefusesNumbersOutOfRange) {
    const Metadata metadata = settings();
    EXPECT_THROW(metadata.integer("huge", 0, std::numeric_limits<std::int64_t>::max()), Error);
    EXPECT_THROW(metadata.number("nan"), Error);
    EXPECT_THROW(metadata.integers("reals"), Error);
}

TEST(Metadata, RefusesAKeyGivenTwice) {
    Metadata metadata = settings();
    EXPECT_THROW(metadata.set("flag", false), Error);
}

}  // namespace
}  // namespace asterism
