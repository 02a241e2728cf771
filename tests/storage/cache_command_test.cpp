#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include <nlohmann/json.hpp>

#include "app/cli/command.h"
#include "app/cli/command_list.h"
#include "tests/storage/stored_block.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

using test::sampleBlock;
using test::WatchedStore;
using testing::HasSubstr;

class CacheCommand : public testing::Test {
  protected:
    void SetUp() override { ::setenv("XDG_CACHE_HOME", m_dir.path().c_str(), 1); }

    static std::string run(const std::string& line) {
        CLI::App program;
        CommandSet commands(program);
        addCacheCommand(commands);
        program.parse(line);
        testing::internal::CaptureStdout();
        commands.runNamed({});
        return testing::internal::GetCapturedStdout();
    }
    static nlohmann::json runJson(const std::string& line) {
        const std::string output = run(line + " --json");
        EXPECT_EQ(output.find('\n'), output.size() - 1);
        return nlohmann::json::parse(output);
    }

    const test::TempDir m_dir;
    const std::filesystem::path m_folder = m_dir / "asterism/blocks";
};

TEST_F(CacheCommand, ShowsFolderFilesBytesAndQuota) {
    const auto empty = runJson("cache");
    EXPECT_EQ(empty["folder"], m_folder.string());
    EXPECT_EQ(empty["files"], 0);
    EXPECT_EQ(empty["bytes"], 0);
    EXPECT_GT(empty["quota"], 0);

    WatchedStore(m_folder).save(sampleBlock(1));
    const auto one = runJson("cache");
    EXPECT_EQ(one["files"], 1);
    EXPECT_EQ(one["bytes"], 4096 + sampleBlock(1).bytes.size());
    EXPECT_THAT(run("cache"), HasSubstr("1 files"));
}

TEST_F(CacheCommand, KeepsTheQuotaAndAppliesItAtOnce) {
    for (std::uint32_t number = 1; number <= 3; ++number)
        WatchedStore(m_folder).save(sampleBlock(number));
    EXPECT_EQ(runJson("cache --quota 20G")["quota"], 20'000'000'000);
    EXPECT_EQ(runJson("cache")["quota"], 20'000'000'000);
    EXPECT_EQ(runJson("cache --quota 2GiB")["quota"], std::int64_t{2} << 30);
    const auto lowered = runJson("cache --quota 10000");
    EXPECT_EQ(lowered["quota"], 10'000);
    EXPECT_EQ(lowered["files"], 2);
    EXPECT_EQ(lowered["removed_files"], 1);
}

TEST_F(CacheCommand, RefusesAQuotaThatIsNoSize) {
    for (const char* size : {"-1", "lots", "5X", "1.5", "99999999999999G"})
        EXPECT_THROW(run(std::string("cache --quota=") + size), CLI::ParseError) << size;
    EXPECT_EQ(keptQuota(m_folder), std::nullopt);
}

TEST_F(CacheCommand, Clears) {
    WatchedStore(m_folder).save(sampleBlock(1));
    const auto cleared = runJson("cache --clear");
    EXPECT_EQ(cleared["files"], 0);
    EXPECT_EQ(cleared["removed_files"], 1);
    EXPECT_TRUE(test::regularFilesBelow(m_folder).empty());
}

}  // namespace
}  // namespace asterism
