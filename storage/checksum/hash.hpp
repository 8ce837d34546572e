#pragma once

#include "storage/adapter.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace objftpd::storage {

/// Computes one hash over a stream of bytes. CRC-32 is zlib's (IEEE 802.3), what XCRC means.
class hash {
public:
    explicit hash(hash_algorithm algorithm);
    ~hash();
    hash(hash&&) noexcept;
    hash& operator=(hash&&) = delete;

    void update(const void* data, std::size_t length);

    /// Lower-case hex. Ends the computation.
    std::string finish();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace objftpd::storage
