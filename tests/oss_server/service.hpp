#pragma once

#include "tests/oss_server/answer.hpp"
#include "tests/oss_server/authorization.hpp"
#include "tests/oss_server/catalog.hpp"
#include "tests/oss_server/request_body.hpp"
#include "tests/oss_server/request_parser.hpp"
#include "tests/oss_server/settings.hpp"

#include <atomic>
#include <memory>
#include <mutex>

namespace objftpd::oss_server {

/// What all requests work on. Thread-safe.
class service {
public:
    service(const server_settings& s, asio::any_io_executor executor,
            std::shared_ptr<storage::adapter> blob_bucket,
            std::shared_ptr<storage::adapter> record_bucket)
        : settings(s), blobs(executor, std::move(blob_bucket)),
          records(executor, std::move(record_bucket), blobs),
          accounts_(std::make_shared<const std::vector<account>>(s.accounts)) {}

    const server_settings settings;
    blob_store blobs;
    catalog records;

    /// The server's time, which tests may set apart from the machine's.
    std::chrono::sys_seconds now() const {
        const auto time = std::chrono::system_clock::now() + std::chrono::seconds(clock_offset);
        return std::chrono::floor<std::chrono::seconds>(time);
    }
    std::atomic<std::int64_t> clock_offset = 0; // seconds

    std::shared_ptr<const std::vector<account>> accounts() const {
        const std::lock_guard guarded(mutex_);
        return accounts_;
    }
    void set_accounts(std::vector<account> all) {
        auto fresh = std::make_shared<const std::vector<account>>(std::move(all));
        const std::lock_guard guarded(mutex_);
        accounts_ = std::move(fresh);
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const std::vector<account>> accounts_; // guarded by mutex_
};

/// One request while it is answered.
struct call {
    call(const http::request& r, request_body& b, std::chrono::sys_seconds t)
        : request(r), body(b), now(t) {}

    const http::request& request;
    request_body& body;
    std::chrono::sys_seconds now;
    identity who;

    const std::string& bucket() const { return request.bucket; }
    const std::string& key() const { return request.key; }

    /// Null if it is not there.
    const std::string* header(std::string_view name) const { return request.find(name); }
    const std::string* parameter(std::string_view name) const {
        return find_parameter(request, name);
    }

    /// The header's value; empty if it is not there.
    std::string header_text(std::string_view name) const {
        const auto* const found = header(name);
        return found != nullptr ? *found : std::string();
    }
    std::string parameter_text(std::string_view name) const {
        const auto* const found = parameter(name);
        return found != nullptr ? *found : std::string();
    }
};

using reply = outcome<answer>;

} // namespace objftpd::oss_server
