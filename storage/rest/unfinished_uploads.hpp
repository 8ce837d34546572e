#pragma once

#include "storage/rest/bucket_access.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace objftpd::storage::rest {

/// An upload in parts that broke off, as the store tells of it.
struct unfinished_upload {
    unfinished_upload(upload_name n, timestamp t) : name(std::move(n)), touched(t) {}

    /// How many parts lie before that offset (bytes); nothing if it lies within one, or behind all.
    std::optional<unsigned> parts_before(std::uint64_t offset) const;

    upload_name name;
    timestamp touched; // when it was begun, or its newest part arrived
    /// Numbers 1, 2, 3..., each as long as it was to be. What lies behind a gap or a shorter part,
    /// the last one of a whole file perhaps, is left out: it is sent anew.
    std::vector<part_info> parts;
    std::uint64_t size = 0; // bytes of them together
    upload_checksum checksum;
};

/// The uploads with `owner`'s mark that have been touched within bucket_settings::keep_unfinished,
/// in the order of their keys, of one key the latest first; those in hand now are among them. `key`
/// as for adapter::unfinished. Of a directory with very many unfinished uploads only some are
/// looked at. None if the store does not let them be listed.
awaitable<result<std::vector<unfinished_upload>>>
find_unfinished(std::shared_ptr<const bucket_access> bucket, std::string key, std::string owner,
                std::stop_token stop = {});

/// adapter::remove_unfinished: all of that key but those in hand now. errc::precondition_failed if
/// another gateway may have one in hand: it has been touched within some minutes, and did not break
/// off here.
awaitable<result<>> remove_unfinished(std::shared_ptr<const bucket_access> bucket, std::string key,
                                      std::string owner);

/// adapter::clean_up of a bucket: removes uploads with the mark of one of the owners that have not
/// been touched within keep_unfinished, though they lack their first part. One of which no part has
/// arrived carries none, and is left alone.
awaitable<result<std::size_t>> remove_outdated(std::shared_ptr<const bucket_access> bucket,
                                               clean_up_request request);

} // namespace objftpd::storage::rest
