#include "storage/credentials/sts_source.hpp"

#include "config/log.hpp"
#include "storage/credentials/documents.hpp"
#include "storage/credentials/expiration.hpp"
#include "storage/credentials/text_file.hpp"
#include "storage/http/encoding.hpp"
#include "storage/rest/answers.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <random>
#include <string_view>

namespace objftpd::storage::credentials {
namespace {

constexpr const char* check_trust =
    "check role_arn, the role's trust policy, the base credentials and this machine's clock";
constexpr std::chrono::seconds tolerated_skew(60);
constexpr const char* check_way = "check sts_endpoint and the way there";

std::string make_nonce() {
    std::random_device source;
    std::array<unsigned, 4> words{};
    std::ranges::generate(words, std::ref(source));
    const auto* const bytes = reinterpret_cast<const unsigned char*>(words.data());
    return http::to_hex({bytes, sizeof(words)});
}

// The code and the message of a refusal; empty if it is none.
std::string refusal_in(vendor dialect, const reply& got) {
    if (dialect == vendor::alibaba)
        return error_in_json(got.text);
    const auto said = rest::parse_error(got.text);
    return said ? loggable(said->code + ": " + said->message) : std::string();
}

// The base credentials themselves are what STS does not take.
bool refuses_base(vendor dialect, const reply& got) {
    if (got.status < 400 || got.status >= 500)
        return false;
    const auto said = refusal_in(dialect, got);
    constexpr std::array codes = {
        std::string_view("ExpiredToken"), std::string_view("InvalidClientTokenId"),
        std::string_view("InvalidSecurityToken"), std::string_view("InvalidAccessKeyId")};
    return std::ranges::any_of(codes, [&](auto code) { return said.starts_with(code); });
}

awaitable<result<reply>> send(const sts_service& service, const sts_request& r) {
    return ask(service.how, r.head, r.body);
}

} // namespace

std::chrono::sys_seconds service_clock::now() const {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + offset_;
}

bool service_clock::learn(const reply& refusal) {
    const auto theirs = rest::parse_http_time(refusal.date);
    if (refusal.status < 400 || refusal.status >= 500 || theirs == timestamp())
        return false;
    const auto wrong = std::chrono::floor<std::chrono::seconds>(theirs) - now();
    if (std::chrono::abs(wrong) < tolerated_skew)
        return false;
    offset_ += wrong;
    config::log::warning("the clock of STS differs from this machine's; requests follow it",
                         {{"seconds", offset_.count()}, {"advice", "set this machine's clock"}});
    return true;
}

fetch_result service_clock::translated(fetch_result got) const {
    if (got && got->expires)
        *got->expires -= offset_;
    return got;
}

fetch_result parse_sts(vendor dialect, const reply& got) {
    if (got.status != 200) {
        const auto said = refusal_in(dialect, got);
        return failure("STS answered with status " + std::to_string(got.status) +
                           (said.empty() ? "" : ": " + said),
                       check_trust);
    }
    if (dialect == vendor::alibaba)
        return parse_json(got.text);
    const auto given = rest::parse_assumed_role(got.text);
    const auto until = given ? parse_expiration(given->expiration) : std::nullopt;
    if (!given || !until)
        return failure("STS gave no credentials that can be read", check_way);
    fetched made;
    made.who.key_id = given->key_id;
    made.who.secret = given->secret;
    made.who.session_token = given->session_token;
    made.expires = *until;
    return made;
}

sts_request assumed_role_source::make_request(const http::credentials& who) const {
    return service_.dialect == vendor::alibaba
               ? alibaba_assume_role(service_.where, role_, who, make_nonce(), clock_.now())
               : amazon_assume_role(service_.where, service_.region, role_, who, clock_.now());
}

awaitable<fetch_result> assumed_role_source::fetch() {
    const auto who = co_await base_->get();
    if (!who)
        co_return failure("there are no credentials to assume the role with",
                          "see what is said about them");
    auto r = make_request(**who);
    auto got = co_await send(service_, r);
    if (got && clock_.learn(*got)) {
        r = make_request(**who);
        got = co_await send(service_, r);
    }
    if (!got)
        co_return no_answer(r.head, got.error(), check_way);
    if (refuses_base(service_.dialect, *got))
        base_->refused(**who);
    co_return clock_.translated(parse_sts(service_.dialect, *got));
}

sts_request web_identity_source::make_request(const std::string& token) const {
    return service_.dialect == vendor::alibaba
               ? alibaba_web_identity(service_.where, role_, token, clock_.now())
               : amazon_web_identity(service_.where, role_, token);
}

awaitable<fetch_result> web_identity_source::fetch() {
    const auto token = co_await read_token(pool_, file_);
    if (!token)
        co_return no_token(file_, token.error());
    auto r = make_request(*token);
    auto got = co_await send(service_, r);
    if (got && clock_.learn(*got)) {
        r = make_request(*token);
        got = co_await send(service_, r);
    }
    if (!got)
        co_return no_answer(r.head, got.error(), check_way);
    co_return clock_.translated(parse_sts(service_.dialect, *got));
}

} // namespace objftpd::storage::credentials
