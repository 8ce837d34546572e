#pragma once

#include <cstdint>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

namespace objftpd::oss_server {

/// One request that was answered.
struct logged_request {
    std::string method;
    std::string bucket;
    std::string key;
    std::string query; // encoded, as it came, but for signatures
    unsigned status = 0;
    std::uint64_t received = 0; // bytes of its body
    std::uint64_t sent = 0;     // bytes of the answer's body
    std::string code;           // of an error
    bool operator==(const logged_request&) const = default;
};

/// Keeps the requests, oldest first, so that tests can count them, and writes a line for each:
/// method, bucket, key (percent-encoded), query, status, bytes received, bytes sent, error code;
/// "-" for what there is not. Thread-safe.
class request_log {
public:
    enum class memory { kept, not_kept };

    /// `file` as in server_settings::log_file. Throws std::runtime_error if it cannot be made.
    request_log(const std::string& file, memory m);

    void add(logged_request r);

    std::vector<logged_request> requests() const;
    void clear();

private:
    mutable std::mutex mutex_;
    std::vector<logged_request> requests_; // guarded by mutex_, like all below
    std::ofstream file_;
    bool to_standard_output_ = false;
    memory memory_;
};

} // namespace objftpd::oss_server
