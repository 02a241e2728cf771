#include "tests/storage/other_process.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <utility>

namespace asterism::test {

namespace {

constexpr int kLongestWaitMs = 60'000;

// Adds what has been told to `text`; false at the end, or if nothing comes for so long.
bool readMore(int file, std::string& text, int waitMs) {
    pollfd ready{file, POLLIN, 0};
    if (::poll(&ready, 1, waitMs) != 1) return false;
    char buffer[4096];
    const ssize_t got = ::read(file, buffer, sizeof buffer);
    if (got > 0) text.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
}

int runBody(const std::function<void(const OtherProcessTalk&)>& body,
            const OtherProcessTalk& talk) {
    try {
        body(talk);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "the other process threw: %s\n", error.what());
        return 1;
    }
    return testing::Test::HasFailure() ? 1 : 0;
}

}  // namespace

void OtherProcessTalk::tell(const std::string& line) const {
    const std::string bytes = line + '\n';
    if (::write(m_out, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
        throw std::runtime_error("nobody listens");
}

void OtherProcessTalk::waitForGo() const {
    char byte = 0;
    if (::read(m_in, &byte, 1) != 1) throw std::runtime_error("nobody says go");
}

OtherProcess::OtherProcess(const std::function<void(const OtherProcessTalk&)>& body) {
    int to[2];
    int from[2];
    if (::pipe(to) != 0 || ::pipe(from) != 0) throw std::runtime_error("no pipe");
    m_process = ::fork();
    if (m_process == 0) {
        ::close(to[1]);
        ::close(from[0]);
        const int status = runBody(body, {to[0], from[1]});
        std::fflush(nullptr);
        ::_exit(status);
    }
    ::close(to[0]);
    ::close(from[1]);
    m_out = to[1];
    m_in = from[0];
}

OtherProcess::~OtherProcess() {
    kill();
    ::close(m_in);
    ::close(m_out);
}

std::optional<std::string> OtherProcess::next() {
    std::size_t end = 0;
    while ((end = m_read.find('\n')) == std::string::npos)
        if (!readMore(m_in, m_read, kLongestWaitMs)) return std::nullopt;
    std::string line = m_read.substr(0, end);
    m_read.erase(0, end + 1);
    return line;
}

void OtherProcess::go() const {
    const char byte = 1;
    if (::write(m_out, &byte, 1) != 1) throw std::runtime_error("nobody waits");
}

int OtherProcess::await() {
    int status = -1;
    ::waitpid(std::exchange(m_process, -1), &status, 0);
    return status;
}

bool OtherProcess::kill() {
    if (m_process < 0) return false;
    ::kill(m_process, SIGKILL);
    return WIFSIGNALED(await());
}

bool OtherProcess::wait() {
    return m_process >= 0 && await() == 0;
}

std::vector<std::string> OtherProcess::rest() {
    while (readMore(m_in, m_read, 0)) {
    }
    std::vector<std::string> lines;
    for (std::size_t end = 0; (end = m_read.find('\n')) != std::string::npos;) {
        lines.push_back(m_read.substr(0, end));
        m_read.erase(0, end + 1);
    }
    return lines;
}

}  // namespace asterism::test
