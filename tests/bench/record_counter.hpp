#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace load {

/// Counts the bytes of data in a stream of TLS 1.3 records by their lengths, without decrypting.
class record_counter {
public:
    void add(std::span<const char> bytes) {
        while (!bytes.empty()) {
            if (left_ > 0) {
                const auto part = std::min(left_, bytes.size());
                left_ -= part;
                bytes = bytes.subspan(part);
                continue;
            }
            header_[filled_++] = static_cast<unsigned char>(bytes.front());
            bytes = bytes.subspan(1);
            if (filled_ == header_.size())
                begin_record();
        }
    }

    /// Whether the last record is whole and, by its length, an alert: close_notify.
    bool ended() const { return left_ == 0 && filled_ == 0 && last_ == alert_size; }

    /// The bytes of data up to the alert.
    std::uint64_t data() const { return data_ - (ended() ? alert_size : 0); }

private:
    static constexpr std::size_t overhead = 17; // the content's type and the tag
    static constexpr std::size_t alert_size = 2;

    void begin_record() {
        left_ = std::size_t{header_[3]} << 8 | header_[4];
        filled_ = 0;
        last_ = left_ - std::min(left_, overhead);
        data_ += last_;
    }

    std::array<unsigned char, 5> header_{};
    std::size_t filled_ = 0;
    std::size_t left_ = 0; // of the record that has begun
    std::size_t last_ = 0; // bytes of data in it
    std::uint64_t data_ = 0;
};

} // namespace load
