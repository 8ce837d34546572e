#pragma once

#include "storage/http/client_pool.hpp"
#include "storage/rest/bucket_route.hpp"
#include "storage/rest/call.hpp"
#include "storage/rest/dialect.hpp"
#include "storage/rest/internal_endpoint.hpp"

#include <memory>
#include <string>

namespace objftpd::storage::rest {

/// Sends calls to the store itself: addresses and signs them, awaits the answer, and says once for
/// all what it means, to the caller and in the log. Where a refusal teaches how to ask better, the
/// call may be sent again. Thread-safe.
class http_transport final : public transport, public url_signer {
public:
    http_transport(target to, std::shared_ptr<const dialect> speech,
                   std::shared_ptr<http::credentials_provider> who,
                   std::shared_ptr<const http::client_settings> settings,
                   std::shared_ptr<internal_endpoint> inside = nullptr)
        : route_(std::move(to)), dialect_(std::move(speech)), credentials_(std::move(who)),
          settings_(std::move(settings)), inside_(std::move(inside)) {}

    awaitable<answer> send(const call& c) override;
    awaitable<result<signed_url>> sign_url(std::string key, std::chrono::seconds lifetime) override;

private:
    struct sending;

    http::request make_request(const call& c, const sending& mine, std::string hash) const;
    awaitable<void> exchange(const call& c, sending& mine, answer& to) const;
    awaitable<void> read_answer(const call& c, sending& mine, std::unique_ptr<http::exchange> from,
                                answer& to) const;
    awaitable<void> learn(const call& c, const sending& mine, answer& a);
    bool learn_clock(const call& c, const sending& mine, const answer& a);
    void log(const call& c, const answer& a, const sending& mine) const;
    void log_signed(const call& c, const answer& a, const sending& mine) const;
    void log_end(const call& c, const answer& a, const sending& mine) const;

    bucket_route route_;
    const std::shared_ptr<const dialect> dialect_;
    const std::shared_ptr<http::credentials_provider> credentials_;
    const std::shared_ptr<const http::client_settings> settings_;
    const std::shared_ptr<internal_endpoint> inside_; // null: there is none
};

} // namespace objftpd::storage::rest
