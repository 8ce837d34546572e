#pragma once

#include <optional>
#include <string>

namespace objftpd::server {

/// The folder of this gateway's own state, held by a lock for as long as the object lives, so that
/// two gateways never share one. Used by the main thread.
class state_directory {
public:
    state_directory() = default;
    state_directory(const state_directory&) = delete;
    state_directory& operator=(const state_directory&) = delete;
    ~state_directory();

    /// Makes the folder if it is missing, readable by its owner only, and locks it. Returns what
    /// went wrong, for the operator, or nothing.
    std::optional<std::string> open(const std::string& path);

private:
    int lock_ = -1;
};

} // namespace objftpd::server
