#include "storage/s3/s3_dialect.hpp"

#include "storage/s3/signature_v4.hpp"

namespace objftpd::storage::s3 {

const rest::limits& s3_dialect::bounds() const {
    static constexpr rest::limits values{.smallest_part = 5ull << 20,
                                         .largest_part = 5ull << 30,
                                         .largest_copy = 5ull << 30,
                                         .most_parts = 10'000,
                                         .longest_key = 1024};
    return values;
}

void s3_dialect::refuse_overwrite(rest::call& c) const {
    // The condition belongs where the object appears.
    if (c.what != rest::operation::create_upload)
        c.headers.emplace_back("if-none-match", "*");
}

void s3_dialect::ask_for_checksums(rest::call& c) const {
    c.headers.emplace_back("x-amz-checksum-mode", "ENABLED");
}

void s3_dialect::sign(http::request& r, const http::credentials& who, const std::string& region,
                      std::chrono::sys_seconds now) const {
    s3::sign(r, who, {region}, now, unsigned_payload);
}

std::string s3_dialect::presign(http::request r, const http::credentials& who,
                                const std::string& region, std::chrono::sys_seconds now,
                                std::chrono::seconds lifetime) const {
    return s3::presign(std::move(r), who, {region}, now, lifetime);
}

std::string s3_dialect::signed_text(const http::request& r) const {
    return canonical_request(r, unsigned_payload);
}

} // namespace objftpd::storage::s3
