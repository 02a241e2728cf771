#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace asterism::test {

// What a body of inChild returns if the machine lets it do nothing.
inline constexpr const char* kSkip = "skip";

// Runs in a process of its own, whose limits, mounts and user may then be changed; returns what the
// body found wrong ("" if nothing).
std::string inChild(const std::function<std::string()>& body);

// Mounts a small disk of its own at the folder, seen by this process alone; root is not needed
// where user namespaces are allowed.
bool mountSmallDisk(const std::filesystem::path& folder, const char* options);

inline std::string unless(bool isRight, const std::string& wrong) {
    return isRight ? "" : wrong + "; ";
}

}  // namespace asterism::test

#define ASTERISM_EXPECT_NOTHING_WRONG(wrong)                                                    \
    if ((wrong) == ::asterism::test::kSkip)                                                     \
        GTEST_SKIP() << "this machine lets no test mount a disk of its own or be another user"; \
    EXPECT_EQ(wrong, "")
