#include "storage/credentials/url_source.hpp"

#include "config/async.hpp"
#include "config/secret.hpp"
#include "storage/credentials/documents.hpp"
#include "storage/credentials/text_file.hpp"

namespace objftpd::storage::credentials {

awaitable<boost::system::result<std::string, failure>> url_source::find_proof() const {
    if (proof_.file.empty())
        co_return proof_.text;
    if (proof_.kind == file_kind::token) {
        auto read = co_await read_token(pool_, proof_.file);
        if (!read)
            co_return no_token(proof_.file, read.error());
        co_return std::move(*read);
    }
    auto work = [this] { return config::read_secret_file(proof_.file); };
    auto found = co_await offload(pool_, work);
    if (!found.problem.empty())
        co_return failure(found.problem, "check authorization_file");
    co_return std::move(found.value);
}

awaitable<fetch_result> url_source::fetch() {
    http::request r;
    r.method = "GET";
    r.scheme = where_.where.scheme;
    r.host = where_.where.host;
    r.path = where_.path;
    const auto proof = co_await find_proof();
    if (!proof)
        co_return proof.error();
    if (!proof->empty())
        r.set("authorization", *proof);
    r.set("accept", "application/json");
    const auto got = co_await ask(settings_, r, std::string());
    if (!got)
        co_return no_answer(r, got.error(), "check the address and that the service runs");
    if (got->status != 200)
        co_return wrong_answer(r, *got, "check the address and who may ask there");
    co_return parse_json(got->text);
}

} // namespace objftpd::storage::credentials
