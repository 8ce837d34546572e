#include "storage/rest/copy_plan.hpp"

#include <algorithm>

namespace objftpd::storage::rest {
namespace {

// Stores copy some hundred MB in a second, for each request: none takes long, and several at the
// same time are faster than one.
constexpr std::uint64_t usual_piece = 128 << 20;

} // namespace

copy_plan::copy_plan(const limits& bounds, std::uint64_t largest, std::uint64_t size,
                     const upload_mark& mark, followed_by then)
    : size_(size) {
    const bool is_all = then == followed_by::nothing;
    const auto shortest_end = is_all ? 1 : bounds.smallest_part;
    if (size < shortest_end)
        return;
    // Half of the numbers are left for what follows. What is too short for a piece of its own is
    // added to the last one; a mark takes up to a unit off.
    const auto spare = bounds.smallest_part + rounded_part_unit;
    const auto needed = std::max(size / (bounds.most_parts / 2), bounds.smallest_part) + spare;
    const auto longest =
        std::min(std::max(std::min(usual_piece, largest), needed), bounds.largest_part) -
        bounds.smallest_part;
    piece_ = mark.at_most(std::min(longest, is_all ? size : size - shortest_end));
    if (piece_ < bounds.smallest_part)
        piece_ = size;
    count_ = size / piece_ + (size % piece_ >= shortest_end ? 1 : 0);
}

} // namespace objftpd::storage::rest
