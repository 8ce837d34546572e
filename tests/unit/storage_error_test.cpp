#include "storage/error.hpp"

#include "tests/support/results.hpp"

#include <cerrno>
#include <set>

using namespace objftpd;
using storage::condition;
using storage::errc;
using storage::from_errno;

namespace {

constexpr auto last_value = errc::unsupported;

} // namespace

TEST_CASE("every storage error explains itself in words of its own") {
    std::set<std::string> messages;
    for (int value = 1; value <= static_cast<int>(last_value); ++value)
        messages.insert(make_error_code(static_cast<errc>(value)).message());
    CHECK(messages.size() == static_cast<std::size_t>(last_value));
    CHECK(messages.count("unknown storage error") == 0);
    CHECK(make_error_code(static_cast<errc>(999)).message() == "unknown storage error");
}

TEST_CASE("only what may pass by itself is temporary") {
    for (int value = 1; value <= static_cast<int>(last_value); ++value) {
        const auto e = static_cast<errc>(value);
        const bool passes =
            e == errc::unavailable || e == errc::throttled || e == errc::checksum_mismatch;
        CHECK((make_error_code(e) == condition::temporary) == passes);
    }
}

TEST_CASE("errors of the system become what they mean for an object") {
    const std::pair<int, errc> rows[] = {
        {ENOENT, errc::not_found},
        {ENXIO, errc::not_found},
        {EEXIST, errc::already_exists},
        {EISDIR, errc::is_a_directory},
        {ENOTDIR, errc::not_a_directory},
        {ENOTEMPTY, errc::directory_not_empty},
        {ENAMETOOLONG, errc::invalid_name},
        {EILSEQ, errc::invalid_name},
        {EACCES, errc::permission_denied},
        {EPERM, errc::permission_denied},
        {EROFS, errc::permission_denied},
        {EXDEV, errc::permission_denied},
        {ELOOP, errc::permission_denied},
        {ENOSPC, errc::no_space},
        {EDQUOT, errc::quota},
        {EFBIG, errc::quota},
        {EIO, errc::unavailable},
        {EMFILE, errc::unavailable},
        {ENOMEM, errc::unavailable},
        {12345, errc::unavailable},
    };
    for (const auto& [value, expected] : rows)
        CHECK(from_errno(value) == expected);
}
