#pragma once

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <mutex>

namespace objftpd::auth {

/// What limits count as one client: an IPv6 client owns a whole network, so all addresses of one
/// /64 are the same, and IPv4 addresses mapped into IPv6 are IPv4.
boost::asio::ip::address network_of(const boost::asio::ip::address& client);

/// Refuses logins from addresses that guess passwords. An address with `failures` failed logins
/// within `window` is refused for `ban`; the window begins with its first failure. A success
/// forgets nothing: otherwise someone with an account of their own could guess for ever.
///
/// Addresses of one network_of count as one. Memory is bounded: with more than `max_addresses`
/// known, the one that failed longest ago is forgotten. Thread safe.
class login_guard {
public:
    using clock = std::chrono::steady_clock;
    using address = boost::asio::ip::address;

    struct limits {
        unsigned failures = 20; // 0: nobody is ever refused
        std::chrono::seconds window{600};
        std::chrono::seconds ban{600};
        std::size_t max_addresses = 10'000;
    };

    explicit login_guard(const limits& l) : limits_(l) {}

    enum class decision { allow, refuse };
    decision ask(const address& client, clock::time_point now) const;

    enum class consequence { none, ban_begins };
    consequence failed(const address& client, clock::time_point now);

    std::size_t known_addresses() const;

private:
    struct record {
        address client;
        unsigned failures = 0;
        clock::time_point window_end;
        clock::time_point ban_end;
    };
    using records = std::list<record>;

    record& touch(const address& network);

    const limits limits_;
    mutable std::mutex mutex_;
    records records_; // the latest failure first
    std::map<address, records::iterator> index_;
};

} // namespace objftpd::auth
