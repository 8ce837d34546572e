#include "storage/rest/unfinished_uploads.hpp"

#include "config/log.hpp"
#include "storage/error.hpp"
#include "storage/refused_action.hpp"
#include "storage/rest/part_plan.hpp"
#include "storage/rest/upload_mark.hpp"

#include <algorithm>
#include <chrono>
#include <span>

namespace objftpd::storage::rest {
namespace {

// Each of them costs a request.
constexpr std::size_t most_looked_at = 50;

// Of an upload that a crash has cut off the first part may be missing, or be a short one. Each that
// is looked at is another chance for other programs' parts to have a size that looks like a mark.
constexpr std::size_t parts_that_tell = 3;

// Between two parts of a client that sends more than 30 KB/s.
constexpr std::chrono::minutes longest_pause(5);
// By how much the store's clock may be fast.
constexpr std::chrono::minutes clocks_differ(1);

// Whose upload it may be, by its first parts.
struct marks {
    marks(const bucket_access& bucket, const std::string& key,
          const std::vector<std::string>& owners)
        : usual(bucket.usual_part()) {
        for (const auto& owner : owners)
            all.emplace_back(key, owner);
    }
    bool are_on(const part_info& part) const {
        return std::ranges::any_of(
            all, [&](const upload_mark& mark) { return mark.is_on(part.size, usual); });
    }
    bool are_on(const std::vector<part_info>& parts) const {
        const auto first = std::span(parts).first(std::min(parts.size(), parts_that_tell));
        return std::ranges::any_of(first, [&](const part_info& part) { return are_on(part); });
    }

