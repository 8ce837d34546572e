#pragma once

#include "storage/rest/dialect.hpp"
#include "storage/rest/upload_mark.hpp"

#include <cstdint>

namespace objftpd::storage::rest {

/// How long the parts of an upload are. Equal ones first, as some stores demand, then longer and
/// longer ones, so that an upload of unknown size does not run out of part numbers soon. Where
/// there is no memory for as much, object_upload sends shorter ones.
class part_plan {
public:
    /// `usual` is the wished size of a part, `largest` what fits into memory, `expected` the size
    /// of the whole upload if the client has told it, else 0; all in bytes.
    part_plan(const limits& bounds, std::uint64_t usual, std::uint64_t largest,
              std::uint64_t expected, const upload_mark& mark);

    /// That of an upload whose first part is there already.
    part_plan(const limits& bounds, std::uint64_t first, std::uint64_t largest);

    /// Of part `number`, which begins with 1.
    std::uint64_t size(unsigned number) const;

    /// Of as many parts as the store takes, together: bytes.
    std::uint64_t longest_upload() const;

private:
    std::uint64_t first_ = 0;
    std::uint64_t largest_ = 0;
    unsigned most_parts_ = 0;
};

} // namespace objftpd::storage::rest
