#pragma once

#include "storage/adapter.hpp"

#include <array>
#include <string_view>

namespace objftpd::server {

/// The algorithms as HASH, OPTS HASH and FEAT name them.
struct hash_name_row {
    storage::hash_algorithm algorithm;
    std::string_view name;
};
inline constexpr std::array<hash_name_row, 5> hash_names = {{
    {storage::hash_algorithm::sha256, "SHA-256"},
    {storage::hash_algorithm::sha512, "SHA-512"},
    {storage::hash_algorithm::sha1, "SHA-1"},
    {storage::hash_algorithm::md5, "MD5"},
    {storage::hash_algorithm::crc32, "CRC32"},
}};

constexpr std::string_view hash_name(storage::hash_algorithm algorithm) {
    for (const auto& row : hash_names)
        if (row.algorithm == algorithm)
            return row.name;
    return {};
}

} // namespace objftpd::server
