#pragma once

#include "storage/rest/bucket_access.hpp"
#include "storage/rest/key_locks.hpp"

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

/// What operations on whole directories have in common: all objects below a prefix, as listings
/// tell of them.
namespace objftpd::storage::rest {

using listed_object = list_answer::object;

/// As the journal has it; 0: not known.
std::int64_t seconds_of(timestamp t);

/// Whether what a listing tells `now` of an object is the version that one told of `before`. The
/// same content may have been stored once more, and been confirmed: not at the same time.
bool is_same_version(const listed_object& before, const listed_object& now);

/// For what nobody stops.
inline const std::stop_token never;

/// Calls `visit` with each object below `prefix`, page by page; comes back with the first error, of
/// the store or of `visit`, which returns result<>.
template <class Visit>
awaitable<result<>> for_each_below(std::shared_ptr<const bucket_access> bucket, std::string prefix,
                                   std::stop_token stop, Visit& visit) {
    constexpr std::size_t page_size = 1000;
    std::string token;
    do {
        auto page = co_await bucket->client.list(prefix, std::string(), token, page_size, stop);
        if (!page)
            co_return page.error();
        for (auto& object : page->objects) {
            const result<> visited = visit(std::move(object));
            if (!visited)
                co_return visited;
        }
        token = std::move(page->next);
    } while (!token.empty());
    co_return result<>();
}

/// Deletes objects, in batches where their keys can be in one. Goes on after a failure, and tells
/// of the last one. `done`, unless null, counts the files that are gone; `stop` ends it between two
/// batches.
awaitable<result<>> remove_objects(std::shared_ptr<const bucket_access> bucket,
                                   std::vector<std::string> keys, std::stop_token stop,
                                   std::shared_ptr<work_progress> done);

/// Waits until nobody else changes one of the keys, which stays so while the turns are held. In the
/// order of their names, each once, so that two who do this never wait for each other. `stop` ends
/// it between two of them.
awaitable<result<std::vector<key_locks::turn>>>
take_turns(std::shared_ptr<const bucket_access> bucket, std::vector<std::string> keys,
           std::stop_token stop);

} // namespace objftpd::storage::rest
