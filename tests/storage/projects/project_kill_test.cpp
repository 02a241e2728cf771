// What a project is worth after its process was killed, at any moment of taking documents in.

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <random>

#include <gmock/gmock.h>

#include "core/base/clock.h"
#include "storage/projects/project_verification.h"
#include "tests/storage/other_process.h"
#include "tests/storage/projects/project_fixture.h"
#include "tests/storage/small_disk.h"

namespace asterism::test {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

constexpr int kKills = 50;

std::string bitsOf(const std::vector<float>& values) {
    std::string text;
    for (const float value : values) {
        std::uint32_t bits = 0;
        std::memcpy(&bits, &value, sizeof bits);
        text += std::to_string(bits) + ' ';
    }
    return text;
}

// What an ingest that was let run to its end had to say.
struct WholeRun {
    double seconds = 0;
    std::int64_t encoded = -1;
    std::string logits;
};

class ProjectKillTest : public ProjectTest {
  protected:
    ProjectKillTest() {
        m_settings.blockTokens = 128;
        for (unsigned i = 0; i < 6; ++i)
            write("text" + std::to_string(i) + ".txt", madeUpText(9, 300 + i));
    }

    // What the system has survives a kill whatever it is kept on; in memory nothing waits for a
    // disk.
    void keepInMemory() {
        const fs::path disk = m_folder / "memory";
        fs::create_directories(disk);
        if (mountSmallDisk(disk, "size=32m")) m_home = disk;
    }

    // The body of the other process.
    void work(const OtherProcessTalk& talk) {
        talk.tell("begin");
        open();
        IngestOptions options;
        options.paths = {documents()};
        const IngestReport report = session().ingest(options,
                                                     [&](const EngineEvent& event) {
                                                         const auto* block =
                                                             std::get_if<BlockEncoded>(&event);
                                                         if (block && !block->isRestored)
                                                             talk.tell("block");
                                                     },
                                                     {});
        talk.tell("end");
        talk.tell(std::to_string(report.blocksEncoded));
        talk.tell(bitsOf(logits()));
        EXPECT_THAT(m_warnings, IsEmpty());
    }

    WholeRun runToTheEnd() {
        WholeRun run;
        OtherProcess process([this](const OtherProcessTalk& talk) { work(talk); });
        EXPECT_EQ(process.next(), "begin");
        const Stopwatch clock;
        auto line = process.next();
        while (line == "block") line = process.next();
        run.seconds = clock.seconds();
        EXPECT_EQ(line, "end");
        if (const auto encoded = process.next()) run.encoded = std::stoll(*encoded);
        run.logits = process.next().value_or("nothing");
        EXPECT_TRUE(process.wait());
        return run;
    }

    void startAnew() const {
        fs::remove_all(m_home / "data");
        fs::remove_all(m_home / "cache");
    }

    // How many of the plan's blocks are kept, in a project that somebody else opens now.
    std::int64_t keptBlocks() const {
        Workspace other(workspaceOptions());
        const auto project = other.projects().find("papers");
        EXPECT_THAT(other.blocks()->verify(), IsEmpty());
        if (project) {
            EXPECT_TRUE(verifyProject(other, *project, {}, {}).isClean());
        }
        return std::count_if(m_keys.begin(), m_keys.end(),
                             [&](const BlockKey& key) { return other.blocks()->has(key); });
    }

    // Nobody writes them any more.
    void expectUnusedTemporaryFiles() const {
        for (const auto& entry : fs::recursive_directory_iterator(m_home / "cache")) {
            if (entry.path().extension() != ".tmp") continue;
            const int file = ::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
            EXPECT_EQ(::flock(file, LOCK_EX | LOCK_NB), 0) << entry.path();
            ::close(file);
        }
    }

    std::vector<BlockKey> planKeys() const {
        Workspace other(workspaceOptions());
        std::vector<BlockKey> keys;
        for (const PlannedBlock& block : other.documents().plan(other.projects().get("papers").id))
            keys.push_back(block.key);
        return keys;
    }

    // Goes on with the project as it is, for so long.
    void killAfter(double seconds) {
        const std::int64_t before = keptBlocks();
        OtherProcess process([this](const OtherProcessTalk& talk) { work(talk); });
        ASSERT_EQ(process.next(), "begin");
        ::usleep(static_cast<useconds_t>(seconds * 1e6));
        const bool isKilled = process.kill();
        const auto told = process.rest();
        const auto blocks = std::count(told.begin(), told.end(), "block");
        const std::int64_t kept = keptBlocks();
        // The block in work may have been kept, and not told any more.
        EXPECT_GE(kept, before + blocks);
        EXPECT_LE(kept, before + blocks + 1);
        expectUnusedTemporaryFiles();
        m_kills += isKilled;
        m_killsBetweenBlocks += isKilled && kept > 0 && kept < std::ssize(m_keys);
    }

    std::vector<BlockKey> m_keys;  // of all blocks, once they are known
    int m_kills = 0;
    int m_killsBetweenBlocks = 0;
};

// A project is begun, killed after a random time, looked at, and finished; every other one is
// killed twice.
TEST_F(ProjectKillTest, AKillAtAnyMomentOfAnIngestLosesTheBlockInWorkAtMost) {
    const std::string wrong = inChild([this]() -> std::string {
        keepInMemory();
        const WholeRun whole = runToTheEnd();
        m_keys = planKeys();
        EXPECT_EQ(whole.encoded, std::ssize(m_keys));
        EXPECT_GT(whole.encoded, 8);

        std::mt19937 random(11);
        std::uniform_real_distribution<double> anyMoment(0, whole.seconds);
        for (int project = 0; m_kills < kKills && project < 4 * kKills; ++project) {
            SCOPED_TRACE(testing::Message() << "project " << project);
            startAnew();
            killAfter(anyMoment(random));
            if (project % 2 == 1) killAfter(anyMoment(random) / 2);
            const std::int64_t kept = keptBlocks();
            const WholeRun resumed = runToTheEnd();
            EXPECT_EQ(resumed.encoded, whole.encoded - kept);
            EXPECT_EQ(resumed.logits, whole.logits);
            EXPECT_EQ(keptBlocks(), whole.encoded);
        }
        EXPECT_GE(m_kills, kKills);
        EXPECT_GT(m_killsBetweenBlocks, kKills / 5);
        std::cout << m_kills << " kills, " << m_killsBetweenBlocks
                  << " of them between the first of " << whole.encoded << " blocks and the last\n"
                  << std::flush;
        return HasFailure() ? "expectations failed, see above" : "";
    });
    EXPECT_EQ(wrong, "");
}

}  // namespace
}  // namespace asterism::test
