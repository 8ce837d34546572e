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

// The same under the name that all buckets' names stand in front of.
std::string named(std::string url) {
    return url.replace(url.find("127.0.0.1"), 9, "localhost");
}

config::store_settings oss_at(const std::string& url, config::addressing style,
                              config::oss_signature version) {
    auto settings = store_at(config::store_type::oss, url, "id", "secret");
    settings.remote.endpoint.style = style;
    settings.remote.signature = version;
    settings.remote.part_size = 1 << 20;
    return settings;
}

config::store_settings oss_in_path() {
    return oss_at(oss_emulator().url(), config::addressing::path, config::oss_signature::v4);
}

config::store_settings oss_in_name() {
    return oss_at(named(oss_emulator().url()), config::addressing::virtual_hosted,
                  config::oss_signature::v1);
}

config::store_settings oss_with_directories() {
    auto settings = oss_in_path();
    settings.remote.native_rename = true;
    return settings;
}

adapter_under_test one_of(const std::string& name, config::store_settings (*settings)()) {
    return {name, [settings](event_loop& loop) {
                return std::make_unique<object_store_bucket>(loop, settings());
            }};
}

config::store_settings real_s3() {
    auto settings = store_at(config::store_type::s3, variable("S3_ENDPOINT"),
                             variable("S3_ACCESS_KEY_ID"), variable("S3_SECRET_ACCESS_KEY"));
    if (variable("S3_STYLE") == "virtual")
        settings.remote.endpoint.style = config::addressing::virtual_hosted;
    if (variable("S3_CHECKSUM") == "crc32c")
        settings.remote.checksum = config::upload_checksum::crc32c;
    if (variable("S3_CHECKSUM") == "crc64nvme")
        settings.remote.checksum = config::upload_checksum::crc64nvme;
    using config::payload_hash;
    if (const auto wanted = variable("S3_PAYLOAD"); !wanted.empty())
        settings.remote.payload = wanted == "sha256"     ? payload_hash::always
                                  : wanted == "unsigned" ? payload_hash::never
                                                         : payload_hash::automatic;
    return settings;
}

} // namespace

std::vector<config::store_settings> object_stores_under_test() {
    if (!variable("S3_ENDPOINT").empty())
        return {real_s3()};
    return {oss_in_path(), oss_in_name()};
}

std::vector<adapter_under_test> adapters_under_test() {
    using config::durability;
    if (const auto endpoint = variable("S3_ENDPOINT"); !endpoint.empty())
        return {one_of("s3, " + endpoint, real_s3)};
    return {
        {"local, fsync",
         [](event_loop&) { return std::make_unique<local_bucket>(durability::fsync); }},
        {"local, none",
         [](event_loop&) { return std::make_unique<local_bucket>(durability::none); }},
        // Both signatures cover the bucket wherever it stands: two rows prove four ways.
        one_of("oss, V4, bucket in the path", oss_in_path),
        one_of("oss, V1, bucket in the name", oss_in_name),
    };
}

std::vector<adapter_under_test> adapters_that_rename() {
    auto all = adapters_under_test();
    if (variable("S3_ENDPOINT").empty())
        all.push_back(one_of("oss, hierarchical namespace", oss_with_directories));
    return all;
}

} // namespace objftpd::tests
