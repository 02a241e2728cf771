// Disks, databases, models and cache files that fail under a project: it is said, and nothing that
// was kept is lost.

#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <optional>

#include <gmock/gmock.h>

#include "storage/block_folder.h"
#include "storage/projects/project_verification.h"
#include "tests/storage/projects/project_fixture.h"
#include "tests/storage/small_disk.h"
#include "tests/storage/stored_project.h"

namespace asterism::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ProjectFaultsTest : public ProjectTest {
  protected:
    ProjectFaultsTest() {
        m_settings.blockTokens = 128;
        for (unsigned i = 0; i < 4; ++i)
            write("text" + std::to_string(i) + ".txt", madeUpText(9, 200 + i));
    }

    std::int64_t blockCount() { return std::ssize(session().encoded()->blocks); }
    fs::path blockFolder() const { return workspaceOptions().blocks.folder; }

    // Lines that the user has seen, of the store and of the session.
    std::vector<std::string> warnings() const {
        std::vector<std::string> lines = m_warnings;
        for (const EngineEvent& event : m_events)
            if (const auto* warning = std::get_if<Warning>(&event)) lines.push_back(warning->text);
        return lines;
    }
    void forgetWarnings() {
        m_warnings.clear();
        m_events.clear();
    }

    // Of all chats and branches.
    std::int64_t storedMessages() {
        Statement messages = workspace().database().prepare("SELECT count(*) FROM message");
        return messages.step() ? messages.integer(0) : -1;
    }

    // As ingest(); `onBlock` is called with the number of every block that was encoded, from 1.
    IngestReport ingestWatched(const std::function<void(int)>& onBlock) {
        IngestOptions options;
        options.paths = {documents()};
        int blocks = 0;
        const EventSink events = [&](const EngineEvent& event) {
            m_events.push_back(event);
            if (std::holds_alternative<BlockEncoded>(event)) onBlock(++blocks);
        };
        return session().ingest(options, events, {});
    }

    // Opens the project; nothing in it may be half written.
    void expectSound() {
        forgetWarnings();
        open();
        EXPECT_THAT(workspace().blocks()->verify(), IsEmpty());
        EXPECT_TRUE(verifyProject(workspace(), session().project(), {}, {}).isClean());
        EXPECT_THAT(warnings(), IsEmpty());
    }

    // In a process of its own, on a disk of its own whose size the options say; what the body
    // expects counts for the test.
    std::string onSmallDisk(const char* options, const std::function<void()>& body) {
        return inChild([&]() -> std::string {
            m_home = m_folder / "disk";
            fs::create_directories(m_home);
            if (!mountSmallDisk(m_home, options)) return kSkip;
            body();
            return HasFailure() ? "expectations failed, see above" : "";
        });
    }
    // The rest of the disk is taken by a file.
    void leaveFree(std::uintmax_t free) const {
        fs::remove(m_home / "filler");
        const std::uintmax_t available = fs::space(m_home).available;
        writeFile(m_home / "filler", std::string(available - std::min(free, available), 'x'));
    }
};

// A damaged copy of a block file, and what was done to it.
struct Damage {
    std::string what;
    std::string bytes;
};

// Every field of the head (FORMAT.md), the zeros behind it and both layers, flipped; cuts in and
// between them.
std::vector<Damage> damagesOf(const std::string& whole) {
    constexpr std::size_t kHeader = 104 + 2 * 8;
    constexpr std::size_t kData = 4096;
    const std::size_t layer = (whole.size() - kData) / 2;
    std::vector<Damage> damages;
    for (const std::size_t at :
         {std::size_t{0},  std::size_t{8},  std::size_t{12}, std::size_t{16}, std::size_t{31},
          std::size_t{32}, std::size_t{40}, std::size_t{48}, std::size_t{56}, std::size_t{64},
          std::size_t{72}, std::size_t{80}, std::size_t{88}, std::size_t{96}, std::size_t{104},
          kHeader - 8,     kHeader,         kData - 1,       kData,           kData + layer - 1,
          kData + layer,   whole.size() - 1}) {
        std::string bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
        damages.push_back({"byte " + std::to_string(at) + " flipped", bytes});
    }
    for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{60}, kHeader - 8,
                                   kHeader, kData, kData + layer, whole.size() - 1})
        damages.push_back({"cut to " + std::to_string(size), whole.substr(0, size)});
    damages.push_back({"longer", whole + '\0'});
    return damages;
}

