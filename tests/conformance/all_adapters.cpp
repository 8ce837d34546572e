#include "tests/conformance/object_store_bucket.hpp"
#include "tests/oss_server/server.hpp"

#include <openssl/crypto.h>

#include <cstdlib>

namespace objftpd::tests {
namespace {

std::string variable(const char* name) {
    const auto* const value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

// The server that all tests of the OSS adapter share; each has a bucket of its own.
oss_server::server& oss_emulator() {
    // What ends at exit ends in reverse order: the server's threads use OpenSSL to their last.
    // (Without an option the call does nothing.)
    static const int crypto = ::OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CRYPTO_STRINGS, nullptr);
    static_cast<void>(crypto);
    static const temporary_folder folder;
    static const auto settings = [] {
        oss_server::server_settings s;
        s.data = folder.path().string();
        storage::http::credentials keys;
        keys.key_id = "id";
        keys.secret = "secret";
        s.accounts.emplace_back(keys);
        return s;
    }();
    static oss_server::server server(settings, oss_server::request_log::memory::not_kept);
    return server;
}

std::unique_ptr<bucket_under_test> make_oss_bucket(event_loop& loop,
                                                   config::oss_signature version) {
    auto settings = store_at(config::store_type::oss, oss_emulator().url(), "id", "secret");
    settings.remote.signature = version;
    settings.remote.part_size = 1 << 20;
    return std::make_unique<object_store_bucket>(loop, settings);
}

} // namespace

std::vector<adapter_under_test> adapters_under_test() {
    using config::durability;
    if (const auto endpoint = variable("S3_ENDPOINT"); !endpoint.empty()) {
        const auto settings =
            store_at(config::store_type::s3, endpoint, variable("S3_ACCESS_KEY_ID"),
                     variable("S3_SECRET_ACCESS_KEY"));
        return {{"s3, " + endpoint, [settings](event_loop& loop) {
                     return std::make_unique<object_store_bucket>(loop, settings);
                 }}};
    }
    return {
        {"local, fsync",
         [](event_loop&) { return std::make_unique<local_bucket>(durability::fsync); }},
        {"local, none",
         [](event_loop&) { return std::make_unique<local_bucket>(durability::none); }},
        {"oss, V4",
         [](event_loop& loop) { return make_oss_bucket(loop, config::oss_signature::v4); }},
        {"oss, V1",
         [](event_loop& loop) { return make_oss_bucket(loop, config::oss_signature::v1); }},
    };
}

} // namespace objftpd::tests
