#pragma once

#include "storage/adapter.hpp"
#include "storage/rest/bucket_access.hpp"
#include "storage/rest/content_check.hpp"
#include "storage/rest/object_range.hpp"
#include "storage/rest/read_ahead.hpp"

#include <memory>
#include <optional>
#include <stop_token>

namespace objftpd::storage::rest {

/// A download: one GetObject, or several ranges at the same time where the bucket is read ahead. A
/// whole object is compared with the checksum that the store has of it.
class object_download final : public body {
public:
    /// `opened` begins at `offset`. `executor` is that of the coroutine that uses it.
    object_download(std::shared_ptr<const bucket_access> bucket, std::string key,
                    opened_object opened, std::uint64_t offset,
                    const asio::any_io_executor& executor, std::stop_token stop);

    const object_info& info() const override { return info_; }
    std::uint64_t remaining() const override { return remaining_; }
    awaitable<result<std::size_t>> read_some(std::span<char> buffer) override;

private:
    result<> check(); // once

    object_info info_;
    std::uint64_t remaining_; // bytes
    std::unique_ptr<object_range> range_;
    std::unique_ptr<read_ahead> ahead_;  // in its place
    std::optional<content_check> whole_; // of what is read from its beginning
};

} // namespace objftpd::storage::rest
