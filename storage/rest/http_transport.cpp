#include "storage/rest/http_transport.hpp"

#include "config/ascii_text.hpp"
#include "config/log.hpp"
#include "storage/http/curl_error.hpp"
#include "storage/http/encoding.hpp"
#include "storage/rest/address.hpp"
#include "storage/rest/trust.hpp"
#include "storage/rest/verdict.hpp"

#include <boost/asio/error.hpp>

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

// Nothing of the request has reached the store.
bool never_arrived(const error_code& failed) {
    return failed == http::curl_error(CURLE_COULDNT_CONNECT) ||
           failed == http::curl_error(CURLE_COULDNT_RESOLVE_HOST) ||
           failed == http::curl_error(CURLE_COULDNT_RESOLVE_PROXY) ||
           failed == http::curl_error(CURLE_NO_CONNECTION_AVAILABLE) ||
           failed == http::curl_error(CURLE_PEER_FAILED_VERIFICATION) ||
           failed == http::curl_error(CURLE_SSL_CACERT_BADFILE) ||
           failed == http::curl_error(CURLE_INTERFACE_FAILED) ||
           failed == http::curl_error(CURLE_URL_MALFORMAT) ||
           failed == http::curl_error(CURLE_BAD_FUNCTION_ARGUMENT);
}

void set_broken(answer& a, const error_code& failed) {
    a.may_have_worked = !never_arrived(failed);
    if (failed == asio::error::operation_aborted) {
        a.failed = failed;
        return;
    }
    a.failed = errc::unavailable;
    a.may_retry = failed == condition::temporary;
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
    return {};
}

// OSS tells in a header what a HEAD's answer cannot hold.
std::string error_text(const answer& a) {
    const auto* const encoded = a.find("x-oss-err");
    if (!a.text.empty() || encoded == nullptr)
        return a.text;
    return http::from_base64(*encoded).value_or(std::string());
}

std::string request_id(const answer& a) {
    for (const auto* const name : {"x-oss-request-id", "x-amz-request-id"})
        if (const auto* const id = a.find(name))
            return *id;
    return a.vendor.request_id;
}

// How far the store's clock is ahead of ours, if it tells.
std::optional<std::chrono::seconds> clock_difference(const answer& a) {
    const auto* const date = a.find("date");
    auto theirs = parse_time(a.vendor.server_time);
    if (theirs == timestamp() && date != nullptr)
        theirs = parse_http_time(*date);
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

// What happens every day and is told to the client alone.
bool is_ordinary(const error_code& e) {
    return e == errc::not_found || e == errc::already_exists || e == errc::precondition_failed ||
           e == errc::range_not_satisfiable || e == errc::archived || e == errc::unsupported ||
           e == asio::error::operation_aborted;
}

} // namespace

http::request http_transport::make_request(const call& c, const http::credentials& who,
                                           const way& taken) const {
    http::request r;
    address(r, taken.where, route_.bucket(), c.key);
    r.method = c.method;
    r.query = c.query;
    r.headers = c.headers;
    dialect_->sign(r, who, taken.region, now() + taken.ahead);
    return r;
}

awaitable<void> http_transport::read_answer(const call& c, std::unique_ptr<http::exchange> from,
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
    if (!text) {
        set_broken(to, text.error());
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
    to.failed = meaning.kind;
    to.may_retry = meaning.may_retry;
    to.may_have_worked = success || to.status >= 500;
    to.wait = wished_wait(to);
}

// What a refusal teaches may make the next attempt succeed.
void http_transport::learn(answer& a, const http::credentials& who, const way& taken) {
    if (!a.failed || a.status == 0)
        return;
    if (a.vendor.code == "RequestTimeTooSkewed") {
        const auto ahead = clock_difference(a);
        a.may_retry = ahead && route_.learn_clock(taken, *ahead);
    } else if (a.failed == errc::refused_credentials && a.may_retry) {
        credentials_->refused(who);
    } else if (names_another_place(a) && route_.learn_place(taken, place_named_by(a))) {
        a.may_retry = true;
    }
}

void http_transport::log(const call& c, const answer& a, const std::string& signed_text,
                         std::string_view reason) const {
    const bool failed = static_cast<bool>(a.failed);
    const auto level =
        failed && !is_ordinary(a.failed) ? config::log_level::warning : config::log_level::debug;
    if (!config::log::enabled(level))
        return;
    const auto advice = failed && a.status != 0 ? judge(a.status, a.vendor.code).advice : "";
    config::log::write(level, failed ? "the store refused or failed" : "store request",
                       {{"store", route_.store()},
                        {"bucket", route_.bucket()},
                        {"key", c.key},
                        {"action", name_of(c.what)},
                        {"status", a.status},
                        {"request", request_id(a)},
                        {"code", a.vendor.code},
                        {"detail", a.vendor.detail},
                        {"reason", reason.empty() ? std::string_view(a.vendor.message) : reason},
                        {"advice", advice}});
    if (a.vendor.code == "SignatureDoesNotMatch")
        config::log::debug("signed was", {{"text", signed_text}});
}

awaitable<answer> http_transport::send(const call& c) {
    answer a;
    const auto who = co_await credentials_->get();
    if (!who) {
        a.failed = errc::refused_credentials;
        log(c, a, {}, who.error().message());
        co_return a;
    }
    const auto executor = co_await asio::this_coro::executor;
    auto& client = http::client_pool::find(executor, settings_);
    const auto taken = route_.current();
    auto request = make_request(c, **who, taken);
    const auto signed_text = config::log::enabled(config::log_level::debug)
                                 ? dialect_->signed_text(request)
                                 : std::string();
    std::string reason;
    auto sent = co_await client.send(std::move(request), c.body, c.stop);
    if (sent) {
        co_await read_answer(c, std::move(*sent), a);
    } else {
        set_broken(a, sent.error());
        reason = sent.error().message();
    }
    learn(a, **who, taken);
    log(c, a, signed_text, reason);
    co_return a;
}

} // namespace objftpd::storage::rest
