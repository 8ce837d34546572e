#pragma once

#include "config/settings.hpp"

#include <chrono>
#include <string>

namespace objftpd::tests {

/// A store over HTTP at that URL, its buckets in the path, with limits fit for tests.
inline config::store_settings store_at(config::store_type type, const std::string& endpoint,
                                       const std::string& key = "id",
                                       const std::string& secret = "secret") {
    config::store_settings settings;
    settings.name = "engine";
    settings.type = type;
    auto& remote = settings.remote;
    remote.endpoint = *config::parse_endpoint(endpoint);
    remote.endpoint.style = config::addressing::path;
    remote.region = type == config::store_type::oss ? "cn-hangzhou" : "us-east-1";
    remote.access_key_id = key;
    remote.access_key_secret = secret;
    remote.part_size = 5 << 20;
    remote.largest_part = 64 << 20;
    remote.parallel_parts = 3;
    remote.attempts = 3;
    remote.connect_timeout = std::chrono::seconds(5);
    remote.stall_timeout = std::chrono::seconds(20);
    remote.max_connections = 64;
    remote.max_requests = 64;
    return settings;
}

} // namespace objftpd::tests
