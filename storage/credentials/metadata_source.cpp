#include "storage/credentials/metadata_source.hpp"

#include "storage/credentials/documents.hpp"
#include "storage/http/encoding.hpp"

#include <algorithm>

namespace objftpd::storage::credentials {
namespace {

constexpr const char* token_path = "/latest/api/token";
constexpr const char* token_lifetime = "21600"; // seconds
constexpr const char* not_there =
    "run on a machine of that cloud, or take other credentials; a container may need the "
    "metadata's hop limit raised to 2";

// SECURITY: it becomes a header or a path.
std::string first_line(std::string_view text) {
    const auto end = std::ranges::find_if(
        text, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; });
    return {text.begin(), end};
}

} // namespace

http::request metadata_source::make(const std::string& method, std::string path) const {
    http::request r;
    r.method = method;
    r.scheme = where_.scheme;
    r.host = where_.host;
    r.path = std::move(path);
    return r;
}

// Empty where the service is asked without one.
awaitable<boost::system::result<std::string, failure>> metadata_source::ask_token() const {
    auto r = make("PUT", token_path);
    r.set(std::string(dialect_.ttl_header), token_lifetime);
    const auto got = co_await ask(settings_, r, std::string());
    const auto token = got && got->status == 200 ? first_line(got->text) : std::string();
    if (!token.empty() || older_ == without_token::allowed)
        co_return token;
    if (!got)
        co_return no_answer(r, got.error(), not_there);
    co_return wrong_answer(r, *got, not_there);
}

awaitable<boost::system::result<std::string, failure>>
metadata_source::ask_role(std::string token) const {
    if (!role_.empty())
        co_return role_;
    auto r = make("GET", std::string(dialect_.roles));
    if (!token.empty())
        r.set(std::string(dialect_.token_header), token);
    const auto got = co_await ask(settings_, r, std::string());
    if (!got)
        co_return no_answer(r, got.error(), not_there);
    const auto name = got->status == 200 ? first_line(got->text) : std::string();
    if (name.empty())
        co_return wrong_answer(r, *got, "attach a role to this machine");
    co_return name;
}

awaitable<fetch_result> metadata_source::fetch() {
    const auto token = co_await ask_token();
    if (!token)
        co_return token.error();
    const auto role = co_await ask_role(*token);
    if (!role)
        co_return role.error();
    auto r = make("GET", std::string(dialect_.roles) + http::percent_encode(*role));
    if (!token->empty())
        r.set(std::string(dialect_.token_header), *token);
    const auto got = co_await ask(settings_, r, std::string());
    if (!got)
        co_return no_answer(r, got.error(), not_there);
    if (got->status != 200)
        co_return wrong_answer(r, *got, "check instance_role and the machine's role");
    co_return parse_json(got->text);
}

} // namespace objftpd::storage::credentials
