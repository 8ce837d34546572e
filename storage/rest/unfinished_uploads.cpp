#include "storage/rest/unfinished_uploads.hpp"

#include "config/log.hpp"
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

namespace {

class clean_up {
public:
    clean_up(std::shared_ptr<const bucket_access> bucket, clean_up_request request)
        : bucket_(std::move(bucket)), request_(std::move(request)),
          oldest_(std::chrono::system_clock::now() - bucket_->settings.keep_unfinished) {}

    awaitable<result<std::size_t>> run();

private:
    awaitable<result<>> look_at(upload_info upload);
    bool is_own(const std::string& key, std::uint64_t first_part) const;

    const std::shared_ptr<const bucket_access> bucket_;
    const clean_up_request request_;
    const timestamp oldest_;
    std::size_t removed_ = 0;
};

bool clean_up::is_own(const std::string& key, std::uint64_t first_part) const {
    return std::ranges::any_of(request_.owners, [&](const std::string& owner) {
        return upload_mark(key, owner).is_on(first_part, bucket_->settings.part_size);
    });
}

awaitable<result<>> clean_up::look_at(upload_info upload) {
    const upload_name name(upload.key, upload.upload_id);
    const auto parts = co_await bucket_->client.list_parts(name, std::string());
    if (!parts && parts.error() == errc::not_found) // it has just ended
        co_return result<>();
    if (!parts)
        co_return parts.error();
    if (parts->parts.empty() || parts->parts.front().number != 1 ||
        !is_own(upload.key, parts->parts.front().size))
        co_return result<>();
    if (!request_.only_report) {
        const auto removed = co_await bucket_->client.abort_upload(name);
        if (!removed)
            co_return removed.error();
        ++removed_;
    }
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(
        std::chrono::system_clock::now() - upload.initiated);
    config::log::info(request_.only_report ? "an unfinished upload would be removed"
                                           : "an unfinished upload is removed",
                      {{"store", bucket_->store},
                       {"bucket", bucket_->bucket},
                       {"key", upload.key},
                       {"upload", upload.upload_id},
                       {"hours", hours.count()}});
    co_return result<>();
}

awaitable<result<std::size_t>> clean_up::run() {
    std::string key;
    std::string id;
    do {
        auto page = co_await bucket_->client.list_uploads(request_.prefix, std::string(), key, id);
        if (!page)
            co_return page.error();
        const bool goes_on =
            page->next_key > key || (page->next_key == key && page->next_upload_id != id);
        if (page->truncated && !goes_on)
            co_return errc::unavailable;
        for (auto& upload : page->uploads) {
            if (upload.initiated >= oldest_)
                continue;
            const auto looked_at = co_await look_at(std::move(upload));
            if (!looked_at)
                co_return looked_at.error();
        }
        key = page->truncated ? std::move(page->next_key) : std::string();
        id = std::move(page->next_upload_id);
    } while (!key.empty());
    co_return removed_;
}

} // namespace

awaitable<result<std::size_t>> remove_outdated(std::shared_ptr<const bucket_access> bucket,
                                               clean_up_request request) {
    clean_up work(std::move(bucket), std::move(request));
    co_return co_await work.run();
}

} // namespace objftpd::storage::rest
