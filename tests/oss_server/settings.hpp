#pragma once

#include "storage/http/credentials.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// A server that speaks Alibaba Cloud OSS's own API over the embedded store: the other end of
/// objftpd's OSS client in tests, and an emulator. It is as strict as OSS where OSS is strict.
namespace objftpd::oss_server {

namespace http = storage::http;

/// Somebody who may sign requests. All accounts own all buckets. With a session token these are
/// temporary credentials, which are worth nothing without it.
struct account {
    explicit account(http::credentials k,
                     std::optional<std::chrono::sys_seconds> until = std::nullopt)
        : keys(std::move(k)), expires(until) {}

    http::credentials keys;
    std::optional<std::chrono::sys_seconds> expires;
};

/// OSS's limits. Tests may lower them; bytes unless said otherwise.
struct limits {
    std::uint64_t object = 5ULL << 30; // of one request, and of an appendable object
    std::uint64_t part = 100 << 10;    // the least, but for the last one
    std::uint64_t cross_bucket_copy = 1ULL << 30;
    unsigned parts = 10'000; // the highest part number
    std::size_t key = 1023;
    std::size_t user_metadata = 8 << 10;
    std::size_t request_head = 32 << 10;
    std::size_t document = 2 << 20; // XML in a request
    unsigned page = 1000;           // entries
    unsigned default_page = 100;
};

/// How a server is set up.
struct server_settings {
    boost::asio::ip::tcp::endpoint listen{boost::asio::ip::address_v4::loopback(), 0};
    std::string data; // the folder of the embedded store
    std::vector<account> accounts;
    std::string region = "cn-hangzhou";

    /// Host names under which "<bucket>.<name>" is a bucket, besides "localhost" and the
    /// region's own. IP addresses and localhost also take "/<bucket>/<key>".
    std::vector<std::string> base_hosts;

    unsigned threads = 1;
    bool durable = false; // fsync before success is said
    std::string log_file; // one line for each request; empty: none, "-": standard output
    std::chrono::seconds idle_timeout{60};
    std::chrono::seconds restore_time{0}; // until an archived object is readable
    limits most;
};

} // namespace objftpd::oss_server
