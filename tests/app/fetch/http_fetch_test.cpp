#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <future>
#include <limits>

#include "app/fetch/catalogue_fetcher.h"
#include "app/fetch/sha256.h"
#include "core/base/error.h"
#include "tests/support/http_server.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using test::HttpServer;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::size_t kSize = 300'000;

std::string sampleContent() {
    std::string content(kSize, '\0');
    std::uint32_t state = 1;
    for (char& c : content) {
        state = state * 1664525U + 1013904223U;
        c = static_cast<char>(state >> 24U);
    }
    return content;
}

std::string sha256Of(std::string_view text) {
    Sha256 hash;
    hash.update(std::as_bytes(std::span(text)));
    return hash.finish();
}

CatalogueEntry entryFor(const std::string& content, const std::string& url) {
    CatalogueEntry entry;
    entry.name = "sample";
    entry.fileName = "sample.gguf";
    entry.bytes = content.size();
    entry.sha256 = sha256Of(content);
    entry.source = UrlSource{url};
    return entry;
}

class HttpFetch : public testing::Test {
  protected:
    std::optional<fs::path> fetch(const CatalogueEntry& entry, int attempts = 1,
                                  std::stop_token stop = {},
                                  const FetchProgressCallback& onProgress = {}) {
        CatalogueFetcher::Options options;
        options.http.attempts = attempts;
        options.http.pause = milliseconds(1);
        return CatalogueFetcher(options).fetch(entry, m_dir.path(), onProgress, std::move(stop));
    }
    std::string failure(const CatalogueEntry& entry) {
        try {
            fetch(entry);
        } catch (const Error& error) {
            return error.what();
        }
        return "no error";
    }
    fs::path part() const { return m_dir / "sample.gguf.part"; }
    fs::path whole() const { return m_dir / "sample.gguf"; }

    const std::string m_content = sampleContent();
    test::TempDir m_dir;
};

