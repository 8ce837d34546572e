#include "storage/rest/directory_tree.hpp"

#include "storage/error.hpp"
#include "storage/refused_action.hpp"
#include "storage/rest/verdict.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <span>

namespace objftpd::storage::rest {
namespace {

bool is_file(const std::string& key) {
    return !key.ends_with('/');
}

// What a store says of the keys of a batch that it has not deleted: it may be asked again if only
// that, or for good.
error_code why_left(const std::vector<delete_failure>& left) {
    for (const auto& one : left) {
        const auto kind = judge(200, one.code).kind;
        if (kind == errc::permission_denied)
            return refused_action(operation::delete_objects);
        if (make_error_code(kind) != condition::temporary)
            return kind;
    }
    return errc::unavailable;
}

} // namespace

std::int64_t seconds_of(timestamp t) {
    return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}

bool is_same_version(const listed_object& before, const listed_object& now) {
    const bool knows_time = before.modified != timestamp();
    if (knows_time && seconds_of(before.modified) != seconds_of(now.modified))
        return false;
    if (before.etag.empty() && now.etag.empty()) // then the time is all that tells
        return knows_time && before.size == now.size;
    return before.etag == now.etag;
}

awaitable<result<>> remove_objects(std::shared_ptr<const bucket_access> bucket,
                                   std::vector<std::string> keys, std::stop_token stop,
                                   std::shared_ptr<work_progress> done) {
    constexpr std::size_t most_at_once = 1000;
    const auto count = [&](std::span<const std::string> gone) {
        if (done)
            done->done += static_cast<std::uint64_t>(std::ranges::count_if(gone, is_file));
    };
    result<> outcome;
    const auto others = std::stable_partition(keys.begin(), keys.end(), fits_xml);
    for (auto key = others; key != keys.end(); ++key) {
        if (stop.stop_requested())
            co_return error_code(asio::error::operation_aborted);
        const auto removed = co_await bucket->client.remove(*key);
        if (removed)
            count({&*key, 1});
        else
            outcome = removed.error();
    }
    keys.erase(others, keys.end());
    for (std::size_t first = 0; first < keys.size(); first += most_at_once) {
        if (stop.stop_requested())
            co_return error_code(asio::error::operation_aborted);
        const auto n = std::min(most_at_once, keys.size() - first);
        const auto batch = std::span<const std::string>(keys).subspan(first, n);
        std::vector<std::string> names(batch.begin(), batch.end());
        const auto left = co_await bucket->client.remove_all(std::move(names));
        if (!left)
            outcome = left.error();
        else if (!left->empty())
            outcome = why_left(*left);
        else
            count(batch);
    }
    co_return outcome;
}

awaitable<result<std::vector<key_locks::turn>>>
take_turns(std::shared_ptr<const bucket_access> bucket, std::vector<std::string> keys,
           std::stop_token stop) {
    std::ranges::sort(keys);
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    std::vector<key_locks::turn> turns;
    turns.reserve(keys.size());
    for (auto& key : keys) {
        auto turn = co_await bucket->locks->wait(std::move(key), key_locks::share::alone, stop);
        if (!turn)
            co_return turn.error();
        turns.push_back(std::move(*turn));
    }
    co_return turns;
}

} // namespace objftpd::storage::rest
