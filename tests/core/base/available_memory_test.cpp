#include "core/base/available_memory.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/test_files.h"

namespace asterism::test {
namespace {

// The files of a machine with 8 GiB available.
class AvailableMemory : public testing::Test {
  protected:
    AvailableMemory() {
        write("proc/meminfo",
              "MemTotal:       16777216 kB\nMemFree:         1048576 kB\n"
              "MemAvailable:    8388608 kB\n");
    }

    void write(const std::string& name, const std::string& content) {
        const std::filesystem::path file = m_folder / name;
        std::filesystem::create_directories(file.parent_path());
        writeFile(file, content);
    }
    void limit(const std::string& group, const std::string& most, const std::string& used,
               const std::string& files) {
        write("sys/fs/cgroup/" + group + "/memory.max", most + "\n");
        write("sys/fs/cgroup/" + group + "/memory.current", used + "\n");
        write("sys/fs/cgroup/" + group + "/memory.stat",
              "anon 5\nactive_file 7\ninactive_file " + files + "\n");
    }
    std::int64_t available() const { return availableMemory(m_folder.path()); }

    TempDir m_folder;
};

constexpr std::int64_t kGiB = std::int64_t{1} << 30;

TEST_F(AvailableMemory, isWhatTheSystemCallsAvailable) {
    EXPECT_EQ(available(), 8 * kGiB);
}

TEST_F(AvailableMemory, isNotKnownWhereTheSystemDoesNotSay) {
    write("proc/meminfo", "MemTotal: 16777216 kB\n");
    EXPECT_EQ(available(), 0);
}

TEST_F(AvailableMemory, isWhatTheLimitsAroundTheProcessLeave) {
    write("proc/self/cgroup", "0::/outer/inner\n");
    limit("outer/inner", "max", "3000000000", "0");
    EXPECT_EQ(available(), 8 * kGiB);
    limit("outer", "4000000000", "3000000000", "500000000");
    EXPECT_EQ(available(), 1'500'000'000) << "files can be dropped";
    limit("outer/inner", "3000000000", "3500000000", "0");
    EXPECT_EQ(available(), 0) << "it uses more than it may";
    limit("elsewhere", "1", "1", "0");
    limit("outer/inner", "max", "1", "0");
    EXPECT_EQ(available(), 1'500'000'000);
}

TEST_F(AvailableMemory, isWhatTheLimitOfAContainerLeaves) {
    write("proc/self/cgroup", "0::/\n");
    limit("", "2000000000", "500000000", "0");
    EXPECT_EQ(available(), 1'500'000'000);
}

TEST_F(AvailableMemory, isKnownHere) {
    EXPECT_GT(availableMemory(), 0);
}

}  // namespace
}  // namespace asterism::test
