#pragma once

#include "tests/conformance/object_store_bucket.hpp"

namespace objftpd::tests {

/// The value of an environment variable; empty if there is none.
inline std::string variable(const char* name) {
    const auto* const value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

/// All adapters: a new one is a new row. With S3_ENDPOINT set (tests/stores) the S3 adapter alone,
/// against the engine there.
inline std::vector<adapter_under_test> adapters_under_test() {
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
    };
}

} // namespace objftpd::tests
