#pragma once

#include "storage/rest/bucket_access.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace objftpd::storage::rest {

/// An upload in parts that broke off, as the store tells of it.
struct unfinished_upload {
    unfinished_upload(upload_name n, timestamp t) : name(std::move(n)), begun(t) {}

    /// How many parts lie before that offset (bytes); nothing if it lies within one, or behind all.
    std::optional<unsigned> parts_before(std::uint64_t offset) const;

    upload_name name;
    timestamp begun;
    std::vector<part_info> parts; // numbers 1, 2, 3...: what lies behind a gap is left out
    std::uint64_t size = 0;       // bytes of them together
};

/// The uploads that broke off, are younger than bucket_settings::keep_unfinished, and are `owner`'s
/// to go on with: of a key the latest one. `key` as for adapter::unfinished. Of a directory with
/// very many unfinished uploads only the first ones are looked at.
awaitable<result<std::vector<unfinished_upload>>>
find_unfinished(std::shared_ptr<const bucket_access> bucket, std::string key, std::string owner);

/// adapter::clean_up of a bucket: removes uploads with the mark of one of the owners that are older
/// than keep_unfinished. One of which no part has arrived carries none, and is left alone.
awaitable<result<std::size_t>> remove_outdated(std::shared_ptr<const bucket_access> bucket,
                                               clean_up_request request);

} // namespace objftpd::storage::rest
