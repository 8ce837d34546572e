#pragma once

#include <cstdint>
#include <string>

namespace objftpd::storage::rest {

/// What the sizes of the parts of announced uploads are a multiple of, without the mark: bytes.
inline constexpr std::uint64_t rounded_part_unit = 1 << 20;

/// Tells this gateway's unfinished uploads from others' in the same bucket, and whose they are,
/// without a request or an object of its own: listings of unfinished uploads show nothing that a
/// gateway could write there but the sizes of their parts. So the first parts are longer than a
/// round size by up to 1 MiB, by as many bytes as key and owner make. That a part of another
/// program's upload looks like one is as likely as one in a million for each owner, if it has odd
/// sizes at all.
class upload_mark {
public:
    /// `owner` may go on with it; empty: nobody, as with what is copied or begins with a copy.
    upload_mark(const std::string& key, const std::string& owner);

    /// The marked size of a first part: `part_size` and up to an eighth more, in bytes.
    std::uint64_t add_to(std::uint64_t part_size) const { return part_size + excess_of(part_size); }

    /// The longest part of some whole MiB that carries it and has at most `limit` bytes; 0 if none
    /// does.
    std::uint64_t at_most(std::uint64_t limit) const;

    /// Whether a part of `size` bytes carries it where parts have `part_size` bytes usually, or
    /// some whole MiB because the client had announced a large upload, or they were copied.
    bool is_on(std::uint64_t size, std::uint64_t part_size) const;

private:
    std::uint64_t excess_of(std::uint64_t part_size) const;

    std::uint64_t hash_ = 0;
};

} // namespace objftpd::storage::rest
