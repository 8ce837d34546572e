#include "storage/rest/unfinished_uploads.hpp"

#include "storage/error.hpp"
#include "storage/rest/upload_mark.hpp"

#include <algorithm>
#include <chrono>

namespace objftpd::storage::rest {
namespace {

// Each of them costs a request.
constexpr std::size_t most_looked_at = 100;

// All parts, without those behind a gap.
awaitable<result<>> read_parts(const bucket_access& bucket, unfinished_upload& into) {
    std::string after;
    do {
        auto page = co_await bucket.client.list_parts(into.name, after);
        if (!page)
            co_return page.error();
        for (auto& part : page->parts) {
            if (part.number != into.parts.size() + 1)
                co_return result<>();
            into.size += part.size;
            into.parts.push_back(std::move(part));
        }
        after = std::move(page->next);
    } while (!after.empty());
    co_return result<>();
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
find_unfinished(std::shared_ptr<const bucket_access> bucket, std::string key, std::string owner) {
    const bool in_directory = key.empty() || key.ends_with('/');
    const auto oldest = std::chrono::system_clock::now() - bucket->settings.keep_unfinished;
    const std::string delimiter(in_directory ? "/" : "");
    auto listed =
        co_await bucket->client.list_uploads(key, delimiter, std::string(), std::string());
    if (!listed)
        co_return listed.error();
    auto& uploads = listed->uploads;
    std::erase_if(uploads, [&](const upload_info& u) {
        return u.initiated < oldest || (!in_directory && u.key != key);
    });
    // Of one key the latest first.
    std::ranges::stable_sort(uploads, [](const upload_info& a, const upload_info& b) {
        return a.key != b.key ? a.key < b.key : a.initiated > b.initiated;
    });
    if (uploads.size() > most_looked_at)
        uploads.resize(most_looked_at);
    std::vector<unfinished_upload> found;
    for (auto& upload : uploads) {
        if (!found.empty() && found.back().name.key == upload.key)
            continue;
        const upload_mark mark(upload.key, owner);
        upload_name name(std::move(upload.key), std::move(upload.upload_id));
        unfinished_upload one(std::move(name), upload.initiated);
        const auto read = co_await read_parts(*bucket, one);
        if (!read && read.error() != errc::not_found) // it has just ended
            co_return read.error();
        if (read && !one.parts.empty() &&
            mark.is_on(one.parts.front().size, bucket->settings.part_size))
            found.push_back(std::move(one));
    }
    co_return found;
}

} // namespace objftpd::storage::rest
