#pragma once

#include "storage/rest/bucket_access.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

namespace objftpd::storage::rest {

/// What is read of an object stays the same version.
struct object_version {
    object_version(std::string k, std::string e, std::uint64_t s)
        : key(std::move(k)), etag(std::move(e)), size(s) {}

    const std::string key;
    const std::string etag;   // empty: the store tells none
    const std::uint64_t size; // bytes
};

/// The bytes of one version of an object from one place up to another, by one GetObject. If it
/// breaks, the rest is fetched from where it broke. Used by one coroutine at a time.
class object_range {
public:
    /// `stream` delivers what lies from `first` on; null: it is asked for when it is needed.
    object_range(std::shared_ptr<const bucket_access> bucket,
                 std::shared_ptr<const object_version> of, std::uint64_t first, std::uint64_t end,
                 std::unique_ptr<http::exchange> stream, std::stop_token stop);

    /// Bytes not read yet.
    std::uint64_t remaining() const { return end_ - position_; }

    /// Fills the front of `buffer` with the next bytes; 0 at the end alone.
    /// errc::precondition_failed if there is another version by now.
    awaitable<result<std::size_t>> read_some(std::span<char> buffer);

private:
    awaitable<result<>> open();

    const std::shared_ptr<const bucket_access> bucket_;
    const std::shared_ptr<const object_version> of_;
    std::uint64_t position_;
    const std::uint64_t end_;
    std::unique_ptr<http::exchange> stream_;
    unsigned breaks_ = 0; // since bytes came last
    const std::stop_token stop_;
};

} // namespace objftpd::storage::rest
