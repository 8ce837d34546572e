#pragma once

#include "storage/checksum/hash.hpp"
#include "storage/rest/object_headers.hpp"

#include <optional>
#include <span>
#include <string>

namespace objftpd::storage::rest {

/// Compares the bytes of a whole object, while they pass, with a checksum that the store has told
/// of them: the cheapest one. Where it has told none, whatever passes is taken.
class content_check {
public:
    explicit content_check(const stored& told);

    /// The next bytes.
    void add(std::span<const char> bytes);

    /// Whether these were they. Once all are there, and once only.
    bool holds();

private:
    std::optional<crc_sum> wanted_crc_;
    std::uint64_t crc_ = 0;
    std::optional<hash> hash_;
    std::string wanted_hash_;
};

} // namespace objftpd::storage::rest
