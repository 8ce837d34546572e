#include "storage/rest/http_transport.hpp"

#include "config/ascii_text.hpp"
#include "config/log.hpp"
#include "config/region.hpp"
#include "storage/http/curl_error.hpp"
#include "storage/http/encoding.hpp"
#include "storage/rest/address.hpp"
#include "storage/rest/verdict.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace objftpd::storage::rest {
namespace {

constexpr std::size_t longest_text = 16 << 20; // a page of the longest keys, encoded
constexpr std::size_t longest_error = 64 << 10;
constexpr std::int64_t tolerated_skew = 5; // seconds

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

// Some operations report a failure in the body of a 200.
bool may_hide_error(operation o) {
    return o == operation::copy_object || o == operation::copy_part ||
           o == operation::complete_upload;
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

// SECURITY: captive portals and proxies answer anything with 200 and a page of their own. Stores
// give each answer an id; some S3-compatible ones do not, but tell what they have stored.
bool is_foreign(const call& c, const answer& a) {
    if (a.find("x-oss-request-id") != nullptr || a.find("x-amz-request-id") != nullptr)
        return false;
    switch (c.what) {
    case operation::head_object:
    case operation::get_object:
    case operation::put_object:
    case operation::upload_part: {
        const auto* const type = a.find("content-type");
        return a.find("etag") == nullptr || (type != nullptr && type->starts_with("text/html"));
    }
    case operation::delete_object:
    case operation::abort_upload:
        return a.status != 204;
    default: // told by the document in it
        return false;
    }
}

// What happens every day and is told to the client alone.
bool is_ordinary(const error_code& e) {
    return e == errc::not_found || e == errc::already_exists || e == errc::precondition_failed ||
           e == errc::range_not_satisfiable || e == errc::archived || e == errc::unsupported ||
           e == asio::error::operation_aborted;
}

} // namespace

http::request http_transport::make_request(const call& c, const http::credentials& who) const {
    http::request r;
    std::string region;
    {
        const std::lock_guard lock(mutex_);
        address(r, target_.where, target_.bucket, c.key);
        region = target_.region;
    }
    r.method = c.method;
    r.query = c.query;
    r.headers = c.headers;
    dialect_->sign(r, who, region, now() + std::chrono::seconds(clock_offset_.load()));
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
    if (success && !may_hide_error(c.what))
        co_return;
    const auto said = parse_error(error_text(to));
    if (success && !said)
        co_return;
    if (said)
        to.vendor = *said;
    const auto meaning = judge(to.status, to.vendor.code);
    to.failed = meaning.kind;
    to.may_retry = meaning.may_retry;
    to.may_have_worked = success || to.status >= 500;
    to.wait = wished_wait(to);
}

bool http_transport::correct_clock(const answer& a) {
    const auto* const date = a.find("date");
    auto theirs = parse_time(a.vendor.server_time);
    if (theirs == timestamp() && date != nullptr)
        theirs = parse_http_time(*date);
    if (theirs == timestamp())
        return false;
    const auto offset = std::chrono::floor<std::chrono::seconds>(theirs) - now();
    if (std::abs(offset.count()) < tolerated_skew ||
        std::abs(offset.count() - clock_offset_.load()) < tolerated_skew)
        return false;
    clock_offset_ = offset.count();
    config::log::warning("the store's clock differs from this machine's; requests follow it",
                         {{"store", target_.store},
                          {"seconds", offset.count()},
                          {"advice", "set this machine's clock"}});
    return true;
}

bool http_transport::correct_target(const vendor_error& said, const std::string* region) {
    const std::lock_guard lock(mutex_);
    const auto named = region != nullptr ? *region : said.region;
    if (!named.empty() && named != target_.region) {
        target_.region = named;
        config::log::warning("the bucket is in another region; requests follow it",
                             {{"store", target_.store},
                              {"bucket", target_.bucket},
                              {"advice", "write region = \"" + named + "\" into this store"}});
        return true;
    }
    // SECURITY: nothing but the vendor's own hosts: the request that follows carries a signature.
    const auto other = config::parse_endpoint(said.endpoint);
    const auto domain = [](std::string_view host) {
        const auto last = host.rfind('.');
        return last == host.npos || last == 0 ? host : host.substr(host.rfind('.', last - 1) + 1);
    };
    if (said.endpoint.empty() || !other || other->host == target_.where.host ||
        domain(other->host) != domain(target_.where.host))
        return false;
    target_.where.host = other->host;
    if (const auto there = config::region_of(other->host); !there.empty())
        target_.region = there;
    config::log::warning("the bucket has another endpoint; requests follow it",
                         {{"store", target_.store},
                          {"bucket", target_.bucket},
                          {"advice", "write endpoint = \"" + other->host + "\" into this store"}});
    return true;
}

// What a refusal teaches may make the next attempt succeed.
void http_transport::learn(answer& a, const http::credentials& who) {
    if (!a.failed || a.status == 0)
        return;
    if (a.vendor.code == "RequestTimeTooSkewed")
        a.may_retry = correct_clock(a);
    else if (a.failed == errc::refused_credentials && a.may_retry)
        credentials_->refused(who);
    else if (correct_target(a.vendor, a.find("x-amz-bucket-region")))
        a.may_retry = true;
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
                       {{"store", target_.store},
                        {"bucket", target_.bucket},
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
    auto request = make_request(c, **who);
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
    learn(a, **who);
    log(c, a, signed_text, reason);
    co_return a;
}

} // namespace objftpd::storage::rest
