#pragma once

#include "storage/rest/dialect.hpp"

namespace objftpd::storage::s3 {

/// S3 and what speaks like it, with Signature Version 4.
class s3_dialect final : public rest::dialect {
public:
    enum class etags { md5, opaque };

    /// Which bodies signatures cover by a SHA-256 of their own.
    enum class payload {
        unprotected, // those that nothing else protects, and documents, of which it costs nothing
        none,
        all,
    };

    /// Some stores that speak S3 make their ETags as they like.
    explicit s3_dialect(etags told = etags::md5, std::optional<crc_kind> checksum = std::nullopt,
                        payload hashed = payload::unprotected)
        : etags_(told), checksum_(checksum), hashed_(hashed) {}

    std::string_view prefix() const override { return "x-amz-"; }
    std::string_view acl_header() const override { return "x-amz-acl"; }
    std::string_view encryption_key_header() const override {
        return "x-amz-server-side-encryption-aws-kms-key-id";
    }
    const rest::limits& bounds() const override;
    std::optional<crc_kind> checksum_of_uploads() const override { return checksum_; }
    bool sends_checksums() const override { return true; }
    void ask_for_checksums(rest::call& c) const override;
    bool may_keep(hash_algorithm) const override { return true; }
    bool etags_are_md5s() const override { return etags_ == etags::md5; }
    bool acl_at_completion() const override { return false; }
    bool composite_etags() const override { return etags_ == etags::md5; }
    bool has_links() const override { return false; }
    void refuse_overwrite(rest::call& c) const override;
    void insist_on_range(rest::call&) const override {}
    bool hashes_body(const rest::call& c, std::string_view scheme) const override;
    void sign(http::request& r, const http::credentials& who, const std::string& region,
              std::chrono::sys_seconds now) const override;
    std::string presign(http::request r, const http::credentials& who, const std::string& region,
                        std::chrono::sys_seconds now, std::chrono::seconds lifetime) const override;
    std::string signed_text(const http::request& r) const override;
    std::string string_to_sign(const http::request& r, const std::string& region) const override;

private:
    etags etags_;
    std::optional<crc_kind> checksum_;
    payload hashed_;
};

} // namespace objftpd::storage::s3
