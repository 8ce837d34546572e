#pragma once

#include "config/result.hpp"
#include "storage/checksum/md5.hpp"
#include "storage/http/exchange.hpp"
#include "storage/memory_budget.hpp"
#include "storage/rest/checksums.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace objftpd::storage::rest {

/// The bytes of one part, or of a whole small object, with their checksums, which are computed
/// while they come: all that is needed to send it more than once.
class part_buffer {
public:
    /// What is computed of the bytes.
    struct sums {
        bool md5 = true;
        std::optional<crc_kind> crc;
    };

    /// `size` is how much it shall hold, in bytes.
    part_buffer(std::uint64_t size, sums wanted) : target_(size), wanted_(wanted) {}

    std::uint64_t size() const { return size_; }
    bool full() const { return size_ >= target_; }
    bool needs_chunk() const { return size_ == chunks_.size() * memory_budget::chunk_size; }
    void add(memory_budget::chunk c) { chunks_.push_back(std::move(c)); }

    /// Where the next bytes belong, as far as the chunk they begin in reaches.
    std::span<char> space();

    /// `n` bytes at the front of space() have been written.
    void filled(std::size_t n);

    /// Takes bytes from the front of `bytes` as far as there is room for; returns how many.
    std::size_t append(std::span<const char> bytes);

    /// Bytes that stay elsewhere until all is sent; nothing can be added behind them.
    void append_last(std::span<const char> bytes);

    http::request_body pieces() const;

    /// Once all bytes are there, and once only.
    void finish();
    /// Computes the MD5 if it was not wanted. It takes its time, in which others of the thread have
    /// their turn. REQUIRES: finish() has been called.
    awaitable<void> know_md5();
    bool has_md5() const { return md5_.has_value(); }
    /// REQUIRES: has_md5().
    md5_digest md5() const { return *md5_; }
    std::optional<crc_sum> crc() const;

private:
    void sum(std::span<const char> bytes);

    std::uint64_t target_;
    sums wanted_;
    std::uint64_t size_ = 0;
    std::vector<memory_budget::chunk> chunks_;
    std::span<const char> last_;
    storage::md5 running_md5_;
    std::optional<md5_digest> md5_; // once it is known
    std::uint64_t crc_ = 0;
};

} // namespace objftpd::storage::rest
