#pragma once

#include "config/async.hpp"
#include "config/settings.hpp"
#include "storage/adapter.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>

namespace objftpd::server {

/// Removes uploads that broke off and that nobody may go on with any more, those that a crash has
/// left included. Filled at start-up; then run() on one I/O thread.
class janitor {
public:
    explicit janitor(const config::server_settings& settings) : settings_(settings) {}

    /// Looks after what lies under a prefix of a bucket; `owner` has a mount there. Of mounts of
    /// one bucket any adapter will do.
    void look_after(const std::string& bucket, std::shared_ptr<storage::adapter> adapter,
                    const std::string& prefix, const std::string& owner);

    /// Now and then, as long as the thread runs.
    awaitable<void> run();

private:
    struct tended_bucket {
        std::shared_ptr<storage::adapter> adapter;
        std::set<std::string> prefixes;
        std::set<std::string> owners{std::string()}; // of some uploads nobody is
    };

    awaitable<void> clean_up(const std::string& name, const tended_bucket& which) const;

    const config::server_settings& settings_;
    std::map<std::string, tended_bucket> buckets_; // by their names in the log
};

} // namespace objftpd::server