TEST_F(ProjectFaultsTest, ADamagedBlockIsNamedAndAloneEncodedAgain) {
    open();
    ingest();
    const std::vector<float> before = logits();
    const std::int64_t total = blockCount();
    ASSERT_GT(total, 5);
    const auto plan = workspace().documents().plan(session().project().id);
    const auto expectAloneEncodedAgain = [&](const fs::path& path, const std::string& bytes) {
        const std::string whole = readFile(path);
        close();
        writeFile(path, bytes);
        forgetWarnings();
        open();
        EXPECT_EQ(logits(), before);
        EXPECT_EQ(session().encoded()->restoredBlocks, total - 1);
        EXPECT_EQ(warnings().size(), 1U);
        EXPECT_THAT(warnings(), Contains(HasSubstr(path.string() + ": ")));
        EXPECT_THAT(warnings(), Contains(HasSubstr("encoded again")));
        EXPECT_TRUE(readFile(path) == whole);
    };
    const fs::path middle = blockPath(blockFolder(), plan[plan.size() / 2].key);
    for (const Damage& damage : damagesOf(readFile(middle))) {
        SCOPED_TRACE(damage.what);
        expectAloneEncodedAgain(middle, damage.bytes);
    }
    // The block that the anchor is taken from, and the last one.
    for (const PlannedBlock& block : {plan.front(), plan.back()}) {
        const fs::path path = blockPath(blockFolder(), block.key);
        expectAloneEncodedAgain(path, readFile(path).substr(0, 5000));
    }
}

TEST_F(ProjectFaultsTest, AnAnswerCountsABlockThatWasDamagedAsEncoded) {
    open();
    const std::int64_t total = ingest().changes.blocksTotal;
    const auto plan = workspace().documents().plan(session().project().id);
    open();
    writeFile(blockPath(blockFolder(), plan[3].key), "damaged");
    const AskResult result = ask("What is it about?");
    EXPECT_EQ(result.message.blocksEncoded, 1);
    EXPECT_EQ(result.message.blocksRestored, total - 1);
}

TEST_F(ProjectFaultsTest, BlocksAreEncodedBehindTheSameAnchorWhenItsFileWasDamaged) {
    open();
    ingest();
    const std::vector<float> before = logits();
    const auto plan = workspace().documents().plan(session().project().id);
    fs::path anchor;
    for (const BlockFileEntry& file : listBlockFiles(blockFolder()))
        if (std::none_of(plan.begin(), plan.end(),
                         [&](const PlannedBlock& block) { return block.key == file.key; }))
            anchor = file.path;
    const std::string whole = readFile(anchor);
    close();
    writeFile(anchor, whole.substr(0, whole.size() / 2));
    fs::remove(blockPath(blockFolder(), plan[2].key));
    open();
    EXPECT_EQ(logits(), before);
    EXPECT_EQ(session().encoded()->restoredBlocks, std::ssize(plan) - 1);
    EXPECT_THAT(m_warnings, ElementsAre(HasSubstr(anchor.string())));
    EXPECT_TRUE(readFile(anchor) == whole);
}

TEST_F(ProjectFaultsTest, OnADiskThatIsFullAtAnyWriteAnIngestSaysSoAndFinishesLater) {
    constexpr std::uintmax_t kStep = 32'768;
    const std::string wrong = onSmallDisk("size=6m", [this] {
        open();
        ingest();
        const std::vector<float> expected = logits();
        int failures = 0;
        for (std::uintmax_t free = 0;; free += kStep) {
            SCOPED_TRACE(testing::Message() << free << " bytes are free");
            close();
            fs::remove_all(m_home / "data");
            fs::remove_all(m_home / "cache");
            forgetWarnings();
            leaveFree(free);
            const std::string failure = failureOf([this] {
                open();
                ingest();
            });
            const auto said = warnings();
            close();
            fs::remove(m_home / "filler");
            failures += failure != "no error";
            if (failure != "no error") {
                EXPECT_THAT(failure, AnyOf(HasSubstr("disk is full"), HasSubstr("No space left")));
            }
            for (const std::string& line : said)
                EXPECT_THAT(line, AnyOf(HasSubstr("disk is full"), HasSubstr("No space left")));
            expectSound();
            ingest();
            EXPECT_EQ(logits(), expected);
            EXPECT_THAT(warnings(), IsEmpty());
            if ((failure == "no error" && said.empty()) || HasFailure()) break;
        }
        EXPECT_GT(failures, 10);
        std::cout << failures << " ingests refused\n" << std::flush;
    });
    ASTERISM_EXPECT_NOTHING_WRONG(wrong);
}

