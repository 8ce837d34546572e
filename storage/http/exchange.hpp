#pragma once

#include "storage/http/request.hpp"

#include "config/async.hpp"
#include "config/result.hpp"

#include <boost/asio/io_context.hpp>

#include <curl/curl.h>

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
    const std::string* find(std::string_view name) const;
};

/// The body of a request: pieces of memory that stay as they are until the answer is there, so
/// that they can be sent again.
using request_body = std::vector<std::span<const char>>;

/// One request and its answer. Dropping it ends both at once and frees what they hold. Used by one
/// coroutine, on the thread of its client, which must outlive it.
class exchange {
public:
    exchange(exchange&&) = delete;
    ~exchange();

    const response_head& head() const { return head_; }

    /// The next bytes of the body into the front of `buffer`; 0 at its end. A body that breaks off
    /// is an error. While nobody asks, the store is held back.
    awaitable<result<std::size_t>> read_some(std::span<char> buffer);

    /// The whole body; errc::unavailable if it is longer than `most` bytes.
    awaitable<result<std::string>> read_all(std::size_t most);

    /// Bytes of the answer's body so far.
    std::uint64_t received() const { return received_; }

private:
    friend class client;
    friend struct exchange_callbacks; // what libcurl calls

    exchange(client& owner, request r, request_body body);

    void set_options(const request& r);
    awaitable<result<>> wait_for_head();
    void finished(CURLcode code);
    void end_on(std::stop_token stop);

    client& client_;
    CURL* easy_;
    curl_slist* headers_ = nullptr;
    std::string url_;
    std::string method_;
    request_body body_;
    std::size_t piece_ = 0;    // of the body, being sent
    std::size_t position_ = 0; // in that piece
    response_head head_;
    bool head_complete_ = false;
    std::span<char> wanted_; // where the next bytes go, while somebody waits for them
    std::size_t filled_ = 0; // of wanted_
    std::string left_over_;  // came with them and found no room
    std::size_t left_over_begin_ = 0;
    bool paused_ = false;
    bool done_ = false;
    error_code failed_;
    std::uint64_t received_ = 0;
    async_signal changed_;
    std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

} // namespace objftpd::storage::http
