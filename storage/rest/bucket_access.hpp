#pragma once

#include "config/upload_attributes.hpp"
#include "storage/directory_journal.hpp"
#include "storage/memory_budget.hpp"
#include "storage/rest/bucket_client.hpp"
#include "storage/rest/key_locks.hpp"
#include "storage/rest/unlisted_keys.hpp"
#include "storage/rest/uploads_in_use.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace objftpd::storage::rest {

/// How a bucket is used.
struct bucket_settings {
    std::uint64_t part_size = 8 << 20;               // bytes, to begin with
    std::uint64_t largest_part = 64 << 20;           // bytes; all of a part is held in memory
    unsigned parallel_parts = 3;                     // of one upload, on their way at the same time
    unsigned parallel_reads = 1;                     // ranges of one download at the same time
    unsigned download_attempts = 5;                  // to go on with a download that broke
    std::size_t most_renamed_objects = 10'000;       // of a directory
    std::uint64_t most_renamed_bytes = 100ull << 30; // the same
    unsigned parallel_copies = 16;                   // of a directory that is renamed, or of a file
    std::uint64_t largest_copy = 0;           // bytes, by one request; 0: as the store has it
    bool native_rename = false;               // it has a hierarchical namespace (OSS)
    bool keep_acls = false;                   // what else an object has is asked for, too
    bool keep_empty_directories = true;       // a marker takes the place of what was last in one
    bool check_directories = false;           // uploads ask whether one has their name
    bool times_in_metadata = false;           // set_modified() writes there, and stat() reads
    std::vector<std::string> hidden_prefixes; // of keys that listings leave out
    std::chrono::seconds keep_unfinished{24 * 3600}; // uploads that broke off, for their owner
    config::upload_attributes attributes;
};

/// A bucket with what uploads and downloads need besides: made once, shared, immutable but for
/// what is thread-safe by itself.
struct bucket_access {
    /// No part gets longer than all of the memory, whatever the settings say.
    bucket_access(bucket_client c, bucket_settings s, std::shared_ptr<memory_budget> m);

    /// What an object of that key is stored with.
    object_attributes attributes_of(const std::string& key) const;

    /// Whether listings leave that key out by bucket_settings::hidden_prefixes.
    bool hides(const std::string& key) const;

    /// Of the first parts of uploads whose size nobody has announced: bytes, without their mark.
    std::uint64_t usual_part() const;

    /// What one request may copy: bytes.
    std::uint64_t largest_copy() const;

    std::string store; // the names that a record of a rename has it under
    std::string bucket;
    bucket_client client;
    bucket_settings settings;
    std::shared_ptr<memory_budget> memory;
    std::shared_ptr<url_signer> signer;         // null: nobody signs URLs
    std::shared_ptr<directory_journal> journal; // null: a crash leaves directories as they are
    std::shared_ptr<key_locks> locks = std::make_shared<key_locks>();
    std::shared_ptr<uploads_in_use> in_use = std::make_shared<uploads_in_use>();
    std::shared_ptr<unlisted_keys> unlisted = std::make_shared<unlisted_keys>();
};

} // namespace objftpd::storage::rest
