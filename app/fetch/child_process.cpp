#include "app/fetch/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <string_view>
#include <system_error>
#include <thread>

#include "core/base/error.h"

namespace asterism {

namespace {

constexpr std::size_t kKeptOutput = 16384;
constexpr int kTickMilliseconds = 100;

// posix_spawn wants arrays of char*, ended by null; it does not write to them.
std::vector<char*> pointersTo(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

std::vector<std::string> mergedEnvironment(const std::vector<std::string>& added) {
    std::vector<std::string> merged = added;
    for (char** entry = environ; *entry; ++entry) {
        const std::string_view text = *entry;
        const std::string_view name = text.substr(0, text.find('=') + 1);
        if (std::ranges::none_of(added, [&](const std::string& a) { return a.starts_with(name); }))
            merged.emplace_back(text);
    }
    return merged;
}

// A running program in a process group of its own; ended and reaped with the object.
class ChildProcess {
  public:
    ChildProcess(const std::vector<std::string>& arguments,
                 const std::vector<std::string>& environment) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail(arguments[0], errno);
        m_output = ends[0];
        ::fcntl(m_output, F_SETFL, O_NONBLOCK);
        const int error = spawn(arguments, mergedEnvironment(environment), ends[1]);
        ::close(ends[1]);
        if (error != 0) {
            ::close(m_output);
            fail(arguments[0], error);
        }
    }
    ~ChildProcess() {
        if (!m_hasEnded) end();
        ::close(m_output);
    }
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    // Waits a tick, or less if there is output.
    void wait() {
        pollfd source{m_output, POLLIN, 0};
        if (::poll(&source, 1, kTickMilliseconds) > 0 && !readOutput())
            std::this_thread::sleep_for(std::chrono::milliseconds(kTickMilliseconds / 10));
    }
    bool hasEnded() {
        if (!m_hasEnded && ::waitpid(m_process, &m_status, WNOHANG) == m_process) {
            m_hasEnded = true;
            readOutput();
        }
        return m_hasEnded;
    }
    ProcessResult result() const {
        const int code = WIFEXITED(m_status) ? WEXITSTATUS(m_status) : 128 + WTERMSIG(m_status);
        return {code, m_text};
    }

  private:
    [[noreturn]] static void fail(const std::string& program, int error) {
        throw Error("cannot start ", program, ": ", std::generic_category().message(error),
                    "; install it or put it on the PATH");
    }

    int spawn(const std::vector<std::string>& arguments, const std::vector<std::string>& variables,
              int output) {
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&actions, output, 1);
        ::posix_spawn_file_actions_adddup2(&actions, output, 2);
        // Signals this program blocks or ignores must work in the child, or it could not be ended.
        sigset_t none;
        sigset_t usual;
        ::sigemptyset(&none);
        ::sigemptyset(&usual);
        for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) ::sigaddset(&usual, signal);
        ::posix_spawnattr_init(&attributes);
        ::posix_spawnattr_setsigmask(&attributes, &none);
        ::posix_spawnattr_setsigdefault(&attributes, &usual);
        ::posix_spawnattr_setpgroup(&attributes, 0);
        ::posix_spawnattr_setflags(
            &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        const int error =
            ::posix_spawnp(&m_process, arguments[0].c_str(), &actions, &attributes,
                           pointersTo(arguments).data(), pointersTo(variables).data());
        ::posix_spawnattr_destroy(&attributes);
        ::posix_spawn_file_actions_destroy(&actions);
        return error;
    }

    // False if there was nothing to read: nothing written, or every writer has gone.
    bool readOutput() {
        std::array<char, 4096> buffer{};
        bool any = false;
        ssize_t got = 0;
        while ((got = ::read(m_output, buffer.data(), buffer.size())) > 0) {
            any = true;
            m_text.append(buffer.data(), static_cast<std::size_t>(got));
            if (m_text.size() > 2 * kKeptOutput) m_text.erase(0, m_text.size() - kKeptOutput);
        }
        return any;
    }

    void end() {
        ::kill(-m_process, SIGTERM);
        for (int tick = 0; tick < 30 && !hasEnded(); ++tick)
            std::this_thread::sleep_for(std::chrono::milliseconds(kTickMilliseconds));
        if (m_hasEnded) return;
        ::kill(-m_process, SIGKILL);
        while (::waitpid(m_process, &m_status, 0) < 0 && errno == EINTR) {
        }
    }

    pid_t m_process = -1;
    int m_output = -1;
    int m_status = 0;
    bool m_hasEnded = false;
    std::string m_text;
};

}  // namespace

std::optional<ProcessResult> runProcess(const std::vector<std::string>& arguments,
                                        const std::vector<std::string>& environment,
                                        const std::function<void()>& onTick,
                                        const std::stop_token& stop) {
    ChildProcess child(arguments, environment);
    while (!child.hasEnded()) {
        if (stop.stop_requested()) return std::nullopt;
        child.wait();
        if (onTick) onTick();
    }
    return child.result();
}

}  // namespace asterism
