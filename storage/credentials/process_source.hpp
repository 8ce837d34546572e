#pragma once

#include "storage/credentials/source.hpp"

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace objftpd::storage::credentials {

/// A program that writes the JSON of credentials to its standard output. Run without a shell, with
/// nothing to read and no file of ours open; what it writes to standard error goes to the log. What
/// it leaves running is killed when it has ended, and all of it when it takes too long or writes
/// too much. A process that survives this is not waited for, and not many more are started.
class process_source final : public source {
public:
    /// `hidden` are the environment variables that it does not get.
    /// REQUIRES: `command` is not empty.
    explicit process_source(std::vector<std::string> command,
                            std::chrono::milliseconds time = std::chrono::seconds(15),
                            std::vector<std::string> hidden = {})
        : command_(std::move(command)), time_(time), hidden_(std::move(hidden)) {}

    awaitable<fetch_result> fetch() override;

private:
    const std::vector<std::string> command_;
    const std::chrono::milliseconds time_;
    const std::vector<std::string> hidden_;
    std::vector<pid_t> left_; // killed, and not ended yet
};

} // namespace objftpd::storage::credentials
