#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace asterism::test {

// A small HTTP server on 127.0.0.1 that offers one file under every path and misbehaves when told
// to. One request a connection, one connection at a time.
class HttpServer {
  public:
    struct Behaviour {
        bool doesRanges = true;
        int status = 0;                     // not 0: answer this and nothing else
        std::string redirectTo = {};        // not empty: answer 302 to there
        std::size_t breakAfter = SIZE_MAX;  // bytes of body in an answer before the line is cut
        bool stalls = false;  // instead of cutting the line, keeps it open and silent, for
                              // as long as the other side does
        std::uint64_t claimedSize = 0;  // not 0: size of the file that the headers claim
    };

    explicit HttpServer(std::string content);
    HttpServer(std::string content, Behaviour behaviour);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    std::string url(const std::string& path = "/model.gguf") const;
    // The value of every request's Range header, empty where it had none.
    std::vector<std::string> ranges() const;

  private:
    void serve(const std::stop_token& stop);
    void answer(int connection, const std::string& request, const std::stop_token& stop);

    std::string m_content;
    Behaviour m_behaviour;
    int m_socket = -1;
    int m_port = 0;
    mutable std::mutex m_mutex;
    std::vector<std::string> m_ranges;
    std::jthread m_thread;
};

}  // namespace asterism::test