TEST(Sha256, MatchesThePublishedTestVectors) {
    EXPECT_EQ(sha256Of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256Of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(HttpFetch, BringsTheFileUnderItsFinalNameAndLeavesNoPart) {
    const HttpServer server(m_content);
    EXPECT_EQ(fetch(entryFor(m_content, server.url())), whole());
    EXPECT_EQ(test::readFile(whole()), m_content);
    EXPECT_FALSE(fs::exists(part()));
}

TEST_F(HttpFetch, ReportsBytesThatOnlyGrowUpToTheWhole) {
    const HttpServer server(m_content);
    std::vector<std::uint64_t> downloaded;
    fetch(entryFor(m_content, server.url()), 1, {}, [&](const FetchProgress& progress) {
        EXPECT_EQ(progress.totalBytes, kSize);
        if (progress.stage == FetchProgress::Stage::downloading)
            downloaded.push_back(progress.doneBytes);
    });
    ASSERT_FALSE(downloaded.empty());
    EXPECT_TRUE(std::ranges::is_sorted(downloaded));
    EXPECT_EQ(downloaded.back(), kSize);
}

TEST_F(HttpFetch, GoesOnFromWhatAnEarlierRunLeft) {
    test::writeFile(part(), m_content.substr(0, 100'000));
    const HttpServer server(m_content);
    fetch(entryFor(m_content, server.url()));
    EXPECT_EQ(test::readFile(whole()), m_content);
    EXPECT_THAT(server.ranges(), ElementsAre("bytes=100000-"));
}

TEST_F(HttpFetch, TakesUpABrokenConnectionFromWhereItBroke) {
    const HttpServer server(m_content, {.breakAfter = 120'000});
    fetch(entryFor(m_content, server.url()), 3);
    EXPECT_EQ(test::readFile(whole()), m_content);
    EXPECT_THAT(server.ranges(), ElementsAre("", "bytes=120000-", "bytes=240000-"));
}

TEST_F(HttpFetch, KeepsThePartWhenEveryAttemptBreaks) {
    const HttpServer server(m_content, {.breakAfter = 120'000});
    EXPECT_THAT(failure(entryFor(m_content, server.url())), HasSubstr("at byte 120000 of 300000"));
    EXPECT_EQ(fs::file_size(part()), 120'000);
    EXPECT_FALSE(fs::exists(whole()));
}

TEST_F(HttpFetch, StartsAnewWhereTheServerDoesNotDoRanges) {
    test::writeFile(part(), std::string(100'000, 'x'));
    const HttpServer server(m_content, {.doesRanges = false});
    fetch(entryFor(m_content, server.url()));
    EXPECT_EQ(test::readFile(whole()), m_content);
}

TEST_F(HttpFetch, DoesNotGoOnWithAFileOfAnotherSize) {
    test::writeFile(part(), m_content.substr(0, 100'000));
    const HttpServer server(m_content + "more");
    EXPECT_THAT(failure(entryFor(m_content, server.url())), HasSubstr("another file"));
    EXPECT_EQ(fs::file_size(part()), 0);
}

TEST_F(HttpFetch, StartsAnewWhenTheServerRefusesTheRange) {
    test::writeFile(part(), m_content.substr(0, 100'000));
    {
        const HttpServer server(m_content, {.status = 416});
        EXPECT_NE(failure(entryFor(m_content, server.url())), "no error");
    }
    EXPECT_EQ(fs::file_size(part()), 0);
}

TEST_F(HttpFetch, RefusesAFileLongerOrShorterThanTheCatalogueSays) {
    const HttpServer longer(m_content + "more");
    EXPECT_THAT(failure(entryFor(m_content, longer.url())), HasSubstr("300004 bytes"));
    const HttpServer shorter(m_content.substr(4));
    EXPECT_THAT(failure(entryFor(m_content, shorter.url())), HasSubstr("299996 bytes"));
    EXPECT_FALSE(fs::exists(whole()));
}

TEST_F(HttpFetch, ThrowsAwayAFileWithAnotherHashAndNamesBoth) {
    std::string damaged = m_content;
    damaged[7] = static_cast<char>(damaged[7] ^ 1);
    const HttpServer server(damaged);
    const std::string message = failure(entryFor(m_content, server.url()));
    EXPECT_THAT(message, HasSubstr(sha256Of(damaged)));
    EXPECT_THAT(message, HasSubstr(sha256Of(m_content)));
    EXPECT_FALSE(fs::exists(part()));
    EXPECT_FALSE(fs::exists(whole()));
}

TEST_F(HttpFetch, FetchesADamagedFileAnewAndLeavesAWholeOneAlone) {
    test::writeFile(whole(), std::string(kSize, 'x'));
    const HttpServer server(m_content);
    const CatalogueEntry entry = entryFor(m_content, server.url());
    fetch(entry);
    EXPECT_EQ(test::readFile(whole()), m_content);
    fetch(entry);
    EXPECT_EQ(server.ranges().size(), 1);
}

TEST_F(HttpFetch, StopsWithinASilentTransferAndKeepsThePart) {
    const HttpServer server(m_content, {.breakAfter = 120'000, .stalls = true});
    const CatalogueEntry entry = entryFor(m_content, server.url());
    std::stop_source stop;
    std::promise<void> arrived;
    auto result = std::async(std::launch::async, [&] {
        return fetch(entry, 1, stop.get_token(), [&](const FetchProgress& progress) {
            if (progress.doneBytes == 120'000) arrived.set_value();
        });
    });
    arrived.get_future().wait();
    stop.request_stop();
    ASSERT_EQ(result.wait_for(std::chrono::seconds(5)), std::future_status::ready);
    EXPECT_EQ(result.get(), std::nullopt);
    EXPECT_EQ(fs::file_size(part()), 120'000);
    EXPECT_FALSE(fs::exists(whole()));
}

TEST_F(HttpFetch, NamesTheAnswerOfAServerThatHasNoSuchFile) {
    const HttpServer server(m_content, {.status = 404});
    EXPECT_THAT(failure(entryFor(m_content, server.url())), HasSubstr("answers 404"));
}

TEST_F(HttpFetch, NeverFollowsARedirectToPlainHttp) {
    const HttpServer target(m_content);
    const HttpServer server(m_content, {.redirectTo = target.url()});
    EXPECT_THAT(failure(entryFor(m_content, server.url())), HasSubstr("not https"));
    EXPECT_TRUE(target.ranges().empty());
}

TEST_F(HttpFetch, SaysThatNobodyListens) {
    std::string url;
    {
        const HttpServer server(m_content);
        url = server.url();
    }
    const std::string message = failure(entryFor(m_content, url));
    EXPECT_THAT(message, HasSubstr("check the network"));
    EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST_F(HttpFetch, ChecksFreeSpaceFirst) {
    const HttpServer server(m_content);
    CatalogueEntry entry = entryFor(m_content, server.url());
    entry.bytes = std::uint64_t{1} << 50U;
    EXPECT_THAT(failure(entry), HasSubstr("not enough room"));
    EXPECT_TRUE(server.ranges().empty());
}

TEST_F(HttpFetch, SaysThatTheDiskIsFull) {
    // The part is /dev/full, which refuses every byte the way a full disk does.
    fs::create_symlink("/dev/full", part());
    const HttpServer server(m_content);
    EXPECT_THAT(failure(entryFor(m_content, server.url())),
                HasSubstr("the disk is full at byte 0"));
    EXPECT_FALSE(fs::exists(whole()));
}

TEST_F(HttpFetch, RefusesASecondFetchOfTheSameFileAtTheSameTime) {
    const PartFile held(whole());
    const HttpServer server(m_content);
    EXPECT_THAT(failure(entryFor(m_content, server.url())), HasSubstr("by another process"));
}

TEST_F(HttpFetch, MakesThePrivateFolderItNeeds) {
    const HttpServer server(m_content);
    const fs::path folder = m_dir / "data/asterism/models";
    CatalogueFetcher().fetch(entryFor(m_content, server.url()), folder, {}, {});
    EXPECT_EQ(fs::status(folder).permissions(), fs::perms::owner_all);
    EXPECT_EQ(fs::status(folder.parent_path()).permissions(), fs::perms::owner_all);
}

TEST_F(HttpFetch, SaysThatTheFolderCannotBeMade) {
    test::writeFile(m_dir / "file", "");
    const HttpServer server(m_content);
    try {
        CatalogueFetcher().fetch(entryFor(m_content, server.url()), m_dir / "file/models", {}, {});
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("cannot make the folder"));
        EXPECT_THAT(error.what(), HasSubstr("XDG_DATA_HOME"));
    }
}

}  // namespace
}  // namespace asterism
