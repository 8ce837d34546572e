#pragma once

#include "storage/credentials/source.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace objftpd::storage::credentials {

/// A program that writes the JSON of credentials to its standard output. Run without a shell, with
/// nothing to read and no file of ours open; what it writes to standard error goes to ours. It is
/// killed with its children when it takes too long or writes too much.
class process_source final : public source {
public:
    /// REQUIRES: `command` is not empty.
    explicit process_source(std::vector<std::string> command,
                            std::chrono::milliseconds time = std::chrono::seconds(15))
        : command_(std::move(command)), time_(time) {}

    awaitable<fetch_result> fetch() override;

private:
    const std::vector<std::string> command_;
    const std::chrono::milliseconds time_;
};

} // namespace objftpd::storage::credentials
