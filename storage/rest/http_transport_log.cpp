// What the log tells of the requests to a store, and what it must not.
#include "storage/rest/http_sending.hpp"

#include "config/ascii_text.hpp"
#include "config/log.hpp"
#include "storage/http/curl_error.hpp"
#include "storage/rest/verdict.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace objftpd::storage::rest {
namespace {

std::string_view advice_on(const answer& a, const error_code& broken) {
    if (!a.failed)
        return {};
    return broken ? http::advice_for(broken) : judge(a.status, a.vendor.code).advice;
}

// SECURITY: a token is as good as the secret while it lives.
http::request without_secrets(http::request r) {
    const std::string hidden = "(hidden)";
    const auto is_secret = [](std::string_view name) {
        return name.ends_with("security-token") || name.ends_with("signature");
    };
    for (auto& h : r.headers)
        if (is_secret(h.name))
            h.value = hidden;
    for (auto& p : r.query)
        if (is_secret(config::to_lower(p.name)))
            p.value = hidden;
    return r;
}

// SECURITY: a store's text does not fill the log.
std::string_view loggable(std::string_view text) {
    constexpr std::size_t longest = 200;
    return text.substr(0, longest);
}

// What was signed may be as long as a key and metadata are.
std::string bounded(std::string text) {
    constexpr std::size_t longest = 16 << 10;
    if (text.size() > longest)
        text.replace(longest, text.npos, "...");
    return text;
}

// What happens every day and is told to the client alone.
bool is_ordinary(const error_code& e) {
    return e == errc::not_found || e == errc::already_exists || e == errc::precondition_failed ||
           e == errc::range_not_satisfiable || e == errc::archived || e == errc::unsupported ||
           e == errc::not_a_link || e == asio::error::operation_aborted;
}

} // namespace

void http_transport::log(const call& c, const answer& a, const sending& mine) const {
    const bool failed = static_cast<bool>(a.failed);
    const auto level =
        failed && !is_ordinary(a.failed) ? config::log_level::warning : config::log_level::debug;
    if (!config::log::enabled(level))
        return;
    const auto shown = without_secrets(mine.request);
    const auto time = std::chrono::steady_clock::now() - mine.begun;
    const auto* const id = a.request_id();
    const auto reason =
        mine.broken ? mine.broken.message() : std::string(loggable(a.vendor.message));
    config::log::write(level, failed ? "the store refused or failed" : "store request",
                       {{"store", route_.store()},
                        {"bucket", route_.bucket()},
                        {"key", c.key},
                        {"action", name_of(c.what)},
                        {"status", a.status},
                        {"request", loggable(id != nullptr ? *id : a.vendor.request_id)},
                        {"code", loggable(a.vendor.code)},
                        {"detail", loggable(a.vendor.detail)},
                        {"reason", reason},
                        {"advice", advice_on(a, mine.broken)},
                        {"method", c.method},
                        {"url", shown.host.empty() ? std::string() : shown.url()},
                        {"ms", std::chrono::floor<std::chrono::milliseconds>(time).count()},
                        {"sent", http::size_of(c.body)},
                        {"received", a.received}});
}

// For whoever compares it with what a store has made of the same request. The token is hidden in
// the text alone: its hash is that of the real one.
void http_transport::log_signed(const call& c, const answer& a, const sending& mine) const {
    const bool suspected = a.vendor.code == "SignatureDoesNotMatch" || is_wordless_refusal(c, a);
    const auto level = suspected ? config::log_level::debug : config::log_level::trace;
    if (!config::log::enabled(level) || mine.request.find("authorization") == nullptr)
        return;
    const auto text = bounded(dialect_->signed_text(without_secrets(mine.request)));
    const auto* const id = a.request_id();
    config::log::write(
        level, "signed was",
        {{"store", route_.store()},
         {"request", loggable(id != nullptr ? *id : a.vendor.request_id)},
         {"text", text},
         {"string_to_sign", dialect_->string_to_sign(mine.request, mine.taken.region)}});
}

void http_transport::log_end(const call& c, const answer& a, const sending& mine) const {
    if (!a.stream || !config::log::enabled(config::log_level::debug))
        return;
    const auto* const id = a.request_id();
    a.stream->when_dropped([store = route_.store(), key = c.key,
                            id = id != nullptr ? *id : std::string(),
                            begun = mine.begun](std::uint64_t received) {
        const auto time = std::chrono::steady_clock::now() - begun;
        config::log::debug("the answer's body has ended",
                           {{"store", store},
                            {"key", key},
                            {"request", loggable(id)},
                            {"ms", std::chrono::floor<std::chrono::milliseconds>(time).count()},
                            {"received", received}});
    });
}

} // namespace objftpd::storage::rest
