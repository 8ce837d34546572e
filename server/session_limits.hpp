#pragma once

#include "config/result.hpp"
#include "config/settings.hpp"

#include <boost/asio/ip/address.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace objftpd::server {

/// Counts sessions in all, by address, by user and before login, so that none of them can use
/// up the server. Thread-safe (own mutex).
class session_limits {
public:
    explicit session_limits(const config::server_settings& settings)
        : max_sessions_(settings.max_sessions), max_per_address_(settings.max_sessions_per_address),
          max_unauthenticated_(settings.max_unauthenticated) {}

    /// The places one session takes; gives them back when destroyed.
    class place {
    public:
        place(session_limits& limits, asio::ip::address address)
            : limits_(limits), address_(std::move(address)) {}
        place(const place&) = delete;
        place& operator=(const place&) = delete;
        ~place() { limits_.leave(*this); }

    private:
        friend class session_limits;
        session_limits& limits_;
        asio::ip::address address_;
        std::string user_;
        bool authenticated_ = false;
    };

    enum class verdict { admitted, too_many, too_many_from_address, too_many_unauthenticated };

    /// A new connection. One address gets at most half of the places before login, so that it
    /// cannot keep all others out; addresses of one auth::network_of count as one. When admitted,
    /// `taken` holds its place.
    verdict enter(const asio::ip::address& client, std::unique_ptr<place>& taken);

    /// A login: at most `max_sessions` of that user at a time (0: any number).
    enum class login_verdict { admitted, too_many };
    login_verdict log_in(place& p, const std::string& user, std::size_t max_sessions);

    /// The session is nobody's again (REIN, USER). False if there is no place for it among those
    /// that have not logged in: it must end.
    bool log_out(place& p);

    std::size_t sessions() const;

private:
    struct address_counts {
        std::size_t sessions = 0;
        std::size_t unauthenticated = 0;
    };

    void leave(place& p);
    address_counts& counts_of(const place& p) { return by_address_[p.address_]; }
    void forget_user(place& p);

    const std::size_t max_sessions_;
    const std::size_t max_per_address_;
    const std::size_t max_unauthenticated_;
    mutable std::mutex mutex_;
    std::size_t sessions_ = 0;
    std::size_t unauthenticated_ = 0;
    std::map<asio::ip::address, address_counts> by_address_;
    std::map<std::string, std::size_t> by_user_;
};

} // namespace objftpd::server
