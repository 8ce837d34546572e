#pragma once

#include "storage/rest/dialect.hpp"

namespace objftpd::storage::oss {

enum class signature { v4, v1 };

/// Alibaba Cloud OSS's own API.
class oss_dialect final : public rest::dialect {
public:
    explicit oss_dialect(signature version) : version_(version) {}

    std::string_view prefix() const override { return "x-oss-"; }
    std::string_view acl_header() const override { return "x-oss-object-acl"; }
    std::string_view encryption_key_header() const override {
        return "x-oss-server-side-encryption-key-id";
    }
    const rest::limits& bounds() const override;
    std::optional<crc_kind> checksum_of_uploads() const override { return crc_kind::crc64; }
    bool sends_checksums() const override { return false; }
    void ask_for_checksums(rest::call&) const override {}
    bool may_keep(hash_algorithm algorithm) const override {
        return algorithm == hash_algorithm::md5;
    }
    bool etags_are_md5s() const override { return true; }
    bool acl_at_completion() const override { return true; }
    bool composite_etags() const override { return false; }
    bool has_links() const override { return true; }
    void refuse_overwrite(rest::call& c) const override;
    void insist_on_range(rest::call& c) const override;
    bool hashes_body(const rest::call&, std::string_view) const override { return false; }
    void sign(http::request& r, const http::credentials& who, const std::string& region,
              std::chrono::sys_seconds now) const override;
    std::string presign(http::request r, const http::credentials& who, const std::string& region,
                        std::chrono::sys_seconds now, std::chrono::seconds lifetime) const override;
    std::string signed_text(const http::request& r) const override;
    std::string string_to_sign(const http::request& r, const std::string& region) const override;

private:
    signature version_;
};

} // namespace objftpd::storage::oss
