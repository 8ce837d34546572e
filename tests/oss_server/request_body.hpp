#pragma once

#include "config/result.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace objftpd::oss_server {

/// The body of a request while it comes in.
class request_body {
public:
    virtual ~request_body() = default;

    /// What Content-Length says; nothing where the body is chunked or there is none.
    virtual std::optional<std::uint64_t> length() const = 0;
    virtual bool is_chunked() const = 0;

    /// The next bytes into the front of `buffer`; 0 at the end. A client that waits for "100
    /// Continue" is told so by the first call. A body that breaks off is an error.
    virtual awaitable<result<std::size_t>> read_some(std::span<char> buffer) = 0;
};

} // namespace objftpd::oss_server
