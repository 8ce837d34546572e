#include "storage/rest/http_sending.hpp"

#include "config/ascii_text.hpp"
#include "storage/checksum/hash.hpp"
#include "storage/http/curl_error.hpp"
#include "storage/http/encoding.hpp"
#include "storage/refused_action.hpp"
#include "storage/rest/address.hpp"
#include "storage/rest/trust.hpp"
#include "storage/rest/verdict.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace objftpd::storage::rest {
namespace {

constexpr std::size_t longest_text = 16 << 20; // a page of the longest keys, encoded
constexpr std::size_t longest_error = 64 << 10;

bool is_success(int status) {
    return status >= 200 && status < 300;
}

std::chrono::sys_seconds now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

void set_broken(answer& a, const error_code& failed, bool was_sent) {
    a.may_have_worked = was_sent;
    if (failed == asio::error::operation_aborted) {
        a.failed = failed;
        return;
    }
    a.failed = errc::unavailable;
    a.no_connection = failed == http::curl_error(CURLE_NO_CONNECTION_AVAILABLE);
    a.may_retry = failed == condition::temporary && !a.no_connection; // it has waited long enough
}

// A header's time; the epoch if there is none.
timestamp time_in(const answer& a, std::string_view name) {
    const auto* const text = a.find(name);
    return text == nullptr ? timestamp() : parse_http_time(*text);
}

std::chrono::milliseconds wished_wait(const answer& a) {
    const auto read = [&](std::string_view name) {
        const auto* const text = a.find(name);
        return text == nullptr ? std::optional<std::uint64_t>() : config::parse_decimal(*text);
    };
    constexpr std::uint64_t most = 60'000;
    if (const auto delay = read("x-oss-qos-delay-time"))
        return std::chrono::milliseconds(std::min(*delay, most));
    if (const auto delay = read("retry-after"))
        return std::chrono::milliseconds(std::min(*delay, most / 1000) * 1000);
    const auto until = time_in(a, "retry-after");
    const auto date = time_in(a, "date"); // by the same clock, which need not be ours
    const auto from = date == timestamp() ? timestamp(now()) : date;
    if (until <= from)
        return {};
    // SECURITY: bounded before it is subtracted: a year far away overflows nothing.
    return std::chrono::floor<std::chrono::milliseconds>(
        std::min<timestamp>(until, from + std::chrono::milliseconds(most)) - from);
}

// OSS tells in a header what a HEAD's answer cannot hold.
std::string error_text(const answer& a) {
    const auto* const encoded = a.find("x-oss-err");
    if (!a.text.empty() || encoded == nullptr)
        return a.text;
    return http::from_base64(*encoded).value_or(std::string());
}

// How far the store's clock is ahead of ours, if it tells.
std::optional<std::chrono::seconds> clock_difference(const answer& a) {
    auto theirs = parse_time(a.vendor.server_time);
    if (theirs == timestamp())
        theirs = time_in(a, "date");
    if (theirs == timestamp())
        return std::nullopt;
    return std::chrono::floor<std::chrono::seconds>(theirs) - now();
}

// OSS refuses who asks at the wrong place, S3 redirects, or finds the signature malformed.
bool names_another_place(const answer& a) {
    return a.status == 301 || a.status == 307 || a.status == 400 || a.status == 403;
}

redirection place_named_by(const answer& a) {
    const auto* const region = a.find("x-amz-bucket-region");
    redirection r;
    r.region = region != nullptr ? *region : a.vendor.region;
    r.endpoint = a.vendor.endpoint;
    return r;
}

// In slices: sessions of the same thread have their turn in between.
awaitable<std::string> sha256_of(const call& c) {
    constexpr std::size_t slice = 256 << 10;
    hash sum(hash_algorithm::sha256);
    std::size_t in_slice = 0;
    for (auto piece : c.body)
        while (!piece.empty()) {
            const auto next = piece.first(std::min(piece.size(), slice - in_slice));
            sum.update(next.data(), next.size());
            piece = piece.subspan(next.size());
            in_slice = (in_slice + next.size()) % slice;
            if (in_slice == 0)
                co_await asio::post(asio::use_awaitable);
            if (c.stop.stop_requested()) // nothing will be sent
                co_return std::string();
        }
    co_return sum.finish();
}

} // namespace

bool is_wordless_refusal(const call& c, const answer& a) {
    return c.what == operation::head_object && a.vendor.code.empty() &&
           (a.status == 400 || a.status == 403);
}

http::request http_transport::make_request(const call& c, const sending& mine,
                                           std::string hash) const {
    http::request r;
    address(r, mine.where, route_.bucket(), c.key);
    r.method = c.method;
    r.query = c.query;
    r.headers = c.headers;
    if (!hash.empty())
        r.set(dialect_->own("content-sha256"), std::move(hash));
    dialect_->sign(r, *mine.who, mine.taken.region, now() + mine.taken.ahead);
    return r;
}

