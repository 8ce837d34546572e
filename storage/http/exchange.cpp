#include "storage/http/exchange.hpp"

#include "config/ascii_text.hpp"
#include "storage/error.hpp"
#include "storage/http/client.hpp"
#include "storage/http/curl_error.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace objftpd::storage::http {
namespace {

constexpr long buffer_size = 128 << 10;
// Below this a store's refusal costs less than asking first (Expect: 100-continue).
constexpr std::uint64_t worth_asking = 1 << 20;
constexpr std::size_t most_headers = 200;

std::uint64_t size_of(const request_body& body) {
    std::uint64_t size = 0;
    for (const auto& piece : body)
        size += piece.size();
    return size;
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

} // namespace

struct exchange_callbacks {
    static std::size_t header(const char* data, std::size_t, std::size_t length, void* self) {
        auto& x = *static_cast<exchange*>(self);
        const std::string_view line(data, length);
        if (line.starts_with("HTTP/")) { // after 100 Continue another one follows
            x.head_ = response_head();
            const auto space = line.find(' ');
            if (space != line.npos)
                std::from_chars(line.data() + space + 1, line.data() + line.size(), x.head_.status);
        } else if (line == "\r\n" || line == "\n") {
            x.head_complete_ = x.head_.status >= 200;
            if (x.head_complete_)
                x.changed_.notify();
        } else if (const auto colon = line.find(':');
                   colon != line.npos && x.head_.headers.size() < most_headers) {
            x.head_.headers.emplace_back(config::to_lower(trim(line.substr(0, colon))),
                                         std::string(trim(line.substr(colon + 1))));
        }
        return length;
    }

    static std::size_t write(const char* data, std::size_t, std::size_t length, void* self) {
        auto& x = *static_cast<exchange*>(self);
        if (x.wanted_.empty() || x.filled_ > 0) {
            x.paused_ = true;
            return CURL_WRITEFUNC_PAUSE;
        }
        x.filled_ = std::min(length, x.wanted_.size());
        std::memcpy(x.wanted_.data(), data, x.filled_);
        x.left_over_.assign(data + x.filled_, length - x.filled_);
        x.left_over_begin_ = 0;
        x.received_ += length;
        x.changed_.notify();
        return length;
    }

    static std::size_t read(char* to, std::size_t, std::size_t most, void* self) {
        auto& x = *static_cast<exchange*>(self);
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
};

const std::string* response_head::find(std::string_view name) const {
    const auto found = std::ranges::find(headers, name, &header::name);
    return found == headers.end() ? nullptr : &found->value;
}

exchange::exchange(client& owner, request r, request_body body)
    : client_(owner), easy_(::curl_easy_init()), url_(r.url()), method_(r.method),
      body_(std::move(body)), changed_(owner.context_.get_executor()) {
    if (easy_ == nullptr)
        throw std::bad_alloc();
    set_options(r);
}

exchange::~exchange() {
    ::curl_multi_remove_handle(client_.multi_, easy_);
    ::curl_easy_cleanup(easy_);
    ::curl_slist_free_all(headers_);
}

void exchange::set_options(const request& r) {
    const auto& s = client_.settings_;
    const auto set = [this](auto option, auto value) { ::curl_easy_setopt(easy_, option, value); };
    set(CURLOPT_PRIVATE, this);
    set(CURLOPT_URL, url_.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PATH_AS_IS, 1L); // keys may hold "/../"
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_BUFFERSIZE, buffer_size);
    set(CURLOPT_UPLOAD_BUFFERSIZE, buffer_size);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(s.connect_timeout.count()));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(s.stall_timeout.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::chrono::milliseconds(s.total_timeout).count()));
    // SECURITY: nothing of the environment; only what is configured.
    set(CURLOPT_PROXY, s.proxy.c_str());
    if (!s.ca_file.empty())
        set(CURLOPT_CAINFO, s.ca_file.c_str());
    if (!s.ca_folder.empty())
        set(CURLOPT_CAPATH, s.ca_folder.c_str());
    if (!s.bind_address.empty())
        set(CURLOPT_INTERFACE, s.bind_address.c_str());

    const auto size = size_of(body_);
    if (method_ == "HEAD") {
        set(CURLOPT_NOBODY, 1L);
    } else if (method_ == "PUT" || method_ == "POST") {
        set(CURLOPT_UPLOAD, 1L);
        set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(size));
        set(CURLOPT_READFUNCTION, exchange_callbacks::read);
        set(CURLOPT_READDATA, this);
        set(CURLOPT_SEEKFUNCTION, exchange_callbacks::seek);
        set(CURLOPT_SEEKDATA, this);
    }
    set(CURLOPT_CUSTOMREQUEST, method_ == "HEAD" ? nullptr : method_.c_str());
    set(CURLOPT_HEADERFUNCTION, exchange_callbacks::header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, exchange_callbacks::write);
    set(CURLOPT_WRITEDATA, this);

    const auto add = [this](const std::string& line) {
        auto* const longer = ::curl_slist_append(headers_, line.c_str());
        if (longer == nullptr)
            throw std::bad_alloc();
        headers_ = longer;
    };
    // "name;" is how libcurl is told of a header without a value.
    for (const auto& h : r.headers)
        add(h.value.empty() ? h.name + ';' : h.name + ": " + h.value);
    // What libcurl would add by itself, and a signature does not know of.
    for (const auto* const own : {"content-type", "accept"})
        if (r.find(own) == nullptr)
            add(std::string(own) + ':');
    if (size < worth_asking)
        add("expect:");
    set(CURLOPT_HTTPHEADER, headers_);
}

awaitable<result<>> exchange::wait_for_head() {
    while (!head_complete_ && !done_)
        co_await changed_.wait();
    if (failed_)
        co_return failed_;
    if (!head_complete_)
        co_return errc::unavailable;
    co_return result<>();
}

awaitable<result<std::size_t>> exchange::read_some(std::span<char> buffer) {
    if (left_over_begin_ < left_over_.size()) {
        const auto n = std::min(buffer.size(), left_over_.size() - left_over_begin_);
        std::memcpy(buffer.data(), left_over_.data() + left_over_begin_, n);
        left_over_begin_ += n;
        co_return n;
    }
    wanted_ = buffer;
    filled_ = 0;
    if (std::exchange(paused_, false) && !done_) {
        ::curl_easy_pause(easy_, CURLPAUSE_CONT);
        client_.collect_finished();
    }
    while (filled_ == 0 && !done_)
        co_await changed_.wait();
    wanted_ = {};
    const auto n = std::exchange(filled_, 0);
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

void exchange::finished(CURLcode code) {
    done_ = true;
    if (code != CURLE_OK)
        failed_ = curl_error(code);
    changed_.notify();
}

void exchange::end_on(std::stop_token stop) {
    on_stop_.emplace(std::move(stop), [this] {
        if (done_)
            return;
        ::curl_multi_remove_handle(client_.multi_, easy_);
        failed_ = asio::error::operation_aborted;
        done_ = true;
        changed_.notify();
    });
}

} // namespace objftpd::storage::http
