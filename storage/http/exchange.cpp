#include "storage/http/exchange.hpp"

#include "config/ascii_text.hpp"
#include "storage/error.hpp"
#include "storage/http/client.hpp"
#include "storage/http/curl_error.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <new>
#include <utility>

namespace objftpd::storage::http {
namespace {

constexpr std::size_t buffer_size = 128 << 10;
// Below this a store's refusal costs less than asking first (Expect: 100-continue).
constexpr std::uint64_t worth_asking = 1 << 20;
// libcurl sends such a body and the head by one call, if it is a form's.
constexpr std::uint64_t sent_with_head = 64 << 10;
constexpr std::size_t most_headers = 200;
constexpr std::size_t largest_head = 256 << 10;
// Where machines in a cloud get their credentials.
constexpr const char* never_by_proxy = "100.100.100.200,169.254.0.0/16,fd00:ec2::254";
constexpr auto never = std::chrono::steady_clock::time_point::max();

// An own address or an interface as libcurl wants it: without a prefix it would look for a host of
// that name, and the whole thread would wait for that. Nothing if it can be neither.
std::optional<std::string> bind_option(const std::string& text) {
    constexpr std::size_t longest_interface = 15;
    error_code no_address;
    asio::ip::make_address(text, no_address);
    if (!no_address)
        return "host!" + text;
    if (text.size() > longest_interface || text.find_first_of("/!: \t\r\n") != text.npos)
        return std::nullopt;
    return "if!" + text;
}

} // namespace

std::uint64_t size_of(const request_body& body) {
    std::uint64_t size = 0;
    for (const auto& piece : body)
        size += piece.size();
    return size;
}

// No exception may pass through libcurl, which is C.
struct exchange_callbacks {
    template <class Step>
    static std::size_t guarded(void* self, std::size_t failure, Step step) noexcept {
        auto& x = *static_cast<exchange*>(self);
        try {
            return step(x);
        } catch (...) {
            x.refused_ = make_error_code(boost::system::errc::not_enough_memory);
            return failure;
        }
    }

    static std::size_t header(const char* data, std::size_t, std::size_t length, void* self) {
        return guarded(self, 0, [&](exchange& x) { return take_line(x, {data, length}); });
    }

    static std::size_t take_line(exchange& x, std::string_view line) {
        if (x.head_complete_) // trailers
            return line.size();
        // SECURITY: a store that goes on and on does not fill the memory.
        x.head_size_ += line.size();
        if (x.head_size_ > largest_head || x.head_.headers.size() > most_headers) {
            x.refused_ = errc::unavailable;
            return 0;
        }
        if (line.starts_with("HTTP/")) { // after 100 Continue another one follows
            x.head_ = response_head();
            x.may_come_again_ = false;
            const auto space = line.find(' ');
            if (space != line.npos)
                std::from_chars(line.data() + space + 1, line.data() + line.size(), x.head_.status);
        } else if (line == "\r\n" || line == "\n") {
            if (x.head_.status == 417 && std::exchange(x.asks_first_, false))
                x.may_come_again_ = true;
            else if (x.head_.status >= 200)
                x.complete_head();
        } else if (const auto colon = line.find(':'); colon != line.npos) {
            x.head_.headers.emplace_back(config::to_lower(config::trim(line.substr(0, colon))),
                                         std::string(config::trim(line.substr(colon + 1))));
        }
        return line.size();
    }

    static std::size_t write(const char* data, std::size_t, std::size_t length, void* self) {
        return guarded(self, CURL_WRITEFUNC_ERROR, [&](exchange& x) {
            return take_bytes(x, {data, length});
        });
    }

    static std::size_t take_bytes(exchange& x, std::span<const char> bytes) {
        if (x.may_come_again_) // it does not: of a 417 before another attempt libcurl shows no body
            x.complete_head();
        // libcurl cuts what it has received into small pieces: take them all, and pause only then.
        if (x.wanted_.empty() || x.left_over_.size() >= buffer_size) {
            x.paused_ = true;
            return CURL_WRITEFUNC_PAUSE;
        }
        if (x.filled_ == 0)
            x.changed_.cancel();
        const auto n = std::min(bytes.size(), x.wanted_.size() - x.filled_);
        x.left_over_.append(bytes.data() + n, bytes.size() - n);
        std::memcpy(x.wanted_.data() + x.filled_, bytes.data(), n);
        x.filled_ += n;
        x.received_ += bytes.size();
        return bytes.size();
    }

    static std::size_t read(char* to, std::size_t, std::size_t most, void* self) {
        auto& x = *static_cast<exchange*>(self);
        x.sent_ = std::chrono::steady_clock::now();
        std::size_t filled = 0;
        while (filled < most && x.piece_ < x.body_.size()) {
            const auto rest = x.body_[x.piece_].subspan(x.position_);
            const auto n = std::min(rest.size(), most - filled);
            if (n > 0) // an empty piece may have no address
                std::memcpy(to + filled, rest.data(), n);
            filled += n;
            x.position_ += n;
            if (n == rest.size()) {
                ++x.piece_;
                x.position_ = 0;
            }
        }
        return filled;
    }