TEST_F(ProjectFaultsTest, ACacheOnADiskThatIsFullAtAnyWriteCostsWarningsOnly) {
    const std::string wrong = onSmallDisk("size=6m", [this] {
        const fs::path data = m_folder / "data";
        fs::create_directories(data);
        fs::create_directory_symlink(data, m_home / "data");
        open();
        ingest();
        const std::vector<float> expected = logits();
        std::size_t fewestKept = 1;
        const std::size_t most = listBlockFiles(blockFolder()).size();
        for (std::uintmax_t free = 0;; free += 49'152) {
            SCOPED_TRACE(testing::Message() << free << " bytes are free");
            open();
            workspace().blocks()->clear();
            open();
            forgetWarnings();
            leaveFree(free);
            const IngestReport report = ingest();
            EXPECT_EQ(report.blocksEncoded, report.changes.blocksTotal);
            EXPECT_EQ(logits(), expected);
            const auto said = warnings();
            for (const std::string& line : said) EXPECT_THAT(line, HasSubstr("disk is full"));
            const std::size_t kept = listBlockFiles(blockFolder()).size();
            fewestKept = std::min(fewestKept, kept);
            EXPECT_EQ(kept < most, !said.empty());
            fs::remove(m_home / "filler");
            expectSound();
            EXPECT_EQ(logits(), expected);
            if (said.empty() || HasFailure()) break;
        }
        EXPECT_EQ(fewestKept, 0U);
    });
    ASTERISM_EXPECT_NOTHING_WRONG(wrong);
}

TEST_F(ProjectFaultsTest, OnADiskThatIsFullAtAnyWriteAnAnswerIsStoredAsAWholeOrRefused) {
    const std::string wrong = onSmallDisk("size=6m", [this] {
        open();
        ingest();
        const AskResult first = ask("One?");
        const std::int64_t chat = first.message.conversationId;
        AskRequest second;
        second.question = "Two?";
        second.conversation = chat;
        second.parent = first.message.id;
        second.answer.maxTokens = 12;
        const std::vector<BlockFileEntry> filesBefore = listBlockFiles(blockFolder());
        const std::string expected = session().ask(second, {}, {}).message.text;
        fs::path turnFile;
        for (const BlockFileEntry& file : listBlockFiles(blockFolder()))
            if (std::none_of(
                    filesBefore.begin(), filesBefore.end(),
                    [&](const BlockFileEntry& before) { return before.path == file.path; }))
                turnFile = file.path;
        int failures = 0;
        int unkept = 0;
        for (std::uintmax_t free = 0;; free += 4096) {
            SCOPED_TRACE(testing::Message() << free << " bytes are free");
            open();
            forgetWarnings();
            fs::remove(turnFile);
            const std::int64_t before = storedMessages();
            leaveFree(free);
            AskResult result;
            const std::string failure = failureOf([&] {
                result = session().ask(
                    second, [this](const EngineEvent& event) { m_events.push_back(event); }, {});
            });
            const auto said = warnings();
            fs::remove(m_home / "filler");
            failures += failure != "no error";
            unkept += failure == "no error" && !said.empty();
            if (failure == "no error")
                EXPECT_EQ(result.message.text, expected);
            else
                EXPECT_THAT(failure, HasSubstr("disk is full"));
            expectSound();
            EXPECT_EQ(storedMessages(), failure == "no error" ? before + 2 : before);
            if ((failure == "no error" && said.empty()) || HasFailure()) break;
        }
        EXPECT_GT(failures, 2);
        std::cout << failures << " answers refused, " << unkept << " stored without their turn\n"
                  << std::flush;
    });
    ASTERISM_EXPECT_NOTHING_WRONG(wrong);
}

TEST_F(ProjectFaultsTest, AProjectOnAReadOnlyDiskSaysSoAndIsAllThereLater) {
    const std::string wrong = onSmallDisk("size=6m", [this] {
        open();
        ingest();
        ask("One?");
        const std::vector<float> before = logits();
        close();
        const auto remount = [this](unsigned long flags) {
            return ::mount(nullptr, m_home.c_str(), nullptr, MS_REMOUNT | flags, nullptr);
        };
        ASSERT_EQ(remount(MS_RDONLY), 0);
        EXPECT_THAT(failureOf([this] { open(); }), HasSubstr("XDG_DATA_HOME"));
        close();
        ASSERT_EQ(remount(0), 0);
        expectSound();
        EXPECT_EQ(logits(), before);
        EXPECT_EQ(storedMessages(), 2);
    });
    ASTERISM_EXPECT_NOTHING_WRONG(wrong);
}

