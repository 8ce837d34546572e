#pragma once

#include "storage/credentials/source.hpp"

#include "config/worker_pool.hpp"

#include <sys/stat.h>

#include <optional>
#include <string>

namespace objftpd::storage::credentials {

/// A credentials file of some vendor's tools, or one that somebody else keeps up to date. It is
/// looked at each 5 s that it is asked for, and read when it has changed.
class file_source final : public source {
public:
    /// `pool` does the reading. An empty profile is the file's own default.
    file_source(worker_pool& pool, std::string path, std::string profile)
        : pool_(pool), path_(std::move(path)), profile_(std::move(profile)) {}

    awaitable<fetch_result> fetch() override;

private:
    fetch_result look();
    fetch_result read() const;

    worker_pool& pool_;
    const std::string path_;
    const std::string profile_;
    struct ::stat seen_ {}; // of the file that is known
    std::optional<fetched> known_;
};

} // namespace objftpd::storage::credentials
