#include "storage/oss/oss_dialect.hpp"

#include "storage/oss/signature_v1.hpp"
#include "storage/oss/signature_v4.hpp"

namespace objftpd::storage::oss {

const rest::limits& oss_dialect::bounds() const {
    static constexpr rest::limits values{.smallest_part = 100ull << 10,
                                         .largest_part = 5ull << 30,
                                         .largest_copy = UINT64_MAX,
                                         .most_parts = 10'000,
                                         .longest_key = 1023};
    return values;
}

void oss_dialect::refuse_overwrite(rest::call& c) const {
    c.headers.emplace_back("x-oss-forbid-overwrite", "true");
}

// Otherwise OSS answers such a range with the whole object.
void oss_dialect::insist_on_range(rest::call& c) const {
    c.headers.emplace_back("x-oss-range-behavior", "standard");
}

void oss_dialect::sign(http::request& r, const http::credentials& who, const std::string& region,
                       std::chrono::sys_seconds now) const {
    if (version_ == signature::v1)
        sign_v1(r, who, now);
    else
        sign_v4(r, who, {region}, now);
}

std::string oss_dialect::presign(http::request r, const http::credentials& who,
                                 const std::string& region, std::chrono::sys_seconds now,
                                 std::chrono::seconds lifetime) const {
    if (version_ == signature::v1)
        return presign_v1(std::move(r), who, now + lifetime);
    return presign_v4(std::move(r), who, {region}, now, lifetime);
}

std::string oss_dialect::signed_text(const http::request& r) const {
    if (version_ == signature::v4)
        return canonical_request(r, {});
    const auto* const date = r.find("date");
    return string_to_sign_v1(r, date == nullptr ? std::string() : *date);
}

std::string oss_dialect::string_to_sign(const http::request& r, const std::string& region) const {
    return version_ == signature::v4 ? string_to_sign_v4(r, {region}) : std::string();
}

} // namespace objftpd::storage::oss
