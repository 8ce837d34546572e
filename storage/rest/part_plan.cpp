#include "storage/rest/part_plan.hpp"

#include <algorithm>
#include <bit>

namespace objftpd::storage::rest {
namespace {

constexpr unsigned equal_parts = 1500; // 12 GB of 8 MiB
constexpr unsigned until_doubled = 500;

} // namespace

part_plan::part_plan(const limits& bounds, std::uint64_t usual, std::uint64_t largest,
                     std::uint64_t expected, const upload_mark& mark)
    : part_plan(bounds, 0, largest) {
    // A tenth of the numbers is left for a client that was wrong.
    const auto needed = expected / (bounds.most_parts - bounds.most_parts / 10);
    const auto rounded = (needed + rounded_part_unit - 1) / rounded_part_unit * rounded_part_unit;
    const auto unannounced = std::clamp(usual, bounds.smallest_part, largest_);
    first_ = std::clamp(std::max(usual, rounded), bounds.smallest_part, largest_);
    if (first_ > unannounced) {
        first_ = mark.at_most(std::min(first_ + rounded_part_unit, bounds.largest_part));
        return;
    }
    const auto marked = mark.add_to(first_);
    first_ = marked <= bounds.largest_part ? marked : mark.add_to(first_ - rounded_part_unit);
}

part_plan::part_plan(const limits& bounds, std::uint64_t first, std::uint64_t largest)
    : first_(first), largest_(std::clamp(largest, bounds.smallest_part, bounds.largest_part)),
      most_parts_(bounds.most_parts) {}

std::uint64_t part_plan::size(unsigned number) const {
    if (number <= equal_parts)
        return first_;
    const auto doublings = (number - equal_parts - 1) / until_doubled + 1;
    if (doublings >= 20 || first_ << doublings > largest_)
        return largest_;
    return first_ << doublings;
}

std::uint64_t part_plan::longest_upload() const {
    std::uint64_t bytes = 0;
    for (unsigned number = 1; number <= most_parts_; ++number)
        bytes += size(number);
    return bytes;
}

} // namespace objftpd::storage::rest