TEST_F(ProjectFaultsTest, AReadOnlyCacheIsReadAndCostsWarningsOnly) {
    const std::string wrong = onSmallDisk("size=6m", [this] {
        const fs::path cache = m_home / "cache";
        fs::create_directory(cache);
        ASSERT_EQ(::mount("tmpfs", cache.c_str(), "tmpfs", 0, "size=6m"), 0);
        open();
        ingest();
        close();
        ASSERT_EQ(::mount(nullptr, cache.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
        open();
        const AskResult result = ask("One?");
        EXPECT_EQ(result.message.blocksRestored, blockCount());
        EXPECT_THAT(warnings(), ElementsAre(HasSubstr("Read-only file system")));
        forgetWarnings();
        write("text5.txt", madeUpText(9, 205));
        const IngestReport report = ingest();
        EXPECT_GE(report.blocksEncoded, 1);
        EXPECT_THAT(warnings(), Contains(HasSubstr("Read-only file system")));
        const std::vector<float> withoutKeeping = logits();

        ASSERT_EQ(::mount(nullptr, cache.c_str(), nullptr, MS_REMOUNT, nullptr), 0);
        expectSound();
        ingest();
        EXPECT_EQ(logits(), withoutKeeping);
        EXPECT_EQ(storedMessages(), 2);
    });
    ASTERISM_EXPECT_NOTHING_WRONG(wrong);
}

TEST_F(ProjectFaultsTest, ALockedDatabaseIsSaidAndTheWorkGoesOnLater) {
    m_longestWait = std::chrono::milliseconds(20);
    open();
    const Database other(workspaceOptions().database);
    {
        const Transaction writing(other);
        EXPECT_THAT(failureOf([this] { ingest(); }), HasSubstr("writing for too long"));
        EXPECT_THAT(failureOf([this] { open(); }), HasSubstr("writing for too long"));
    }
    open();
    std::optional<Transaction> writing;
    const auto lockInTheMiddle = [&](int block) {
        if (block == 3) writing.emplace(other);
    };
    EXPECT_THAT(failureOf([&] { ingestWatched(lockInTheMiddle); }),
                HasSubstr("writing for too long"));
    ASSERT_TRUE(writing);
    writing.reset();
    open();
    const IngestReport report = ingest();
    EXPECT_EQ(report.changes.unchanged, 4);
    EXPECT_THAT(report.blocksRestored, Gt(2));
    EXPECT_EQ(report.blocksRestored + report.blocksEncoded, report.changes.blocksTotal);
}

// The turn that was not stored is no part of the chat when the question is asked again.
TEST_F(ProjectFaultsTest, AnAnswerThatCannotBeStoredLeavesTheChatAsItWas) {
    m_longestWait = std::chrono::milliseconds(20);
    open();
    ingest();
    const AskResult first = ask("One?");
    const std::int64_t chat = first.message.conversationId;
    {
        const Database other(workspaceOptions().database);
        const Transaction writing(other);
        EXPECT_THAT(failureOf([&] { ask("Two?", {}, chat); }), HasSubstr("writing for too long"));
    }
    EXPECT_EQ(storedMessages(), 2);
    const AskResult again = ask("Two?", {}, chat);
    EXPECT_EQ(again.message.parentId, workspace().chats().branch(again.message.id)[2].id);
    EXPECT_EQ(storedMessages(), 4);

    open();
    AskRequest request;
    request.question = "Two?";
    request.conversation = chat;
    request.parent = first.message.id;
    request.answer.maxTokens = 12;
    EXPECT_EQ(session().ask(request, {}, {}).message.tokens, again.message.tokens);
}

TEST_F(ProjectFaultsTest, ADataFolderThatWentAwayIsSaidAndNotMadeAgain) {
    open();
    ingest();
    ask("One?");
    fs::rename(m_home / "data", m_home / "elsewhere");
    EXPECT_THAT(failureOf([this] { ask("Two?"); }), HasSubstr("is gone"));
    write("text7.txt", madeUpText(9, 207));
    EXPECT_THAT(failureOf([this] { ingest(); }), HasSubstr("No such file or directory"));
    EXPECT_FALSE(fs::exists(m_home / "data"));

    fs::rename(m_home / "elsewhere", m_home / "data");
    EXPECT_EQ(storedMessages(), 2);
    EXPECT_THAT(ingest().changes.added, ElementsAre("text7.txt"));
    ask("Two?");
    expectSound();
    EXPECT_EQ(storedMessages(), 4);
}

TEST_F(ProjectFaultsTest, ACacheFolderThatGoesAwayAndComesBackCostsTimeOnly) {
    open();
    ingest();
    const std::vector<float> expected = logits();
    close();
    fs::remove_all(m_home / "cache");
    fs::remove_all(m_home / "data");
    open();
    const fs::path elsewhere = m_home / "elsewhere";
    const IngestReport report = ingestWatched([&](int block) {
        if (block == 4) fs::rename(blockFolder(), elsewhere);
    });
    EXPECT_EQ(report.blocksEncoded, report.changes.blocksTotal);
    EXPECT_THAT(warnings(), Contains(HasSubstr("is gone")));
    EXPECT_FALSE(fs::exists(blockFolder()));
    EXPECT_EQ(logits(), expected);

    fs::rename(elsewhere, blockFolder());
    expectSound();
    const IngestReport rest = ingest();
    EXPECT_GE(rest.blocksRestored, 4);
    EXPECT_GE(rest.blocksEncoded, 1);
    EXPECT_EQ(logits(), expected);
    EXPECT_THAT(warnings(), IsEmpty());
}

TEST_F(ProjectFaultsTest, AModelThatIsReplacedAndPutBackFindsEverythingAgain) {
    open();
    const std::int64_t total = ingest().changes.blocksTotal;
    ask("One?");
    const std::vector<float> before = logits();
    const std::string model = readFile(m_model);
    TinyModelOptions other;
    other.seed = 9;
    writeTinyModel(m_model, other);
    expectSound();
    EXPECT_EQ(session().preflight({}, {}, {}).changes.blocksToEncode, total);
    EXPECT_EQ(ingest().blocksEncoded, total);
    EXPECT_NE(logits(), before);

    writeFile(m_model, model);
    expectSound();
    const IngestReport report = ingest();
    EXPECT_EQ(report.changes.summary(), "+0 ~0 -0, 4 unchanged, 0 blocks to encode");
    EXPECT_EQ(logits(), before);
    EXPECT_EQ(storedMessages(), 2);
}

TEST_F(ProjectFaultsTest, AModelThatIsGoneIsNamedAndNothingIsLost) {
    open();
    ingest();
    ask("One?");
    const std::vector<float> before = logits();
    const fs::path elsewhere = m_folder / "elsewhere.gguf";
    fs::rename(m_model, elsewhere);
    EXPECT_THAT(failureOf([this] { open(); }), HasSubstr(m_model.string()));
    fs::rename(elsewhere, m_model);
    expectSound();
    EXPECT_EQ(logits(), before);
    EXPECT_EQ(storedMessages(), 2);
}

TEST_F(ProjectFaultsTest, FoldersAndFilesAreTheUsersAlone) {
    const mode_t before = ::umask(0);
    // A model that has just been written is not trusted to stay as it is; an older one's digits
    // are remembered.
    fs::last_write_time(m_model, fs::file_time_type::clock::now() - std::chrono::hours(1));
    open();
    ingest();
    ask("One?");
    keepQuota(blockFolder(), 1'000'000);
    std::vector<std::string> names;
    for (const char* top : {"data", "cache"})
        for (fs::recursive_directory_iterator it(m_home / top), end; it != end; ++it) {
            const fs::perms wanted = it->is_directory() ? fs::perms(0700) : fs::perms(0600);
            EXPECT_EQ(it->status().permissions(), wanted) << it->path();
            names.push_back(it->path().filename().string());
        }
    ::umask(before);
    for (const char* top : {"data", "cache"})
        EXPECT_EQ(fs::status(m_home / top).permissions(), fs::perms(0700)) << top;
    for (const char* name : {"asterism.db", "asterism.db-wal", "asterism.db-shm", "locks", "1.lock",
                             "blocks", "cache.json", "fingerprints.json"})
        EXPECT_THAT(names, Contains(name));
    EXPECT_THAT(names, Contains(::testing::EndsWith(".kv")));
}

}  // namespace
}  // namespace asterism::test
