#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/test_files.h"

namespace asterism::test {

using Arguments = std::vector<std::string>;

// What a run of asterism-cli left behind.
struct CliResult {
    int code = 0;  // exit code; 128 + signal if one ended it
    std::string out;
    std::string errors;

    // The object of a --json run; fails the test that runs unless it is alone on one line.
    nlohmann::json json() const;
};

// While it lives, runs share one KV cache on disk; else each run has its own.
class SharedCache {
  public:
    SharedCache();
    ~SharedCache();
    SharedCache(const SharedCache&) = delete;
    SharedCache& operator=(const SharedCache&) = delete;

    const std::filesystem::path& folder() const { return m_folder.path(); }

  private:
    TempDir m_folder;
};

// While it lives, runs share projects, too.
class SharedHome : public SharedCache {
  public:
    SharedHome();
    ~SharedHome();

    std::filesystem::path blocks() const { return folder() / "asterism/blocks"; }
    std::filesystem::path database() const { return folder() / "data/asterism/asterism.db"; }
};

// A run of asterism-cli, as built beside the tests, in a process of its own.
class CliProcess {
  public:
    explicit CliProcess(const Arguments& arguments, const std::string& input = {},
                        const std::filesystem::path& outputTo = {});
    ~CliProcess();
    CliProcess(const CliProcess&) = delete;
    CliProcess& operator=(const CliProcess&) = delete;

    // Returns once the process has computed for so long, or has ended.
    void waitForWork(double cpuSeconds) const;
    // True once the process has printed the text; false after so long.
    bool waitForText(const std::string& text, double seconds = 60) const;
    void signal(int number) const;
    CliResult wait();

  private:
    TempDir m_folder;
    pid_t m_process = -1;
};

// A command with the options that a test gives it, and those of the others that it does not give.
Arguments withDefaults(Arguments command, const Arguments& given,
                       const std::vector<std::pair<std::string, std::string>>& others);

CliResult runCli(const Arguments& arguments, const std::string& input = {});

// Fails the test that runs unless the command ended with this code, nothing on standard output and
// one line on standard error that holds all the fragments.
void expectRefusal(const CliResult& result, int code, const std::vector<std::string>& fragments);

// Files for runs with tiny random models, made once.
class CliFiles {
  public:
    // A model of `architecture` with a window of 4,096 tokens.
    std::string model(const std::string& architecture = "llama");
    // A file of this content.
    std::string file(const std::string& name, const std::string& content) const;
    // A file with a JSON array of `count` ids that are ordinary pieces.
    std::string tokens(const std::string& name, std::int64_t count, std::uint32_t seed = 1) const;
    const std::filesystem::path& path() const { return m_folder.path(); }

  private:
    TempDir m_folder;
};

}  // namespace asterism::test
