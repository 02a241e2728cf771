#include "tests/app/cli_run.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "tests/support/tiny_model.h"

namespace asterism::test {

namespace {

// Seconds of processor time a process has used; a negative number if it is not there any more.
double cpuSeconds(pid_t process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    std::string text{std::istreambuf_iterator<char>(file), {}};
    const std::size_t name = text.rfind(')');
    if (name == std::string::npos) return -1;
    std::istringstream fields(text.substr(name + 2));
    std::string state;
    fields >> state;
    if (state == "Z") return -1;
    std::string skipped;
    for (int field = 4; field < 14; ++field) fields >> skipped;
    double user = 0;
    double system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

// Where runs keep their blocks; empty: each in a folder of its own.
std::filesystem::path g_cacheHome;
// Where runs keep their projects; empty: where this process would.
std::filesystem::path g_dataHome;

// This process's environment with these entries in place of its own; refers to both.
std::vector<char*> environmentWith(const std::vector<std::string>& replaced) {
    std::vector<char*> entries;
    const auto isReplaced = [&](std::string_view entry) {
        return std::ranges::any_of(replaced, [&](std::string_view other) {
            return entry.starts_with(other.substr(0, other.find('=') + 1));
        });
    };
    for (char** entry = environ; *entry; ++entry)
        if (!isReplaced(*entry)) entries.push_back(*entry);
    for (const std::string& entry : replaced) entries.push_back(const_cast<char*>(entry.c_str()));
    entries.push_back(nullptr);
    return entries;
}

}  // namespace

SharedCache::SharedCache() {
    g_cacheHome = m_folder.path();
}
SharedCache::~SharedCache() {
    g_cacheHome.clear();
}

SharedHome::SharedHome() {
    g_dataHome = folder() / "data";
}
SharedHome::~SharedHome() {
    g_dataHome.clear();
}

nlohmann::json CliResult::json() const {
    EXPECT_EQ(std::ranges::count(out, '\n'), 1) << out;
    EXPECT_TRUE(out.ends_with('\n'));
    auto object = nlohmann::json::parse(out, nullptr, false);
    EXPECT_TRUE(object.is_object()) << out << errors;
    return object;
}

CliProcess::CliProcess(const Arguments& arguments, const std::string& input,
                       const std::filesystem::path& outputTo) {
    writeFile(m_folder / "in", input);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    const std::string in = m_folder / "in";
    const std::string out = outputTo.empty() ? m_folder / "out" : outputTo;
    const std::string errors = m_folder / "err";
    constexpr int kWrite = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_addopen(&files, 0, in.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, out.c_str(), kWrite, 0600);
    posix_spawn_file_actions_addopen(&files, 2, errors.c_str(), kWrite, 0600);

    std::vector<std::string> words{ASTERISM_CLI};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    std::vector<std::string> homes{
        "XDG_CACHE_HOME=" + (g_cacheHome.empty() ? m_folder / "cache" : g_cacheHome).string()};
    if (!g_dataHome.empty()) homes.push_back("XDG_DATA_HOME=" + g_dataHome.string());
    const std::vector<char*> environment = environmentWith(homes);
    const int failure = ::posix_spawn(&m_process, ASTERISM_CLI, &files, nullptr, pointers.data(),
                                      environment.data());
    posix_spawn_file_actions_destroy(&files);
    if (failure) throw std::runtime_error(std::string("cannot start ") + ASTERISM_CLI);
}

CliProcess::~CliProcess() {
    if (m_process < 0) return;
    ::kill(m_process, SIGKILL);
    ::waitpid(m_process, nullptr, 0);
}

void CliProcess::waitForWork(double seconds) const {
    for (double used = 0; used >= 0 && used < seconds; used = cpuSeconds(m_process))
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

void CliProcess::signal(int number) const {
    ::kill(m_process, number);
}

bool CliProcess::waitForText(const std::string& text, double seconds) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (std::chrono::steady_clock::now() < end) {
        for (const char* name : {"out", "err"})
            if (readFile(m_folder / name).find(text) != std::string::npos) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
}

CliResult CliProcess::wait() {
    int status = 0;
    ::waitpid(m_process, &status, 0);
    m_process = -1;
    CliResult result;
    result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (std::filesystem::exists(m_folder / "out")) result.out = readFile(m_folder / "out");
    result.errors = readFile(m_folder / "err");
    return result;
}

Arguments withDefaults(Arguments command, const Arguments& given,
                       const std::vector<std::pair<std::string, std::string>>& others) {
    for (const auto& [name, value] : others)
        if (std::ranges::find(given, name) == given.end())
            command.insert(command.end(), {name, value});
    command.insert(command.end(), given.begin(), given.end());
    return command;
}

CliResult runCli(const Arguments& arguments, const std::string& input) {
    return CliProcess(arguments, input).wait();
}

void expectRefusal(const CliResult& result, int code, const std::vector<std::string>& fragments) {
    EXPECT_EQ(result.code, code) << result.errors;
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(result.errors.starts_with("asterism-cli: ")) << result.errors;
    EXPECT_EQ(std::ranges::count(result.errors, '\n'), 1) << result.errors;
    for (const std::string& fragment : fragments)
        EXPECT_NE(result.errors.find(fragment), std::string::npos)
            << "\"" << fragment << "\" is not in: " << result.errors;
}

std::string CliFiles::model(const std::string& architecture) {
    const auto path = m_folder / (architecture + ".gguf");
    if (!std::filesystem::exists(path)) writeTinyModel(path, {.architecture = architecture});
    return path;
}

std::string CliFiles::file(const std::string& name, const std::string& content) const {
    writeFile(m_folder / name, content);
    return m_folder / name;
}

std::string CliFiles::tokens(const std::string& name, std::int64_t count,
                             std::uint32_t seed) const {
    std::mt19937 random(seed);
    auto ids = nlohmann::json::array();
    for (std::int64_t i = 0; i < count; ++i) ids.push_back(3 + random() % 256);
    return file(name, ids.dump());
}

}  // namespace asterism::test
