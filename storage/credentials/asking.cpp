#include "storage/credentials/asking.hpp"

#include "storage/credentials/documents.hpp"
#include "storage/http/client_pool.hpp"

namespace objftpd::storage::credentials {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_answer = 64 << 10;

// SECURITY: without the query, where tokens may stand.
std::string name_of(const http::request& r) {
    return r.scheme + "://" + r.host + r.path.substr(0, r.path.find('?'));
}

http::client_settings direct() {
    http::client_settings made;
    made.connect_timeout = 2s;
    made.stall_timeout = 5s;
    made.total_timeout = 10s;
    made.max_connections = 1;
    made.kept_connections = 1;
    return made;
}

} // namespace

client_settings direct_settings() {
    return std::make_shared<const http::client_settings>(direct());
}

client_settings token_service_settings(const http::client_settings& of_store) {
    auto made = direct();
    made.ca_file = of_store.ca_file;
    made.ca_folder = of_store.ca_folder;
    return std::make_shared<const http::client_settings>(std::move(made));
}

client_settings sts_settings(const http::client_settings& of_store) {
    auto made = of_store;
    made.stall_timeout = 10s;
    made.total_timeout = 20s;
    made.max_connections = 1;
    made.kept_connections = 1;
    return std::make_shared<const http::client_settings>(std::move(made));
}

awaitable<result<reply>> ask(client_settings how, http::request r, std::string body) {
    const auto executor = co_await asio::this_coro::executor;
    auto& client = http::client_pool::find(executor, how);
    http::request_body pieces;
    if (!body.empty())
        pieces.emplace_back(body.data(), body.size());
    const auto sent = co_await client.send(std::move(r), std::move(pieces));
    if (!sent)
        co_return sent.error();
    auto text = co_await (*sent)->read_all(longest_answer);
    if (!text)
        co_return text.error();
    reply got;
    got.status = (*sent)->head().status;
    got.text = std::move(*text);
    if (const auto* const date = http::find((*sent)->head().headers, "date"))
        got.date = *date;
    co_return got;
}

failure no_answer(const http::request& r, const error_code& why, std::string advice) {
    failure f("no answer from " + name_of(r) + ": " + why.message(), std::move(advice));
    f.may_pass = true;
    return f;
}

failure wrong_answer(const http::request& r, const reply& got, std::string advice) {
    const auto said = error_in_json(got.text);
    return {name_of(r) + " answered with status " + std::to_string(got.status) +
                (said.empty() ? "" : ": " + said),
            std::move(advice)};
}

} // namespace objftpd::storage::credentials
