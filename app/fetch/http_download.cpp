#include "app/fetch/http_download.h"

#include <curl/curl.h>

#include <array>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/check.h"
#include "core/base/error.h"

namespace asterism {

namespace {

constexpr long kHttpPartial = 206;
constexpr long kHttpRangeRefused = 416;

struct CloseCurl {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

// libcurl wants its global state made once, before other threads use it.
void initialiseCurl() {
    static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (code != CURLE_OK) throw Error("libcurl does not start: ", curl_easy_strerror(code));
}

enum class Outcome { done, stopped, broken };

// One request: asks for what the part lacks and appends what comes.
class Transfer {
  public:
    Transfer(const std::string& url, std::uint64_t bytes, PartFile& part,
             const std::function<void(std::uint64_t)>& onBytes, const std::stop_token& stop,
             const HttpOptions& options)
        : m_url(url),
          m_bytes(bytes),
          m_part(part),
          m_onBytes(onBytes),
          m_stop(stop),
          m_handle(curl_easy_init()) {
        ASTERISM_CHECK(m_handle);
        configure(options);
    }

    // Why the last run broke, for the error message.
    const std::string& reason() const { return m_reason; }

    Outcome run() {
        m_failure = nullptr;
        m_isChecked = false;
        m_contentRange.clear();
        m_error[0] = '\0';
        const std::string range = std::to_string(m_part.size()) + "-";
        set(CURLOPT_RANGE, m_part.size() > 0 ? range.c_str() : nullptr);
        const CURLcode code = curl_easy_perform(m_handle.get());
        if (m_failure) std::rethrow_exception(m_failure);
        if (m_stop.stop_requested()) return Outcome::stopped;
        if (code == CURLE_OK && m_part.size() == m_bytes) return Outcome::done;
        if (code != CURLE_OK)
            judge(code);
        else
            m_reason = "the connection ended early";
        return Outcome::broken;
    }

  private:
    template <typename Value>
    void set(CURLoption option, Value value) {
        ASTERISM_CHECK(curl_easy_setopt(m_handle.get(), option, value) == CURLE_OK);
    }

