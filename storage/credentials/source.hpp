#pragma once

#include "config/result.hpp"
#include "storage/http/credentials.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace objftpd::storage::credentials {

using time_point = std::chrono::system_clock::time_point;

/// Credentials as a source gives them out.
struct fetched {
    http::credentials who;
    std::optional<time_point> expires;              // never, if nothing is said
    std::optional<std::chrono::seconds> look_again; // the source may change by then
};

/// Why a source gave none, for the operator. SECURITY: neither text ever holds a secret.
struct failure {
    failure() = default;
    failure(std::string r, std::string a) : reason(std::move(r)), advice(std::move(a)) {}

    std::string reason;
    std::string advice;
    bool may_pass = false; // by itself: who was asked did not answer
};

using fetch_result = boost::system::result<fetched, failure>;

/// Where temporary credentials come from: a file, a program, a service. Each fetch asks anew.
/// One fetch at a time; not always on the same thread.
class source {
public:
    virtual ~source() = default;

    virtual awaitable<fetch_result> fetch() = 0;
};

} // namespace objftpd::storage::credentials
