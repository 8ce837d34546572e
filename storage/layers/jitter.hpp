#pragma once

#include <random>

namespace objftpd::storage::layers {

/// Between 0 and 1, another one for each call: those that failed together do not come again
/// together.
inline double random_share() {
    thread_local std::minstd_rand source(std::random_device{}());
    return std::uniform_real_distribution<double>(0.0, 1.0)(source);
}

} // namespace objftpd::storage::layers
