#include "storage/rest/directory_tree.hpp"

#include "storage/error.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <iterator>

namespace objftpd::storage::rest {

awaitable<result<>> remove_objects(std::shared_ptr<const bucket_access> bucket,
                                   std::vector<std::string> keys, std::stop_token stop,
                                   std::shared_ptr<work_progress> done) {
    constexpr std::size_t most_at_once = 1000;
    const auto count = [&](std::size_t n) {
        if (done)
            done->done += n;
    };
    result<> outcome;
    const auto others = std::stable_partition(keys.begin(), keys.end(), fits_xml);
    for (auto key = others; key != keys.end(); ++key) {
        if (stop.stop_requested())
            co_return error_code(asio::error::operation_aborted);
        const auto removed = co_await bucket->client.remove(std::move(*key));
        if (!removed)
            outcome = removed.error();
        count(1);
    }
    keys.erase(others, keys.end());
    for (std::size_t first = 0; first < keys.size(); first += most_at_once) {
        if (stop.stop_requested())
            co_return error_code(asio::error::operation_aborted);
        const auto begin =
            std::make_move_iterator(keys.begin()) + static_cast<std::ptrdiff_t>(first);
        const auto n = std::min(most_at_once, keys.size() - first);
        std::vector<std::string> batch(begin, begin + static_cast<std::ptrdiff_t>(n));
        const auto left = co_await bucket->client.remove_all(std::move(batch));
        if (!left)
            outcome = left.error();
        else if (!left->empty())
            outcome = errc::unavailable;
        count(n);
    }
    co_return outcome;
}

awaitable<std::vector<key_locks::turn>> take_turns(std::shared_ptr<const bucket_access> bucket,
                                                   std::vector<std::string> keys) {
    std::ranges::sort(keys);
    std::vector<key_locks::turn> turns;
    turns.reserve(keys.size());
    for (auto& key : keys)
        turns.push_back(co_await bucket->locks->wait(std::move(key), key_locks::share::alone));
    co_return turns;
}

} // namespace objftpd::storage::rest