    std::uint64_t usual;
    std::vector<upload_mark> all;
};

void take(std::vector<part_info>&& page, const bucket_access& bucket, unfinished_upload& into,
          bool& is_gapless) {
    for (auto& part : page) {
        into.touched = std::max(into.touched, part.modified);
        if (into.parts.empty() && part.number != 1)
            is_gapless = false;
        const auto first = into.parts.empty() ? part.size : into.parts.front().size;
        const part_plan plan(bucket.client.speech().bounds(), first, bucket.settings.largest_part);
        is_gapless = is_gapless && part.number == into.parts.size() + 1 &&
                     part.size == plan.size(part.number);
        if (!is_gapless)
            continue;
        into.size += part.size;
        into.parts.push_back(std::move(part));
    }
}

// errc::not_found if it has none of the marks, or no longer exists.
awaitable<result<unfinished_upload>> look_at(std::shared_ptr<const bucket_access> bucket,
                                             upload_info upload, std::vector<std::string> owners,
                                             std::stop_token stop) {
    const marks whose(*bucket, upload.key, owners);
    upload_name name(std::move(upload.key), std::move(upload.upload_id));
    unfinished_upload found(std::move(name), upload.initiated);
    bool is_gapless = true;
    std::string after;
    do {
        auto page = co_await bucket->client.list_parts(found.name, after, stop);
        if (!page)
            co_return page.error();
        const bool is_first = after.empty();
        if (is_first && !whose.are_on(page->parts))
            co_return errc::not_found;
        found.checksum = page->checksum;
        take(std::move(page->parts), *bucket, found, is_gapless);
        after = std::move(page->next);
    } while (!after.empty());
    co_return found;
}

// Nobody has what broke off here, unless somebody has gone on with it since.
bool another_may_have_it(const bucket_access& bucket, const unfinished_upload& upload) {
    if (upload.touched < std::chrono::system_clock::now() - longest_pause)
        return false;
    const auto let_go = bucket.in_use->let_go(upload.name.id);
    return !let_go || upload.touched > *let_go + clocks_differ;
}

timestamp oldest(const bucket_access& bucket) {
    return std::chrono::system_clock::now() - bucket.settings.keep_unfinished;
}

} // namespace

std::optional<unsigned> unfinished_upload::parts_before(std::uint64_t offset) const {
    std::uint64_t end = 0;
    for (unsigned n = 0; n < parts.size(); ++n) {
        if (end == offset)
            return n;
        end += parts[n].size;
    }
    if (end == offset)
        return static_cast<unsigned>(parts.size());
    return std::nullopt;
}

awaitable<result<std::vector<unfinished_upload>>>
find_unfinished(std::shared_ptr<const bucket_access> bucket, std::string key, std::string owner,
                std::stop_token stop) {
    const bool in_directory = key.empty() || key.ends_with('/');
    const std::string delimiter(in_directory ? "/" : "");
    std::vector<unfinished_upload> found;
    auto listed =
        co_await bucket->client.list_uploads(key, delimiter, std::string(), std::string(), stop);
    if (!listed && (is_refusal(listed.error()) || listed.error() == errc::unsupported))
        co_return found; // who may not know of them goes on with none
    if (!listed)
        co_return listed.error();
    auto& uploads = listed->uploads;
    std::erase_if(uploads, [&](const upload_info& u) {
        const bool wanted = in_directory ? u.key.find('/', key.size()) == u.key.npos : u.key == key;
        return !wanted;
    });
    std::ranges::stable_sort(uploads, [](const upload_info& a, const upload_info& b) {
        return a.key != b.key ? a.key < b.key : a.initiated > b.initiated;
    });
    if (uploads.size() > most_looked_at)
        uploads.resize(most_looked_at);
    const std::vector<std::string> owners{std::move(owner)};
    for (auto& upload : uploads) {
        auto one = co_await look_at(bucket, std::move(upload), owners, stop);
        if (!one && one.error() == errc::not_found)
            continue;
        if (!one)
            co_return one.error();
        const bool begins_marked =
            !one->parts.empty() && marks(*bucket, one->name.key, owners).are_on(one->parts.front());
        if (one->touched >= oldest(*bucket) && begins_marked)
            found.push_back(std::move(*one));
    }
    co_return found;
}

awaitable<result<>> remove_unfinished(std::shared_ptr<const bucket_access> bucket, std::string key,
                                      std::string owner) {
    const auto found = co_await find_unfinished(bucket, std::move(key), std::move(owner));
    if (!found)
        co_return found.error();
    bool removed = false;
    bool spared = false;
    for (const auto& upload : *found) {
        if (bucket->in_use->has(upload.name.id))
            continue;
        if (another_may_have_it(*bucket, upload)) {
            spared = true;
            continue;
        }
        const auto done = co_await bucket->client.abort_upload(upload.name, stage::beginning);
        if (!done)
            co_return done.error();
        removed = true;
    }
    if (spared)
        co_return errc::precondition_failed;
    co_return removed ? result<>() : errc::not_found;
}

awaitable<result<std::size_t>> remove_outdated(std::shared_ptr<const bucket_access> bucket,
                                               clean_up_request request) {
    std::size_t removed = 0;
    std::string key;
    std::string id;
    do {
        auto page = co_await bucket->client.list_uploads(request.prefix, std::string(), key, id);
        if (!page)
            co_return page.error();
        const bool leads_on =
            page->next_key > key || (page->next_key == key && page->next_upload_id != id);
        if (page->truncated && !leads_on)
            co_return errc::unavailable;
        for (auto& upload : page->uploads) {
            if (upload.initiated >= oldest(*bucket) || bucket->in_use->has(upload.upload_id))
                continue;
            const auto one =
                co_await look_at(bucket, std::move(upload), request.owners, std::stop_token());
            if (!one && one.error() == errc::not_found)
                continue;
            if (!one)
                co_return one.error();
            if (one->touched >= oldest(*bucket)) // another gateway may have it in hand
                continue;
            result<> done;
            if (!request.only_report)
                done = co_await bucket->client.abort_upload(one->name);
            if (!done)
                co_return done.error();
            removed += request.only_report ? 0 : 1;
            config::log::info(request.only_report ? "an unfinished upload would be removed"
                                                  : "an unfinished upload is removed",
                              {{"store", bucket->store},
                               {"bucket", bucket->bucket},
                               {"key", one->name.key},
                               {"upload", one->name.id}});
        }
        key = page->truncated ? std::move(page->next_key) : std::string();
        id = std::move(page->next_upload_id);
    } while (!key.empty());
    co_return removed;
}

} // namespace objftpd::storage::rest
