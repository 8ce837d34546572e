#include "storage/local/attributes.hpp"

#include "config/ascii_text.hpp"

#include <sys/xattr.h>

#include <atomic>
#include <random>

namespace objftpd::storage::local {
namespace {

constexpr const char* attribute_name = "user.objftpd";
constexpr std::string_view header = "objftpd1\n";
constexpr std::size_t max_value = 4096;
constexpr std::array<std::string_view, 5> digest_names = {"crc32", "md5", "sha1", "sha256",
                                                          "sha512"};

void append_hex(std::string& out, std::uint64_t value) {
    constexpr char digits[] = "0123456789abcdef";
    for (int shift = 60; shift >= 0; shift -= 4)
        out += digits[(value >> shift) & 15];
}

void append_line(std::string& out, std::string_view key, std::string_view value) {
    out += key;
    out += '=';
    out += value;
    out += '\n';
}

std::int64_t nanoseconds_of(const struct stat& status) {
    return status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec;
}

} // namespace

timestamp modified_of(const struct stat& status) {
    return timestamp(std::chrono::nanoseconds(nanoseconds_of(status)));
}

std::string encode(const attributes& a, const struct stat& status) {
    std::string out(header);
    append_line(out, "size", std::to_string(status.st_size));
    append_line(out, "mtime", std::to_string(nanoseconds_of(status)));
    append_line(out, "etag", a.etag);
    if (a.crc64)
        append_line(out, "crc64", std::to_string(*a.crc64));
    if (!a.content_type.empty())
        append_line(out, "type", a.content_type);
    for (std::size_t i = 0; i < a.digests.size(); ++i)
        if (!a.digests[i].empty())
            append_line(out, digest_names[i], a.digests[i]);
    return out;
}

std::optional<attributes> decode(std::string_view value, const struct stat& status) {
    if (!value.starts_with(header))
        return {};
    value.remove_prefix(header.size());
    attributes a;
    bool size_agrees = false;
    bool time_agrees = false;
    while (!value.empty()) {
        const auto end = value.find('\n');
        if (end == value.npos)
            return {};
        const auto line = value.substr(0, end);
        value.remove_prefix(end + 1);
        const auto equals = line.find('=');
        if (equals == line.npos)
            return {};
        const auto key = line.substr(0, equals);
        const auto text = line.substr(equals + 1);
        if (key == "size")
            size_agrees = text == std::to_string(status.st_size);
        else if (key == "mtime")
            time_agrees = text == std::to_string(nanoseconds_of(status));
        else if (key == "etag")
            a.etag = text;
        else if (key == "crc64")
            a.crc64 = config::parse_decimal(text);
        else if (key == "type")
            a.content_type = text;
        for (std::size_t i = 0; i < digest_names.size(); ++i)
            if (key == digest_names[i])
                a.digests[i] = text;
    }
    if (!size_agrees || !time_agrees || a.etag.empty())
        return {};
    return a;
}

attributes read_attributes(int fd, const struct stat& status) {
    std::array<char, max_value> value;
    const auto length = ::fgetxattr(fd, attribute_name, value.data(), value.size());
    if (length > 0) {
        auto known = decode({value.data(), static_cast<std::size_t>(length)}, status);
        if (known)
            return std::move(*known);
    }
    attributes made;
    append_hex(made.etag, status.st_ino ^ (static_cast<std::uint64_t>(status.st_size) << 24));
    append_hex(made.etag, static_cast<std::uint64_t>(nanoseconds_of(status)));
    return made;
}

void write_attributes(int fd, const attributes& a, const struct stat& status) {
    const auto value = encode(a, status);
    // Failure leaves the object as one without stored checksums, which is a sound state.
    static_cast<void>(::fsetxattr(fd, attribute_name, value.data(), value.size(), 0));
}

std::string new_etag() {
    static std::atomic<std::uint64_t> counter = [] {
        std::random_device random;
        return (static_cast<std::uint64_t>(random()) << 32) | random();
    }();
    std::string etag;
    etag.reserve(32);
    append_hex(etag, static_cast<std::uint64_t>(
                         std::chrono::system_clock::now().time_since_epoch().count()));
    append_hex(etag, counter.fetch_add(0x9E3779B97F4A7C15ULL, std::memory_order_relaxed));
    return etag;
}

} // namespace objftpd::storage::local
