#include "storage/s3/s3_dialect.hpp"

#include "storage/s3/signature_v4.hpp"

#include <algorithm>

namespace objftpd::storage::s3 {
namespace {

std::string payload_of(const http::request& r) {
    const auto* const hash = r.find("x-amz-content-sha256");
    return hash == nullptr ? unsigned_payload : *hash;
}

bool holds_file(rest::operation o) {
    return o == rest::operation::put_object || o == rest::operation::upload_part;
}

bool tells_checksum(const http::header& h) {
    return h.name == "content-md5" || h.name.starts_with("x-amz-checksum-crc");
}

} // namespace

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

// Over https the connection protects a body, over http its checksum, which is signed.
bool s3_dialect::hashes_body(const rest::call& c, std::string_view scheme) const {
    if (hashed_ != payload::unprotected)
        return hashed_ == payload::all;
    if (http::size_of(c.body) == 0)
        return false;
    const bool bare = scheme == "http" && std::ranges::none_of(c.headers, tells_checksum);
    return bare || !holds_file(c.what);
}

void s3_dialect::sign(http::request& r, const http::credentials& who, const std::string& region,
                      std::chrono::sys_seconds now) const {
    s3::sign(r, who, {region}, now, payload_of(r));
}

std::string s3_dialect::presign(http::request r, const http::credentials& who,
                                const std::string& region, std::chrono::sys_seconds now,
                                std::chrono::seconds lifetime) const {
    return s3::presign(std::move(r), who, {region}, now, lifetime);
}

std::string s3_dialect::signed_text(const http::request& r) const {
    return canonical_request(r, payload_of(r));
}

std::string s3_dialect::string_to_sign(const http::request& r, const std::string& region) const {
    return s3::string_to_sign(r, {region});
}

} // namespace objftpd::storage::s3
