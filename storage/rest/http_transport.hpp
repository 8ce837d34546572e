#pragma once

#include "storage/http/client_pool.hpp"
#include "storage/rest/call.hpp"
#include "storage/rest/dialect.hpp"

#include "config/endpoint.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

namespace objftpd::storage::rest {

/// A bucket and how it is reached.
struct target {
    std::string store; // its name in the configuration, for the log
    std::string bucket;
    config::endpoint where;
    std::string region;
};

/// Sends calls to the store itself: addresses and signs them, awaits the answer, and says once for
/// all what it means, to the caller and in the log. A store that names another endpoint or region,
/// or shows that the clocks disagree, is believed from then on. Thread-safe.
class http_transport final : public transport {
public:
    http_transport(target to, std::shared_ptr<const dialect> speech,
                   std::shared_ptr<http::credentials_provider> who,
                   std::shared_ptr<const http::client_settings> settings)
        : target_(std::move(to)), dialect_(std::move(speech)), credentials_(std::move(who)),
          settings_(std::move(settings)) {}

    awaitable<answer> send(const call& c) override;

private:
    http::request make_request(const call& c, const http::credentials& who) const;
    awaitable<void> read_answer(const call& c, std::unique_ptr<http::exchange> from,
                                answer& to) const;
    void learn(answer& a, const http::credentials& who);
    bool correct_clock(const answer& a);
    bool correct_target(const vendor_error& said, const std::string* region);
    void log(const call& c, const answer& a, const std::string& signed_text,
             std::string_view reason) const;

    mutable std::mutex mutex_; // of target_, which may be corrected
    target target_;
    const std::shared_ptr<const dialect> dialect_;
    const std::shared_ptr<http::credentials_provider> credentials_;
    const std::shared_ptr<const http::client_settings> settings_;
    std::atomic<std::int64_t> clock_offset_{0}; // seconds to be added to our clock
};

} // namespace objftpd::storage::rest
