#include "storage/rest/upload_mark.hpp"

#include "storage/checksum/crc64.hpp"

#include <algorithm>
#include <string_view>

namespace objftpd::storage::rest {
namespace {

constexpr std::uint64_t largest_excess = rounded_part_unit - 1;

// The NUL keeps ("a", "bc") and ("ab", "c") apart: neither holds one.
std::uint64_t hash_of(const std::string& key, const std::string& owner) {
    constexpr std::string_view whose = "objftpd";
    auto sum = crc64(0, whose.data(), whose.size() + 1);
    sum = crc64(sum, key.data(), key.size() + 1);
    return crc64(sum, owner.data(), owner.size());
}

} // namespace

upload_mark::upload_mark(const std::string& key, const std::string& owner)
    : hash_(hash_of(key, owner)) {}

std::uint64_t upload_mark::excess_of(std::uint64_t part_size) const {
    return 1 + hash_ % std::clamp<std::uint64_t>(part_size / 8, 1, largest_excess);
}

std::uint64_t upload_mark::at_most(std::uint64_t limit) const {
    const auto excess = 1 + hash_ % largest_excess;
    return limit < rounded_part_unit + excess ? 0 : limit - (limit - excess) % rounded_part_unit;
}

bool upload_mark::is_on(std::uint64_t size, std::uint64_t part_size) const {
    return size == add_to(part_size) || (size > rounded_part_unit && size == at_most(size));
}

} // namespace objftpd::storage::rest
