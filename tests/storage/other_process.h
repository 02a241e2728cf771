#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace asterism::test {

// What the body of another process speaks with.
class OtherProcessTalk {
  public:
    OtherProcessTalk(int in, int out) : m_in(in), m_out(out) {}

    void tell(const std::string& line) const;
    void waitForGo() const;

  private:
    int m_in;
    int m_out;
};

// Runs a body in a process of its own, a copy of this one as it is now: nothing may run beside the
// test when it is made. Expectations that fail in it are printed and make wait() fail. Killed with
// the object if it still runs.
class OtherProcess {
  public:
    explicit OtherProcess(const std::function<void(const OtherProcessTalk&)>& body);
    ~OtherProcess();
    OtherProcess(const OtherProcess&) = delete;
    OtherProcess& operator=(const OtherProcess&) = delete;

    // The next line that it tells; empty if it tells none within a minute.
    std::optional<std::string> next();
    void go() const;
    // With SIGKILL. False if it had ended by itself.
    bool kill();
    // Waits for its end; true if it was a good one.
    bool wait();
    // Of a process that has ended: what it told and was not read yet.
    std::vector<std::string> rest();

  private:
    int await();

    pid_t m_process = -1;  // negative: has ended
    int m_in = -1;
    int m_out = -1;
    std::string m_read;
};

}  // namespace asterism::test