    // On a kept connection that has died meanwhile libcurl begins again.
    static int seek(void* self, curl_off_t offset, int origin) {
        auto& x = *static_cast<exchange*>(self);
        if (origin != SEEK_SET || offset != 0)
            return CURL_SEEKFUNC_CANTSEEK;
        x.piece_ = 0;
        x.position_ = 0;
        return CURL_SEEKFUNC_OK;
    }

    static int connected(void* self, char*, char*, int, int) {
        auto& x = *static_cast<exchange*>(self);
        ++x.attempts_;
        x.sent_ = std::chrono::steady_clock::now();
        x.changed_.cancel(); // another time limit holds from now on
        return CURL_PREREQFUNC_OK;
    }
};

/// Lends a reader's buffer to the callbacks. A reader that is destroyed while it waits must not
/// leave a gap in the body: the exchange ends with it.
class exchange::loan {
public:
    loan(exchange& x, std::span<char> buffer) : exchange_(x) {
        x.wanted_ = buffer;
        x.filled_ = 0;
    }
    loan(const loan&) = delete;
    ~loan() {
        if (exchange_.filled_ > 0)
            exchange_.end(asio::error::operation_aborted);
        exchange_.wanted_ = {};
        exchange_.filled_ = 0;
    }

    std::size_t take() { return std::exchange(exchange_.filled_, 0); }

private:
    exchange& exchange_;
};

exchange::exchange(client& owner, const request& r, request_body body, const time_limits& patience)
    : client_(owner), easy_(::curl_easy_init()), body_(std::move(body)), patience_(patience),
      changed_(owner.context_) {
    if (!easy_)
        throw std::bad_alloc();
    client_.count(+1);
    set_options(r);
}

exchange::~exchange() {
    ::curl_multi_remove_handle(client_.multi_, easy_.get());
    client_.count(-1);
    for (const auto& told : when_dropped_)
        told(received_);
}

template <class Value>
void exchange::set(CURLoption option, Value value) {
    const auto code = ::curl_easy_setopt(easy_.get(), option, value);
    if (code != CURLE_OK && !failed_)
        failed_ = curl_error(code);
}

void exchange::set_options(const request& r) {
    // SECURITY: what could end a line would let whoever names an object write headers of ours.
    if (!r.is_well_formed())
        failed_ = curl_error(CURLE_BAD_FUNCTION_ARGUMENT);
    set(CURLOPT_PRIVATE, this);
    set(CURLOPT_URL, r.url().c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_QUICK_EXIT, 1L); // a thread that resolves a name is not waited for
    set(CURLOPT_PATH_AS_IS, 1L); // keys may hold "/../"
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_BUFFERSIZE, static_cast<long>(buffer_size));
    set(CURLOPT_PREREQFUNCTION, exchange_callbacks::connected);
    set(CURLOPT_PREREQDATA, this);
    set(CURLOPT_HEADERFUNCTION, exchange_callbacks::header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, exchange_callbacks::write);
    set(CURLOPT_WRITEDATA, this);
    set_way();
    set_body(r);
    set_headers(r);
}

void exchange::set_way() {
    const auto& s = client_.settings_;
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(s.connect_timeout.count()));
    set(CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(patience_.lowest_speed));
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(patience_.stall.count()));
    set(CURLOPT_TIMEOUT, static_cast<long>(patience_.total.count()));
    // SECURITY: nothing of the environment; only what is configured.
    set(CURLOPT_PROXY, s.proxy.c_str());
    set(CURLOPT_NOPROXY, never_by_proxy);
    // SECURITY: what a proxy answers to CONNECT is not the store's answer.
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    // SECURITY: authorities that are configured replace the system's, which libcurl knows as a file
    // and as a folder. With a folder it reads all of them again for every connection.
    if (!s.ca_file.empty() || !s.ca_folder.empty())
        set(CURLOPT_CAINFO, s.ca_file.empty() ? nullptr : s.ca_file.c_str());
    set(CURLOPT_CAPATH, s.ca_folder.empty() ? nullptr : s.ca_folder.c_str());
    if (s.bind_address.empty())
        return;
    if (const auto from = bind_option(s.bind_address))
        set(CURLOPT_INTERFACE, from->c_str());
    else if (!failed_)
        failed_ = curl_error(CURLE_INTERFACE_FAILED);
}