awaitable<void> http_transport::read_answer(const call& c, sending& mine,
                                            std::unique_ptr<http::exchange> from,
                                            answer& to) const {
    to.status = from->head().status;
    to.headers = from->head().headers;
    const bool success = is_success(to.status);
    if (success && is_foreign(c, to)) {
        to.failed = errc::unavailable;
        to.vendor.message = "the answer is not the store's; is there a proxy in between?";
        to.may_retry = true;
        to.may_have_worked = true;
        co_return;
    }
    if (success && c.streamed) {
        to.stream = std::move(from);
        co_return;
    }
    auto text = co_await from->read_all(success ? longest_text : longest_error);
    to.received = from->received();
    if (!text) {
        set_broken(to, text.error(), true);
        mine.broken = text.error();
        co_return;
    }
    to.text = std::move(*text);
    if (success && is_complete(c, to))
        co_return;
    if (auto said = parse_error(error_text(to)))
        to.vendor = std::move(*said);
    else if (success)
        to.vendor.message = "the answer is not complete";
    const auto meaning = judge(success ? 200 : to.status, to.vendor.code);
    const bool not_allowed = meaning.kind == errc::permission_denied && to.status == 403;
    to.failed = not_allowed ? refused_action(c.what) : make_error_code(meaning.kind);
    to.may_retry = meaning.may_retry;
    to.may_have_worked = success || to.status >= 500 || from->was_repeated();
    to.wait = wished_wait(to);
}

bool http_transport::learn_clock(const call& c, const sending& mine, const answer& a) {
    // What stores tolerate is a quarter of an hour.
    constexpr std::chrono::minutes suspicious(5);
    const auto ahead = clock_difference(a);
    if (!ahead)
        return false;
    const bool suspected =
        is_wordless_refusal(c, a) && std::chrono::abs(*ahead - mine.taken.ahead) >= suspicious;
    return (suspected || a.vendor.code == "RequestTimeTooSkewed") &&
           route_.learn_clock(mine.taken, *ahead);
}

// What a refusal teaches may make the next attempt succeed.
awaitable<void> http_transport::learn(const call& c, const sending& mine, answer& a) {
    if (!a.failed || a.status == 0 || is_success(a.status))
        co_return;
    if (a.vendor.code == "RequestTimeTooSkewed")
        a.may_retry = false; // unless that is mended
    if (learn_clock(c, mine, a) ||
        (names_another_place(a) && route_.learn_place(mine.taken, place_named_by(a)))) {
        a.may_retry = true;
        co_return;
    }
    const bool may_have_expired = is_wordless_refusal(c, a) && !mine.who->session_token.empty();
    if (mine.who->is_anonymous() ||
        (!may_have_expired && !judge(a.status, a.vendor.code).blames_keys))
        co_return;
    credentials_->refused(*mine.who);
    const auto others = co_await credentials_->get(c.stop);
    a.may_retry = others && **others != *mine.who;
}

awaitable<void> http_transport::exchange(const call& c, sending& mine, answer& to) const {
    const auto executor = co_await asio::this_coro::executor;
    using use = http::client_pool::use;
    auto& client =
        http::client_pool::find(executor, settings_, c.streamed ? use::downloads : use::requests);
    const auto patience = time_limits_of(c.what, settings_->stall_timeout, settings_->lowest_speed);
    auto request = mine.request;
    bool was_sent = false;
    auto sent = co_await client.send(std::move(request), c.body, c.stop, patience, &was_sent);
    if (sent) {
        co_await read_answer(c, mine, std::move(*sent), to);
    } else {
        set_broken(to, sent.error(), was_sent);
        mine.broken = sent.error();
        const bool stopped = sent.error() == asio::error::operation_aborted;
        if (inside_ && !was_sent && !stopped && !to.no_connection)
            inside_->failed(mine.where.host);
    }
    if (inside_)
        inside_->look_for_it(executor);
}

awaitable<answer> http_transport::send(const call& c) {
    answer a;
    sending mine;
    const auto who = co_await credentials_->get(c.stop);
    if (!who) {
        const bool stopped = who.error() == asio::error::operation_aborted;
        a.failed = stopped ? who.error() : make_error_code(errc::refused_credentials);
        a.may_retry = who.error() == condition::temporary;
        a.wait = std::chrono::seconds(2); // they are not fetched more often
        mine.broken = who.error();
        log(c, a, mine);
        co_return a;
    }
    mine.who = *who;
    mine.taken = route_.current();
    mine.where = mine.taken.where;
    if (inside_)
        mine.where.host = inside_->nearest(mine.where.host);
    std::string hash;
    if (!mine.who->is_anonymous() && dialect_->hashes_body(c, mine.where.scheme))
        hash = co_await sha256_of(c);
    mine.request = make_request(c, mine, std::move(hash));
    co_await exchange(c, mine, a);
    co_await learn(c, mine, a);
    log(c, a, mine);
    log_signed(c, a, mine);
    log_end(c, a, mine);
    co_return a;
}

// For somebody outside: never an address of the vendor's own network.
awaitable<result<signed_url>> http_transport::sign_url(std::string key,
                                                       std::chrono::seconds lifetime) {
    const auto who = co_await credentials_->get(std::stop_token());
    if (!who)
        co_return error_code(errc::refused_credentials);
    if ((*who)->is_anonymous())
        co_return error_code(errc::unsupported);
    const auto taken = route_.current();
    http::request r;
    address(r, taken.where, route_.bucket(), key);
    r.method = "GET";
    signed_url made;
    made.url = dialect_->presign(std::move(r), **who, taken.region, now() + taken.ahead, lifetime);
    made.may_end_sooner = !(*who)->session_token.empty();
    co_return made;
}

} // namespace objftpd::storage::rest
