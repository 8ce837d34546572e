#include "server/protocol/ulid.hpp"

#include <random>
#include <string_view>

namespace objftpd::server {
namespace {

constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

// The lowest bits of `value`, five to a character.
void append(std::string& text, std::uint64_t value, int characters) {
    for (int i = characters - 1; i >= 0; --i)
        text += digits[(value >> (5 * i)) & 31];
}

} // namespace

std::string make_ulid(std::chrono::system_clock::time_point now) {
    thread_local std::random_device source;
    std::array<std::uint8_t, 10> chance;
    for (auto& byte : chance)
        byte = static_cast<std::uint8_t>(source());
    return make_ulid(now, chance);
}

std::string make_ulid(std::chrono::system_clock::time_point now,
                      const std::array<std::uint8_t, 10>& chance) {
    const auto since_1970 = now.time_since_epoch();
    const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(since_1970).count();
    std::string text;
    append(text, static_cast<std::uint64_t>(milliseconds), 10);
    for (std::size_t half = 0; half < chance.size(); half += 5) { // 40 bits, 8 characters
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < 5; ++i)
            bits = bits << 8 | chance[half + i];
        append(text, bits, 8);
    }
    return text;
}

} // namespace objftpd::server
