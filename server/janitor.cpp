#include "server/janitor.hpp"

#include "config/log.hpp"

#include <algorithm>
#include <chrono>

namespace objftpd::server {
namespace {

// Who starts over and over, as containers may, does not pay for it each time.
constexpr std::chrono::seconds first_pause(300);

} // namespace

void janitor::look_after(const std::string& bucket, std::shared_ptr<storage::adapter> adapter,
                         const std::string& prefix, const std::string& owner) {
    auto& known = buckets_[bucket];
    known.adapter = std::move(adapter);
    known.prefixes.insert(prefix);
    known.owners.insert(owner);
}

awaitable<void> janitor::run() {
    if (settings_.clean_up == config::clean_up_policy::off)
        co_return;
    auto pause = std::min(first_pause, settings_.clean_up_interval);
    for (;;) {
        co_await sleep_for(pause);
        pause = settings_.clean_up_interval;
        for (const auto& [name, which] : buckets_)
            co_await clean_up(name, which);
    }
}

awaitable<void> janitor::clean_up(const std::string& name, const tended_bucket& which) const {
    std::string done; // in the order of prefixes what begins with one follows it
    bool first = true;
    for (const auto& prefix : which.prefixes) {
        if (!first && prefix.starts_with(done))
            continue;
        first = false;
        done = prefix;
        storage::clean_up_request request;
        request.prefix = prefix;
        request.owners.assign(which.owners.begin(), which.owners.end());
        request.only_report = settings_.clean_up == config::clean_up_policy::report;
        const auto removed = co_await which.adapter->clean_up(std::move(request));
        if (!removed)
            config::log::warning("unfinished uploads could not be looked through",
                                 {{"bucket", name},
                                  {"prefix", prefix},
                                  {"error", removed.error().message()},
                                  {"advice", "allow the store's key to list and abort uploads, or "
                                             "set server.clean_up = \"off\" and let a lifecycle "
                                             "rule remove them"}});
        else if (*removed > 0)
            config::log::info("unfinished uploads are removed",
                              {{"bucket", name}, {"prefix", prefix}, {"uploads", *removed}});
    }
}

} // namespace objftpd::server
