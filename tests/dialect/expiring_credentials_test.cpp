#include "storage/object_store.hpp"
#include "tests/oss_server/server.hpp"
#include "tests/oss_server/server_under_test.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/http_server.hpp"
#include "tests/support/results.hpp"
#include "tests/support/store_settings.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using namespace std::chrono_literals;
namespace http = objftpd::storage::http;

namespace {

constexpr std::size_t part = 100 << 10;

/// An OSS server, and a token server that gives out what the former takes.
class expiring_credentials_test {
public:
    explicit expiring_credentials_test(unsigned parallel_parts = 1) {
        loop.leave_background();
        auto settings = store_at(config::store_type::oss, oss.server->url());
        auto& remote = settings.remote;
        remote.credentials = config::credential_source::url;
        remote.credentials_url = "http://" + tokens.host() + "/ftp";
        remote.part_size = part;
        remote.largest_part = 5 << 20;
        remote.parallel_parts = parallel_parts;
        store.emplace(settings, std::make_shared<storage::memory_budget>(8 << 20), pool);
        bucket = store->open_bucket("bucket");
    }

    static http::credentials temporary(const std::string& key) {
        http::credentials who;
        who.key_id = key;
        who.secret = "secret of " + key;
        who.session_token = "token of " + key;
        return who;
    }

    /// The next credentials that the token server gives out.
    void gives_out(const std::string& key) {
        const auto who = temporary(key);
        tokens.answers(200, R"({"AccessKeyId":")" + who.key_id + R"(","AccessKeySecret":")" +
                                who.secret + R"(","SecurityToken":")" + who.session_token +
                                R"(","Expiration":"2099-01-01T00:00:00Z"})");
    }

    /// The OSS server takes `valid` from now on, and calls `expired` expired.
    void takes(const std::string& valid, const std::string& expired = {}) {
        std::vector<oss_server::account> accounts;
        accounts.emplace_back(temporary(valid));
        if (!expired.empty())
            accounts.emplace_back(temporary(expired), server_under_test::now() - 1h);
        oss.server->set_accounts(accounts);
    }

    void write_parts(storage::upload& to, int count) {
        const std::string bytes(part, 'x');
        for (int i = 0; i < count; ++i)
            value_of(loop.run(to.write(bytes)));
    }

    server_under_test oss;
    http_server tokens;
    worker_pool pool{1};
    event_loop loop;
    std::optional<storage::object_store> store;
    std::shared_ptr<storage::adapter> bucket;
};

/// The same with several parts on their way at the same time.
class expiring_herd_test : public expiring_credentials_test {
public:
    expiring_herd_test() : expiring_credentials_test(4) {}
};

} // namespace

TEST_CASE_METHOD(expiring_credentials_test,
                 "a token that expires between two parts is renewed unnoticed by the upload") {
    gives_out("first");
    takes("first");
    const storage::upload_request file("file", storage::overwrite::allowed);
    const auto upload = value_of(loop.run(bucket->open_upload(file)));
    write_parts(*upload, 3);
    CHECK(tokens.requests().size() == 1);
    gives_out("second");
    takes("second", "first");
    write_parts(*upload, 3);
    const auto stored = value_of(loop.run(upload->commit({})));
    CHECK(stored.size == 6 * part);
    CHECK(tokens.requests().size() == 2);
}

TEST_CASE_METHOD(expiring_herd_test,
                 "parts that are refused at the same time fetch one token for all of them") {
    gives_out("first");
    takes("first");
    const storage::upload_request file("file", storage::overwrite::allowed);
    const auto upload = value_of(loop.run(bucket->open_upload(file)));
    write_parts(*upload, 2);
    gives_out("second");
    takes("second", "first");
    write_parts(*upload, 8);
    const auto stored = value_of(loop.run(upload->commit({})));
    CHECK(stored.size == 10 * part);
    CHECK(tokens.requests().size() == 2);
}

TEST_CASE_METHOD(expiring_credentials_test, "keys that the store does not know are fetched anew") {
    gives_out("first");
    gives_out("second");
    takes("second");
    CHECK(error_of(loop.run(bucket->stat("file", storage::detail::basic))) ==
          storage::errc::not_found);
    CHECK(tokens.requests().size() == 2);
}

TEST_CASE_METHOD(expiring_credentials_test, "without credentials nothing is asked of the store") {
    tokens.answers(500, "");
    const auto failed = loop.run(bucket->stat("file", storage::detail::basic));
    CHECK(error_of(failed) == storage::errc::refused_credentials);
    CHECK(oss.server->requests().size() == 1); // the one that made the bucket
}
