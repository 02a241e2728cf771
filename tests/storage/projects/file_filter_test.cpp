#include "storage/projects/file_filter.h"

#include <gmock/gmock.h>

namespace asterism {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Patterns = std::vector<std::string>;

TEST(FileFilter, WithoutRulesEverythingIsTaken) {
    EXPECT_TRUE(FileFilter().takes("a.txt"));
    EXPECT_TRUE(FileFilter().takes(""));
}

TEST(FileFilter, TheLastRuleThatMatchesSays) {
    FileFilter filter;
    filter.add(Patterns{"logs/*", "b.txt"}, true, false);
    filter.add(Patterns{"logs/keep/*"}, true, true);
    filter.add(Patterns{"logs/keep/not.txt"}, false, false);
    EXPECT_FALSE(filter.takes("logs/deep/x.log"));
    EXPECT_FALSE(filter.takes("b.txt"));
    EXPECT_TRUE(filter.takes("logs/keep/x.log"));
    EXPECT_FALSE(filter.takes("logs/keep/not.txt"));
    filter.add(Patterns{"*.txt"}, true, true);
    EXPECT_TRUE(filter.takes("logs/keep/not.txt"));
}

TEST(FileFilter, ANameIsNoGlob) {
    FileFilter filter;
    filter.add(Patterns{"a[1].txt", "*"}, false, false);
    EXPECT_FALSE(filter.takes("a[1].txt"));
    EXPECT_FALSE(filter.takes("*"));
    EXPECT_TRUE(filter.takes("a1.txt"));
}

TEST(FileFilter, ARuleTakesThePlaceOfAnEarlierOneForTheSame) {
    FileFilter filter;
    filter.add(Patterns{"a", "b", "a"}, false, false);
    filter.add(Patterns{"b"}, true, false);
    filter.add(Patterns{"a"}, false, true);
    EXPECT_THAT(filter.rules(),
                ElementsAre(FilterRule{"b", false, false}, FilterRule{"b", true, false},
                            FilterRule{"a", false, true}));
    EXPECT_EQ(FileFilter(filter.rules()).rules(), filter.rules());
    filter.add(Patterns{"b"}, true, true);
    filter.add(Patterns{"b"}, false, true);
    EXPECT_THAT(filter.rules(), IsEmpty());  // nothing is left out any more
    EXPECT_TRUE(filter.takes("b"));
}

}  // namespace
}  // namespace asterism
