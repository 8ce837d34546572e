#pragma once

#include "storage/http/request.hpp"

#include "config/result.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <curl/curl.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace objftpd::storage::http {

class client;

/// The beginning of an answer.
struct response_head {
    int status = 0;
    std::vector<header> headers;

    /// Null if there is no such header. `name` in lower case.
    const std::string* find(std::string_view name) const { return http::find(headers, name); }
};

/// The body of a request: pieces of memory that stay as they are until the answer is there, so
/// that they can be sent again.
using request_body = std::vector<std::span<const char>>;

/// Bytes of all its pieces.
std::uint64_t size_of(const request_body& body);

/// What one request is given time for. 0: for ever.
struct time_limits {
    std::chrono::seconds stall{0};  // without a byte of a body in either direction, or with few
    std::chrono::seconds answer{0}; // for the answer's head, since bytes of the request went out
    std::chrono::seconds total{0};
    std::size_t lowest_speed = 1; // bytes in a second; all below stands still
};

/// One request and its answer. Dropping it ends both at once and frees what they hold; it never
/// waits, not even for a name that is being resolved. Used by one coroutine, on the thread of its
/// client, which must outlive it.
class exchange {
public:
    exchange(exchange&&) = delete;
    ~exchange();

    const response_head& head() const { return head_; }

    /// The next bytes of the body into the front of `buffer`, as many as have come; 0 at its end,
    /// and at once for an empty buffer. A body that breaks off is an error. While nobody asks, the
    /// store is held back. Cancelling it ends the exchange with asio::error::operation_aborted.
    awaitable<result<std::size_t>> read_some(std::span<char> buffer);

    /// The whole body; errc::unavailable if it is longer than `most` bytes.
    awaitable<result<std::string>> read_all(std::size_t most);

    /// Whether libcurl has sent the request more than once: by itself it does where a connection
    /// that was used before ends without an answer, though the request may have arrived.
    bool was_repeated() const { return attempts_ > 1; }

    /// Bytes of the answer's body so far.
    std::uint64_t received() const { return received_; }

    /// Calls all of them, in that order, with the bytes of the answer's body that have come, when
    /// the exchange is dropped: whether its body has been read to the end or not.
    /// REQUIRES: `told` does not throw.
    void when_dropped(std::function<void(std::uint64_t received)> told) {
        when_dropped_.push_back(std::move(told));
    }

private:
    friend class client;
    friend struct exchange_callbacks; // what libcurl calls
    class loan;

    template <auto Free>
    struct deleter {
        template <class T>
        void operator()(T* p) const {
            Free(p);
        }
    };

    exchange(client& owner, const request& r, request_body body, const time_limits& patience);

    void set_options(const request& r);
    void set_way();
    void set_body(const request& r);
    void set_headers(const request& r);
    template <class Value>
    void set(CURLoption option, Value value);

    awaitable<result<>> wait_for_head();
    bool was_sent() const { return attempts_ > 0; }
    bool is_sending() const { return sent_ != std::chrono::steady_clock::time_point(); }
    awaitable<void> wait_for_change(std::chrono::steady_clock::time_point until);
    void complete_head();
    void finished(CURLcode code);
    void end(error_code why);
    void end_on(std::stop_token stop);

    client& client_;
    std::unique_ptr<curl_slist, deleter<::curl_slist_free_all>> headers_;
    std::unique_ptr<CURL, deleter<::curl_easy_cleanup>> easy_; // refers to headers_
    request_body body_;
    std::size_t piece_ = 0;    // of the body, being sent
    std::size_t position_ = 0; // in that piece
    bool asks_first_ = false;  // Expect: 100-continue
    unsigned attempts_ = 0;    // to send it
    const time_limits patience_;
    std::chrono::steady_clock::time_point sent_; // when the last bytes went out; 0: none yet
    response_head head_;
    std::size_t head_size_ = 0;   // bytes, of interim answers too
    bool may_come_again_ = false; // a 417 after which libcurl asks once more by itself
    bool head_complete_ = false;
    std::span<char> wanted_; // where the next bytes go, while somebody waits for them
    std::size_t filled_ = 0; // of wanted_
    std::string left_over_;  // came with them and found no room
    std::size_t left_over_begin_ = 0;
    bool paused_ = false;
    bool done_ = false;
    error_code failed_;
    error_code refused_; // why a callback has refused to go on
    std::uint64_t received_ = 0;
    std::vector<std::function<void(std::uint64_t)>> when_dropped_;
    asio::steady_timer changed_; // cancelled whenever something has
    std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

} // namespace objftpd::storage::http
