#include "config/password_hash.hpp"

#include <argon2.h>
#include <sys/random.h>

#include <array>
#include <charconv>
#include <stdexcept>

namespace objftpd::config {
namespace {

constexpr std::size_t salt_bytes = 16;
constexpr std::size_t hash_bytes = 32;
constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

template <std::size_t Size>
std::array<unsigned char, Size> random_bytes() {
    static_assert(Size <= 256, "longer requests may be cut short by a signal");
    std::array<unsigned char, Size> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        throw std::runtime_error("the system has no random numbers");
    return bytes;
}

// Random digits of unpadded base64, as libargon2 reads it: the last one must have no stray bits.
template <std::size_t Digits>
std::string random_base64() {
    std::string digits;
    for (const auto byte : random_bytes<Digits>())
        digits += base64_digits[byte % base64_digits.size()];
    digits.back() = 'A';
    return digits;
}

// Takes "m=" and the number after it off the front.
std::optional<std::uint32_t> take_number(std::string_view& text, std::string_view name) {
    if (!text.starts_with(name))
        return std::nullopt;
    text.remove_prefix(name.size());
    std::uint32_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{})
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    return number;
}

bool take_base64(std::string_view& text, std::size_t least) {
    const std::size_t length = std::min(text.find_first_not_of(base64_digits), text.size());
    text.remove_prefix(length);
    return length >= least;
}

bool take(std::string_view& text, std::string_view word) {
    if (!text.starts_with(word))
        return false;
    text.remove_prefix(word.size());
    return true;
}

} // namespace

std::string hash_password(std::string_view password, const hash_cost& cost) {
    const auto salt = random_bytes<salt_bytes>();
    std::string encoded(argon2_encodedlen(cost.passes, cost.memory_kib, cost.lanes, salt_bytes,
                                          hash_bytes, Argon2_id),
                        '\0');
    const int code = argon2id_hash_encoded(cost.passes, cost.memory_kib, cost.lanes,
                                           password.data(), password.size(), salt.data(),
                                           salt.size(), hash_bytes, encoded.data(), encoded.size());
    if (code != ARGON2_OK)
        throw std::runtime_error(std::string("cannot hash a password: ") +
                                 argon2_error_message(code));
    encoded.resize(encoded.find('\0'));
    return encoded;
}

password_match verify_password(const std::string& hash, std::string_view password) {
    if (!cost_of(hash))
        return password_match::no;
    const int code = argon2id_verify(hash.c_str(), password.data(), password.size());
    return code == ARGON2_OK ? password_match::yes : password_match::no;
}

std::optional<hash_cost> cost_of(std::string_view hash) {
    if (!take(hash, "$argon2id$v=19$"))
        return std::nullopt;
    const auto memory = take_number(hash, "m=");
    const auto passes = take_number(hash, ",t=");
    const auto lanes = take_number(hash, ",p=");
    if (!memory || !passes || !lanes)
        return std::nullopt;
    if (!take(hash, "$") || !take_base64(hash, 11) || !take(hash, "$") || !take_base64(hash, 22) ||
        !hash.empty())
        return std::nullopt;
    if (*lanes < 1 || *lanes > 16 || *passes < 1 || *passes > 100 || *memory < 8 * *lanes ||
        *memory > 1024 * 1024)
        return std::nullopt;
    return hash_cost{*memory, *passes, *lanes};
}

std::string decoy_hash(const hash_cost& cost) {
    // 22 and 43 digits hold 16 and 32 bytes.
    return "$argon2id$v=19$m=" + std::to_string(cost.memory_kib) +
           ",t=" + std::to_string(cost.passes) + ",p=" + std::to_string(cost.lanes) + "$" +
           random_base64<22>() + "$" + random_base64<43>();
}

std::string random_password() {
    constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789";
    static_assert(letters.size() == 32);
    std::string password;
    for (const auto byte : random_bytes<16>()) {
        if (password.size() % 5 == 4)
            password += '-';
        password += letters[byte % letters.size()];
    }
    return password;
}

} // namespace objftpd::config
