#pragma once

#include "storage/adapter.hpp"
#include "storage/checksum/md5.hpp"
#include "storage/rest/bucket_access.hpp"

#include <memory>
#include <optional>
#include <stop_token>

namespace objftpd::storage::rest {

/// A download: one GetObject. If it breaks, the rest of the same version is fetched from where it
/// broke. A whole object is compared with the checksum that the store has of it.
class object_download final : public body {
public:
    object_download(std::shared_ptr<const bucket_access> bucket, std::string key,
                    opened_object opened, std::uint64_t offset, std::stop_token stop);

    const object_info& info() const override { return info_; }
    std::uint64_t remaining() const override { return info_.size - position_; }
    awaitable<result<std::size_t>> read_some(std::span<char> buffer) override;

private:
    awaitable<result<>> open_again();
    result<> check();

    const std::shared_ptr<const bucket_access> bucket_;
    const std::string key_;
    object_info info_;
    std::unique_ptr<http::exchange> stream_;
    std::uint64_t position_;
    unsigned attempts_ = 0; // to go on, since bytes came last
    const std::stop_token stop_;
    bool checked_ = false;
    std::optional<std::uint64_t> crc64_; // of the bytes so far, where the whole one is known
    std::optional<md5> md5_;
};

} // namespace objftpd::storage::rest