    void configure(const HttpOptions& options) {
        const bool isLocal = m_url.starts_with("http://127.0.0.1");
        set(CURLOPT_URL, m_url.c_str());
        set(CURLOPT_PROTOCOLS_STR, isLocal ? "http" : "https");
        set(CURLOPT_REDIR_PROTOCOLS_STR, "https");
        set(CURLOPT_FOLLOWLOCATION, 1L);
        set(CURLOPT_MAXREDIRS, 8L);
        set(CURLOPT_FAILONERROR, 1L);
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_USERAGENT, "asterism");
        set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connectTimeout.count()));
        set(CURLOPT_LOW_SPEED_LIMIT, 1L);
        set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stallTimeout.count()));
        if (!options.certificates.empty()) set(CURLOPT_CAINFO, options.certificates.c_str());
        set(CURLOPT_ERRORBUFFER, m_error.data());
        set(CURLOPT_WRITEFUNCTION, &Transfer::onData);
        set(CURLOPT_WRITEDATA, this);
        set(CURLOPT_HEADERFUNCTION, &Transfer::onHeader);
        set(CURLOPT_HEADERDATA, this);
        set(CURLOPT_NOPROGRESS, 0L);
        set(CURLOPT_XFERINFOFUNCTION, &Transfer::onTick);
        set(CURLOPT_XFERINFODATA, this);
    }

    // Throws for what a second attempt cannot mend.
    void judge(CURLcode code) {
        m_reason = m_error[0] ? m_error.data() : curl_easy_strerror(code);
        long status = 0;
        curl_easy_getinfo(m_handle.get(), CURLINFO_RESPONSE_CODE, &status);
        if (code == CURLE_HTTP_RETURNED_ERROR && status == kHttpRangeRefused) {
            m_part.truncate(0);
            return;
        }
        if (code == CURLE_HTTP_RETURNED_ERROR && status < 500)
            throw Error("cannot fetch ", m_url, ": the server answers ", status,
                        "; check the address in the catalogue");
        if (code == CURLE_UNSUPPORTED_PROTOCOL)
            throw Error("cannot fetch ", m_url, ": it leads to an address that is not https (",
                        m_reason, "); correct the address in the catalogue");
        if (code == CURLE_PEER_FAILED_VERIFICATION)
            throw Error("cannot fetch ", m_url, ": the server's certificate is not trusted (",
                        m_reason, "); install ca-certificates or check the network");
        if (code == CURLE_TOO_MANY_REDIRECTS)
            throw Error("cannot fetch ", m_url, ": more than 8 redirects; correct the address");
    }

    // Before the first byte of an answer: is it the file of the catalogue, and from where on?
    void checkAnswer() {
        m_isChecked = true;
        long status = 0;
        curl_off_t length = -1;
        curl_easy_getinfo(m_handle.get(), CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(m_handle.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
        const std::string expected = "bytes " + std::to_string(m_part.size()) + "-" +
                                     std::to_string(m_bytes - 1) + "/" + std::to_string(m_bytes);
        if (status == kHttpPartial && m_contentRange == expected) return;
        if (status == kHttpPartial) {
            m_part.truncate(0);
            throw Error("the server has another file at ", m_url, " (it sends ", m_contentRange,
                        ", the catalogue says ", expected, "); pull again to start anew");
        }
        m_part.truncate(0);  // the server does not do ranges: all of it comes again
        if (length >= 0 && static_cast<std::uint64_t>(length) != m_bytes)
            throw Error("the file at ", m_url, " has ", length, " bytes, the catalogue says ",
                        m_bytes, "; correct the catalogue");
    }

    void take(std::span<const std::byte> bytes) {
        if (!m_isChecked) checkAnswer();
        if (bytes.size() > m_bytes - m_part.size())
            throw Error("the file at ", m_url, " is longer than the ", m_bytes,
                        " bytes of the catalogue; correct the catalogue");
        m_part.append(bytes);
        m_onBytes(m_part.size());
    }

    // libcurl is C: exceptions wait in m_failure until it has returned.
    static std::size_t onData(char* data, std::size_t, std::size_t size, void* self) {
        auto& transfer = *static_cast<Transfer*>(self);
        try {
            transfer.take(std::as_bytes(std::span(data, size)));
            return size;
        } catch (...) {
            transfer.m_failure = std::current_exception();
            return size + 1;  // ends the transfer
        }
    }

    static std::size_t onHeader(char* data, std::size_t, std::size_t size, void* self) {
        constexpr std::string_view kName = "content-range:";
        std::string_view line(data, size);
        if (line.size() > kName.size() && curl_strnequal(line.data(), kName.data(), kName.size())) {
            line.remove_prefix(kName.size());
            const std::size_t begin = line.find_first_not_of(' ');
            const std::size_t end = line.find_last_not_of("\r\n ");
            if (begin != std::string_view::npos)
                static_cast<Transfer*>(self)->m_contentRange = line.substr(begin, end - begin + 1);
        }
        return size;
    }

    static int onTick(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
        return static_cast<Transfer*>(self)->m_stop.stop_requested() ? 1 : 0;
    }

    std::string m_url;
    std::uint64_t m_bytes;
    PartFile& m_part;
    const std::function<void(std::uint64_t)>& m_onBytes;
    const std::stop_token& m_stop;
    std::array<char, CURL_ERROR_SIZE> m_error{};
    std::unique_ptr<CURL, CloseCurl> m_handle;
    std::exception_ptr m_failure;
    std::string m_contentRange;
    std::string m_reason;
    bool m_isChecked = false;
};

// False if stopped meanwhile.
bool pauseFor(std::chrono::milliseconds time, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any condition;
    std::unique_lock lock(mutex);
    condition.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace

bool downloadUrl(const std::string& url, std::uint64_t bytes, PartFile& part,
                 const std::function<void(std::uint64_t)>& onBytes, const std::stop_token& stop,
                 const HttpOptions& options) {
    initialiseCurl();
    if (part.size() > bytes) part.truncate(0);
    if (part.size() == bytes) return !stop.stop_requested();
    Transfer transfer(url, bytes, part, onBytes, stop, options);
    for (int attempt = 1;; ++attempt) {
        const Outcome outcome = transfer.run();
        if (outcome == Outcome::done) return true;
        if (outcome == Outcome::stopped) return false;
        if (attempt == options.attempts)
            throw Error("cannot fetch ", url, ": ", transfer.reason(), " at byte ", part.size(),
                        " of ", bytes, "; check the network and pull again, it goes on from there");
        if (!pauseFor(options.pause, stop)) return false;
    }
}

}  // namespace asterism
