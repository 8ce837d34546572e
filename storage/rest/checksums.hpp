#pragma once

#include "storage/adapter.hpp"
#include "storage/checksum/crc.hpp"
#include "storage/http/request.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Checksums in the words of OSS and S3.
namespace objftpd::storage::rest {

/// A cyclic checksum of some bytes, as a number, whatever order its bytes are told in.
struct crc_sum {
    crc_kind kind = crc_kind::crc64;
    std::uint64_t value = 0;
};

/// Checksums of the same bytes, of each kind at most one.
class crc_sums {
public:
    std::optional<std::uint64_t> find(crc_kind kind) const { return all_[index(kind)]; }
    void set(const crc_sum& sum) { all_[index(sum.kind)] = sum.value; }
    bool empty() const { return all_ == decltype(all_)(); }

private:
    static std::size_t index(crc_kind kind) { return static_cast<std::size_t>(kind); }

    std::array<std::optional<std::uint64_t>, 4> all_;
};

/// A cryptographic hash of some bytes.
struct content_hash {
    hash_algorithm algorithm = hash_algorithm::md5;
    std::string hex; // lower case
};

/// What a store tells of some bytes that it has.
struct told_checksums {
    crc_sums crcs;
    std::vector<content_hash> hashes;
};

/// Of answers' headers; `etag` is that of the bytes. What is not certain to be of all of them is
/// left out: S3 also tells checksums that are made of those of parts. REQUIRES: the answer is about
/// whole objects or parts, not about a range.
told_checksums checksums_in(const std::vector<http::header>& headers, std::string_view etag);

/// The checksum that an upload in parts was begun with, as S3 tells it.
struct upload_checksum {
    std::optional<crc_kind> kind; // nothing: with none, or with another one
    bool of_whole = false;        // is kept of the whole object, not of each part alone
};
upload_checksum upload_checksum_in(const std::vector<http::header>& headers);

/// As S3's elements and headers have it: "CRC32C".
std::string_view name_of(crc_kind kind);

/// The header of S3 that tells it: "x-amz-checksum-crc32c".
std::string header_of(crc_kind kind);

/// As S3 writes it: base64 of its bytes, the highest first.
std::string text_of(const crc_sum& sum);

/// Lower-case hex.
std::string hex_of(const crc_sum& sum);

/// The MD5 in base64, as Content-MD5 and rclone's metadata have it, in hex. Nothing if it is none.
std::optional<std::string> md5_in_base64(std::string_view text);

} // namespace objftpd::storage::rest
