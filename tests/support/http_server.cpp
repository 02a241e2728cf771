#include "tests/support/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace asterism::test {

namespace {

constexpr int kTickMilliseconds = 20;

void sendAll(int connection, std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string readRequest(int connection) {
    std::string request;
    std::array<char, 4096> buffer{};
    while (request.find("\r\n\r\n") == std::string::npos) {
        const ssize_t got = ::recv(connection, buffer.data(), buffer.size(), 0);
        if (got <= 0) break;
        request.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return request;
}

// Waits a little for the other side to go.
bool hasHungUp(int connection) {
    pollfd source{connection, POLLRDHUP, 0};
    return ::poll(&source, 1, kTickMilliseconds) > 0;
}

std::string header(const std::string& request, const std::string& name) {
    const std::size_t begin = request.find("\r\n" + name + ": ");
    if (begin == std::string::npos) return {};
    const std::size_t value = begin + name.size() + 4;
    return request.substr(value, request.find("\r\n", value) - value);
}

}  // namespace

HttpServer::HttpServer(std::string content) : HttpServer(std::move(content), Behaviour()) {}

HttpServer::HttpServer(std::string content, Behaviour behaviour)
    : m_content(std::move(content)), m_behaviour(std::move(behaviour)) {
    m_socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    if (m_socket < 0 || ::bind(m_socket, plain, size) != 0 || ::listen(m_socket, 8) != 0 ||
        ::getsockname(m_socket, plain, &size) != 0)
        throw std::runtime_error("the test server cannot listen on 127.0.0.1");
    m_port = ntohs(address.sin_port);
    m_thread = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

HttpServer::~HttpServer() {
    m_thread.request_stop();
    m_thread.join();
    ::close(m_socket);
}

std::string HttpServer::url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(m_port) + path;
}

std::vector<std::string> HttpServer::ranges() const {
    const std::scoped_lock lock(m_mutex);
    return m_ranges;
}

void HttpServer::serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        pollfd source{m_socket, POLLIN, 0};
        if (::poll(&source, 1, kTickMilliseconds) <= 0) continue;
        const int connection = ::accept4(m_socket, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) continue;
        answer(connection, readRequest(connection), stop);
        ::close(connection);
    }
}

void HttpServer::answer(int connection, const std::string& request, const std::stop_token& stop) {
    const std::string range = header(request, "Range");
    {
        const std::scoped_lock lock(m_mutex);
        m_ranges.push_back(range);
    }
    if (m_behaviour.status != 0) {
        sendAll(connection, "HTTP/1.1 " + std::to_string(m_behaviour.status) +
                                " No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return;
    }
    if (!m_behaviour.redirectTo.empty()) {
        sendAll(connection, "HTTP/1.1 302 Found\r\nLocation: " + m_behaviour.redirectTo +
                                "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return;
    }
    const std::uint64_t size =
        m_behaviour.claimedSize != 0 ? m_behaviour.claimedSize : m_content.size();
    const bool isPartial = m_behaviour.doesRanges && range.starts_with("bytes=");
    const std::size_t begin = isPartial ? std::stoull(range.substr(6)) : 0;
    std::string head = "HTTP/1.1 200 OK\r\n";
    if (isPartial)
        head = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " + std::to_string(begin) +
               "-" + std::to_string(size - 1) + "/" + std::to_string(size) + "\r\n";
    sendAll(connection, head + "Content-Length: " + std::to_string(size - begin) +
                            "\r\nConnection: close\r\n\r\n");
    const std::string_view body =
        std::string_view(m_content).substr(std::min(begin, m_content.size()));
    sendAll(connection, body.substr(0, m_behaviour.breakAfter));
    while (m_behaviour.stalls && !stop.stop_requested() && !hasHungUp(connection)) continue;
}

}  // namespace asterism::test
