#pragma once

#include "storage/http/credentials.hpp"
#include "storage/http/request.hpp"
#include "storage/rest/call.hpp"
#include "storage/rest/checksums.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace objftpd::storage::rest {

/// What a vendor's stores take at most and at least. Sizes in bytes.
struct limits {
    std::uint64_t smallest_part = 0; // but for the last one
    std::uint64_t largest_part = 0;  // also of a whole object in one request
    std::uint64_t largest_copy = 0;  // in one request, inside a bucket
    unsigned most_parts = 10'000;
    std::size_t longest_key = 0;
};

/// In what OSS and S3 differ; all else is said once for both. Immutable.
class dialect {
public:
    virtual ~dialect() = default;

    /// What names of the vendor's own headers begin with: "x-oss-", "x-amz-".
    virtual std::string_view prefix() const = 0;

    /// The vendor's own header of that name: "x-oss-storage-class" for "storage-class".
    std::string own(std::string_view name) const {
        return std::string(prefix()) + std::string(name);
    }

    virtual std::string_view acl_header() const = 0;
    virtual std::string_view encryption_key_header() const = 0;

    virtual const limits& bounds() const = 0;

    /// The checksum by which uploads are compared with what answers tell of them. Nothing: the
    /// store compares their MD5.
    virtual std::optional<crc_kind> checksum_of_uploads() const = 0;

    /// Whether such a checksum is sent with the bytes in place of an MD5: the store refuses damaged
    /// ones by it, too, and keeps it with the object (S3).
    virtual bool sends_checksums() const = 0;

    /// Makes GetObject and HeadObject tell what checksums the store keeps.
    virtual void ask_for_checksums(call& c) const = 0;

    /// Whether a store may keep it with an object.
    virtual bool may_keep(hash_algorithm algorithm) const = 0;

    /// Whether an ETag that looks like an MD5 is the content's.
    virtual bool etags_are_md5s() const = 0;

    /// Whether an ETag of a whole upload in parts is made of its parts' MD5s.
    virtual bool composite_etags() const = 0;

    /// Whether an upload in parts is given its ACL when it is completed, not when it is begun.
    virtual bool acl_at_completion() const = 0;

    /// Whether there are symbolic links (OSS).
    virtual bool has_links() const = 0;

    /// Makes a PutObject, CopyObject, CreateMultipartUpload or CompleteMultipartUpload fail where
    /// the key exists.
    virtual void refuse_overwrite(call& c) const = 0;

    /// Makes a range beyond the object's end an error.
    virtual void insist_on_range(call& c) const = 0;

    /// Whether the signature of that call, sent by that scheme, is to cover a hash of its body.
    virtual bool hashes_body(const call& c, std::string_view scheme) const = 0;

    /// Adds Authorization and all that it covers; a hash of the body stands in the vendor's own
    /// header "content-sha256" already. `now` in UTC, by the store's clock.
    virtual void sign(http::request& r, const http::credentials& who, const std::string& region,
                      std::chrono::sys_seconds now) const = 0;

    /// The URL of a request that anybody may send within `lifetime` (1 s to 7 d) of `now`.
    virtual std::string presign(http::request r, const http::credentials& who,
                                const std::string& region, std::chrono::sys_seconds now,
                                std::chrono::seconds lifetime) const = 0;

    /// What was signed, for the debug log: the canonical request, of one that has been signed.
    /// Secrets that `r` still holds are in it.
    virtual std::string signed_text(const http::request& r) const = 0;

    /// That text's hash and what is signed with it, in the vendor's form; empty where the text
    /// itself is signed. It tells no secret of `r`, which must be as it was sent.
    virtual std::string string_to_sign(const http::request& r, const std::string& region) const = 0;
};

} // namespace objftpd::storage::rest