void exchange::set_body(const request& r) {
    if (r.method == "HEAD") {
        set(CURLOPT_NOBODY, 1L);
        return;
    }
    if (r.method == "PUT" || r.method == "POST") {
        const auto size = size_of(body_);
        asks_first_ = size >= worth_asking;
        if (size < sent_with_head && body_.size() <= 1) {
            set(CURLOPT_POSTFIELDSIZE, static_cast<long>(size));
            set(CURLOPT_POSTFIELDS, size == 0 ? "" : body_.front().data());
            set(CURLOPT_CUSTOMREQUEST, r.method.c_str());
            return;
        }
        set(CURLOPT_UPLOAD_BUFFERSIZE, static_cast<long>(buffer_size));
        set(CURLOPT_UPLOAD, 1L);
        set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(size));
        set(CURLOPT_READFUNCTION, exchange_callbacks::read);
        set(CURLOPT_READDATA, this);
        set(CURLOPT_SEEKFUNCTION, exchange_callbacks::seek);
        set(CURLOPT_SEEKDATA, this);
    }
    set(CURLOPT_CUSTOMREQUEST, r.method.c_str());
}

void exchange::set_headers(const request& r) {
    const auto add = [this](const std::string& line) {
        auto* const longer = ::curl_slist_append(headers_.get(), line.c_str());
        if (longer == nullptr)
            throw std::bad_alloc();
        static_cast<void>(headers_.release());
        headers_.reset(longer);
    };
    // "name;" is how libcurl is told of a header without a value.
    for (const auto& h : r.headers)
        add(config::trim(h.value).empty() ? h.name + ';' : h.name + ": " + h.value);
    // What libcurl would add by itself, and a signature does not know of.
    for (const auto* const own : {"content-type", "accept"})
        if (r.find(own) == nullptr)
            add(std::string(own) + ':');
    if (!asks_first_)
        add("expect:");
    set(CURLOPT_HTTPHEADER, headers_.get());
}

awaitable<result<>> exchange::wait_for_head() {
    using clock = std::chrono::steady_clock;
    const auto& s = client_.settings_;
    const auto patience = clock::now() + s.queue_timeout + s.connect_timeout;
    while (!head_complete_ && !done_) {
        // While all connections to a host are busy libcurl knows no time limit; connecting has its
        // own. Nor does it count headers, which may come one by one for ever.
        const auto limited = is_sending() && patience_.answer.count() > 0;
        const auto until = limited ? sent_ + patience_.answer : is_sending() ? never : patience;
        if (clock::now() >= until)
            end(curl_error(is_sending() ? CURLE_OPERATION_TIMEDOUT
                                        : CURLE_NO_CONNECTION_AVAILABLE));
        else
            co_await wait_for_change(until);
    }
    if (failed_)
        co_return failed_;
    if (!head_complete_)
        co_return errc::unavailable;
    co_return result<>();
}

awaitable<result<std::size_t>> exchange::read_some(std::span<char> buffer) {
    if (buffer.empty())
        co_return std::size_t{0};
    if (left_over_begin_ < left_over_.size()) {
        const auto n = std::min(buffer.size(), left_over_.size() - left_over_begin_);
        std::memcpy(buffer.data(), left_over_.data() + left_over_begin_, n);
        left_over_begin_ += n;
        co_return n;
    }
    left_over_.clear();
    left_over_begin_ = 0;
    loan lent(*this, buffer);
    if (std::exchange(paused_, false) && !done_) {
        const auto code = client_.unpause(easy_.get());
        if (code != CURLE_OK)
            end(refused_ ? refused_ : curl_error(code));
    }
    while (filled_ == 0 && !done_)
        co_await wait_for_change(never);
    const auto n = lent.take();
    if (n == 0 && failed_)
        co_return failed_;
    co_return n;
}

awaitable<result<std::string>> exchange::read_all(std::size_t most) {
    std::string all;
    std::array<char, 16 << 10> buffer;
    for (;;) {
        const auto n = co_await read_some(buffer);
        if (!n)
            co_return n.error();
        if (*n == 0)
            co_return all;
        if (all.size() + *n > most)
            co_return errc::unavailable;
        all.append(buffer.data(), *n);
    }
}

// A coroutine that is cancelled while it waits ends its exchange. One that was cancelled before
// may clean up with another.
awaitable<void> exchange::wait_for_change(std::chrono::steady_clock::time_point until) {
    const auto state = co_await asio::this_coro::cancellation_state;
    const auto before = state.cancelled();
    changed_.expires_at(until);
    co_await changed_.async_wait(as_tuple);
    if (state.cancelled() != before)
        end(asio::error::operation_aborted);
}

void exchange::complete_head() {
    may_come_again_ = false;
    head_complete_ = true;
    changed_.cancel();
}

void exchange::finished(CURLcode code) {
    done_ = true;
    if (code == CURLE_OK && may_come_again_)
        complete_head();
    if (code != CURLE_OK)
        failed_ = refused_ ? refused_ : curl_error(code);
    changed_.cancel();
}

void exchange::end(error_code why) {
    if (done_)
        return;
    done_ = true;
    failed_ = why;
    ::curl_multi_remove_handle(client_.multi_, easy_.get());
    changed_.cancel();
}

void exchange::end_on(std::stop_token stop) {
    on_stop_.emplace(std::move(stop), [this] { end(asio::error::operation_aborted); });
}

} // namespace objftpd::storage::http
