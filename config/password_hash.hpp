#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Password hashes: argon2id in its encoded form, "$argon2id$v=19$m=12288,t=3,p=1$salt$hash".
/// The only file that calls libargon2. Part of config because the configuration both checks
/// hashes and makes them. Functions are thread safe; those that hash take milliseconds of
/// processor time and the memory of their cost, so they never run on an I/O thread.
namespace objftpd::config {

/// What one hash costs. The default is one of OWASP's equivalent choices, the one with the
/// least memory that still fits a small gateway under many logins.
struct hash_cost {
    std::uint32_t memory_kib = 12288;
    std::uint32_t passes = 3;
    std::uint32_t lanes = 1;
    bool operator==(const hash_cost&) const = default;
};

/// Hashes with a fresh salt. Throws std::runtime_error when memory or randomness is lacking.
std::string hash_password(std::string_view password, const hash_cost& cost = {});

enum class password_match { no, yes };

/// Compares in constant time. A malformed hash matches nothing; nor does any password when the
/// memory for the hash is lacking.
password_match verify_password(const std::string& hash, std::string_view password);

/// The cost written in an encoded hash; nullopt when `hash` is not an argon2id hash, or one
/// that costs more than a login may: 1 GiB, 100 passes or 16 lanes.
std::optional<hash_cost> cost_of(std::string_view hash);

/// A hash that no password matches, as costly to verify as others of that cost: what the name
/// of an unknown user is checked against.
std::string decoy_hash(const hash_cost& cost = {});

/// 80 random bits, easy to read out and to type: "k7qm-x2vd-9fhr-ae4t".
std::string random_password();

} // namespace objftpd::config
