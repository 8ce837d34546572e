#pragma once

#include "storage/rest/dialect.hpp"
#include "storage/rest/upload_mark.hpp"

#include <cstdint>

namespace objftpd::storage::rest {

/// How an object, or the front of one, is cut into the pieces that are copied and become the first
/// parts of an upload. All but the last are equally long and carry the upload's mark: whichever of
/// them a crash leaves, the upload is known by it. What is too short for that, some MiB, is one
/// piece without the mark: then the parts behind it tell.
class copy_plan {
public:
    enum class followed_by { nothing, parts };

    /// `largest` is what one request may copy, `size` what is copied in all; in bytes. Pieces are
    /// longer than `largest` only where their numbers would run out.
    copy_plan(const limits& bounds, std::uint64_t largest, std::uint64_t size,
              const upload_mark& mark, followed_by then);

    /// 0 where parts follow and all of it is too short to be one.
    std::uint64_t count() const { return count_; }

    /// Of piece `index`, which begins with 0: bytes.
    std::uint64_t first(std::uint64_t index) const { return index * piece_; }
    std::uint64_t size(std::uint64_t index) const {
        return index + 1 < count_ ? piece_ : size_ - first(index);
    }

private:
    const std::uint64_t size_;
    std::uint64_t piece_ = 0;
    std::uint64_t count_ = 0;
};

} // namespace objftpd::storage::rest
