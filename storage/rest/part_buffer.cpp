#include "storage/rest/part_buffer.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstring>

namespace objftpd::storage::rest {

void part_buffer::sum(std::span<const char> bytes) {
    if (wanted_.md5)
        running_md5_.update(bytes.data(), bytes.size());
    if (wanted_.crc)
        crc_ = storage::crc(*wanted_.crc, crc_, bytes.data(), bytes.size());
}

std::span<char> part_buffer::space() {
    constexpr auto chunk_size = memory_budget::chunk_size;
    const auto room = std::min<std::uint64_t>(chunks_.size() * chunk_size, target_) - size_;
    if (room == 0)
        return {};
    const auto in_chunk = static_cast<std::size_t>(size_ % chunk_size);
    auto& chunk = chunks_[static_cast<std::size_t>(size_ / chunk_size)];
    return {chunk.data() + in_chunk,
            static_cast<std::size_t>(std::min<std::uint64_t>(room, chunk_size - in_chunk))};
}

void part_buffer::filled(std::size_t n) {
    const auto bytes = space().first(n);
    size_ += n;
    sum(bytes);
}

std::size_t part_buffer::append(std::span<const char> bytes) {
    const auto to = space();
    const auto n = std::min(bytes.size(), to.size());
    if (n > 0)
        std::memcpy(to.data(), bytes.data(), n);
    filled(n);
    return n;
}

void part_buffer::append_last(std::span<const char> bytes) {
    last_ = bytes;
    size_ += bytes.size();
    sum(bytes);
}

http::request_body part_buffer::pieces() const {
    http::request_body pieces;
    auto left = size_ - last_.size();
    for (const auto& chunk : chunks_) {
        const auto n = std::min<std::uint64_t>(left, memory_budget::chunk_size);
        if (n > 0)
            pieces.emplace_back(chunk.data(), static_cast<std::size_t>(n));
        left -= n;
    }
    if (!last_.empty())
        pieces.push_back(last_);
    return pieces;
}

void part_buffer::finish() {
    if (wanted_.md5)
        md5_ = running_md5_.finish();
}

awaitable<void> part_buffer::know_md5() {
    if (md5_)
        co_return;
    constexpr std::size_t most_at_once = 256 << 10;
    storage::md5 sum;
    const auto all = pieces();
    for (auto piece : all)
        while (!piece.empty()) {
            const auto next = piece.first(std::min(piece.size(), most_at_once));
            sum.update(next.data(), next.size());
            piece = piece.subspan(next.size());
            co_await asio::post(asio::use_awaitable);
        }
    md5_ = sum.finish();
}

std::optional<crc_sum> part_buffer::crc() const {
    if (!wanted_.crc)
        return std::nullopt;
    return crc_sum{*wanted_.crc, crc_};
}

} // namespace objftpd::storage::rest
