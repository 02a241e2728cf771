#include "core/cpu/rotary_tables.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "tests/core/cpu/scarce_memory.h"

namespace asterism::cpu {
namespace {

TEST(RotaryTablesTest, aTableForWhichThereWasNoMemoryIsMadeTheNextTime) {
    RopeConfig rope;
    rope.dimensions = 8;
    rope.frequencies = {1.0, 0.1, 0.01, 0.001};
    RotaryTables tables(rope);
    {
        const test::ScarceMemory scarce;
        EXPECT_THROW(tables.keys(1.0), Error);
    }
    const KeyRotation rotation = tables.keys(1.0);
    ASSERT_NE(rotation.cosines, nullptr);
    EXPECT_EQ(rotation.cosines[0], 1.0F);
}

}  // namespace
}  // namespace asterism::cpu
