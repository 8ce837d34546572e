#include "storage/rest/object_store_adapter.hpp"

#include "storage/checksum/hash.hpp"
#include "storage/error.hpp"
#include "storage/path.hpp"
#include "storage/rest/object_download.hpp"
#include "storage/rest/object_upload.hpp"
#include "storage/rest/unfinished_uploads.hpp"

#include "config/log.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>

namespace objftpd::storage::rest {
namespace {

object_info info_of(std::string key, const object_head& head) {
    object_info info;
    info.key = std::move(key);
    info.size = head.size;
    info.modified = head.modified;
    info.etag = head.etag;
    info.content_type = head.content_type;
    info.crc64 = head.crcs.find(crc_kind::crc64);
    return info;
}

object_info info_of(list_answer::object&& listed) {
    if (names_directory(listed.key)) {
        auto info = directory_info(std::move(listed.key));
        info.modified = listed.modified;
        return info;
    }
    object_info info;
    info.key = std::move(listed.key);
    info.size = listed.size;
    info.modified = listed.modified;
    info.etag = std::move(listed.etag);
    return info;
}

} // namespace

capabilities object_store_adapter::can() const {
    capabilities all;
    all.sorted_listing = true;
    all.sets_modified = bucket_->settings.times_in_metadata;
    all.lists_times = !bucket_->settings.times_in_metadata;
    return all;
}

bool object_store_adapter::fits(const std::string& key) const {
    return key.size() <= bucket_->client.speech().bounds().longest_key;
}

// Hadoop's markers are of no use: what they stand for shows as a prefix, or is empty.
bool object_store_adapter::is_listed(const std::string& key) const {
    if (is_addressable(key))
        return !key.ends_with("_$folder$") && !bucket_->hides(key);
    bucket_->unlisted->add(bucket_->bucket, key, unlisted_keys::reason::no_path);
    return false;
}

void object_store_adapter::hidden_by_directory(const std::string& key) {
    bucket_->unlisted->add(bucket_->bucket, key, unlisted_keys::reason::directory_has_its_name);
}

awaitable<result<object_info>> object_store_adapter::stat(std::string key, detail) {
    if (!fits(key))
        co_return errc::not_found;
    if (names_directory(key))
        co_return co_await directories_.stat(std::move(key));
    const auto head = co_await bucket_->client.head(key);
    if (!head)
        co_return head.error();
    auto info = info_of(std::move(key), *head);
    info.directory = marks_directory(*head);
    if (bucket_->settings.times_in_metadata)
        info.modified = time_of_change(*head, bucket_->client.speech()).value_or(info.modified);
    co_return info;
}

awaitable<result<list_page>> object_store_adapter::list(list_request request) {
    auto listed = co_await bucket_->client.list(request.prefix, request.recursive ? "" : "/",
                                                std::move(request.token), request.limit,
                                                std::move(request.stop));
    if (!listed)
        co_return listed.error();
    list_page page;
    page.entries.reserve(listed->objects.size() + listed->prefixes.size());
    for (auto& object : listed->objects) {
        if (is_listed(object.key))
            page.entries.push_back(info_of(std::move(object)));
        else
            ++page.hidden;
    }
    const auto objects = page.entries.size();
    for (auto& prefix : listed->prefixes) {
        if (is_listed(prefix))
            page.entries.push_back(directory_info(std::move(prefix)));
        else
            ++page.hidden;
    }
    const auto middle = page.entries.begin() + static_cast<std::ptrdiff_t>(objects);
    std::inplace_merge(page.entries.begin(), middle, page.entries.end(),
                       [](const object_info& a, const object_info& b) { return a.key < b.key; });
    page.next = std::move(listed->next);
    co_return page;
}

// A missing object may be a directory.
awaitable<error_code> object_store_adapter::why_missing(std::string key, std::stop_token stop) {
    const auto directory = co_await directories_.stat(key + '/', std::move(stop));
    co_return directory ? make_error_code(errc::is_a_directory) : directory.error();
}

awaitable<result<std::unique_ptr<body>>>
object_store_adapter::read(std::string key, std::uint64_t offset, std::stop_token stop) {
    if (names_directory(key))
        co_return error_code(errc::is_a_directory);
    if (!fits(key))
        co_return error_code(errc::not_found);
    const auto& settings = bucket_->settings;
    const auto most = settings.parallel_reads > 1 ? settings.part_size : bucket_client::to_the_end;
    auto opened = co_await bucket_->client.get(key, offset, std::string(), stop, most);
    // Only by an ETag are ranges known to be of the same version.
    if (opened && opened->head.etag.empty() && opened->end < opened->head.size) {
        opened->stream.reset();
        opened = co_await bucket_->client.get(key, offset, std::string(), stop);
    }
    if (!opened && opened.error() == errc::range_not_satisfiable) {
        // A range cannot be empty: at the very end there is nothing to be fetched.
        const auto head =
            co_await bucket_->client.head(key, stage::beginning, checksums::as_told, stop);
        if (!head)
            co_return head.error();
        if (head->size != offset)
            co_return error_code(errc::range_not_satisfiable);
        opened_object nothing;
        nothing.head = *head;
        opened = std::move(nothing);
    }
    if (!opened) {
        if (opened.error() == errc::not_found)
            co_return co_await why_missing(std::move(key), std::move(stop));
        co_return opened.error();
    }
    const bool begins_in_range = offset == 0 && opened->end < opened->head.size;
    if (begins_in_range && opened->head.crcs.empty() && opened->head.hashes.empty()) {
        // Stores tell the checksum of a whole object with a whole one alone.
        const auto whole =
            co_await bucket_->client.head(key, stage::beginning, checksums::asked_for, stop);
        if (whole && whole->etag == opened->head.etag)
            static_cast<told_checksums&>(opened->head) = *whole;
    }
    const auto executor = co_await asio::this_coro::executor;
    co_return std::make_unique<object_download>(bucket_, std::move(key), std::move(*opened), offset,
                                                executor, std::move(stop));
}

awaitable<result<std::unique_ptr<upload>>>
object_store_adapter::open_upload(upload_request request) {
    if (names_directory(request.key))
        co_return error_code(errc::is_a_directory);
    if (!fits(request.key))
        co_return error_code(errc::invalid_name);
    const auto above =
        co_await directories_.require_parent(request.key, request.missing, request.stop);
    if (!above)
        co_return above.error();
    if (bucket_->settings.check_directories)
        if (const auto why = co_await why_missing(request.key, request.stop);
            why != errc::not_found)
            co_return why;
    const auto executor = co_await asio::this_coro::executor;
    const auto wanted = request;
    auto made = std::make_unique<object_upload>(bucket_, std::move(request), executor);
    if (wanted.goes_on) {
        const auto going_on = co_await go_on(*made, wanted);
        if (!going_on)
            co_return going_on.error();
    }
    if (made->longest() < wanted.expected_size)
        co_return error_code(errc::too_large);
    if (wanted.goes_on || wanted.offset == 0)
        co_return made;
    const auto standing = co_await bucket_->client.head(wanted.key, stage::beginning,
                                                        checksums::as_told, wanted.stop);
    const bool append = wanted.offset == upload_request::at_end;
    if (!standing && standing.error() == errc::not_found && append) {
        made->keep_nothing();
        co_return made;
    }
    if (!standing)
        co_return standing.error() == errc::not_found ? make_error_code(errc::range_not_satisfiable)
                                                      : standing.error();
    if (!append && wanted.offset > standing->size)
        co_return error_code(errc::range_not_satisfiable);
    if (wanted.existing == overwrite::refused) // Swift would not refuse it
        co_return error_code(errc::already_exists);
    const auto kept = co_await made->keep(*standing, append ? standing->size : wanted.offset);
    if (!kept) {
        co_await made->abort();
        co_return kept.error();
    }
    co_return made;
}

awaitable<result<>> object_store_adapter::go_on(object_upload& upload,
                                                const upload_request& request) {
    const auto found = co_await find_unfinished(bucket_, request.key, request.owner, request.stop);
    if (!found)
        co_return found.error();
    for (const auto& one : *found) {
        const auto parts = one.parts_before(request.offset);
        if (!parts || *parts == 0)
            continue;
        upload.go_on(one, *parts);
        co_return result<>();
    }
    co_return errc::range_not_satisfiable;
}

awaitable<result<std::vector<object_info>>> object_store_adapter::unfinished(std::string key,
                                                                             std::string owner) {
    const auto found = co_await find_unfinished(bucket_, std::move(key), std::move(owner));
    if (!found)
        co_return found.error();
    std::vector<object_info> all;
    for (const auto& upload : *found) { // of a key the latest comes first
        if (!is_addressable(upload.name.key) || (!all.empty() && all.back().key == upload.name.key))
            continue;
        auto& info = all.emplace_back();
        info.key = upload.name.key;
        info.size = upload.size;
        info.modified = std::chrono::floor<std::chrono::seconds>(upload.touched);
    }
    co_return all;
}

awaitable<result<>> object_store_adapter::remove_unfinished(std::string key, std::string owner) {
    co_return co_await rest::remove_unfinished(bucket_, std::move(key), std::move(owner));
}

awaitable<result<std::size_t>> object_store_adapter::clean_up(clean_up_request request) {
    co_return co_await remove_outdated(bucket_, std::move(request));
}

awaitable<result<std::string>>
object_store_adapter::digest(std::string key, hash_algorithm algorithm, std::stop_token stop) {
    if (names_directory(key))
        co_return error_code(errc::is_a_directory);
    if (bucket_->client.speech().may_keep(algorithm)) {
        const auto head =
            co_await bucket_->client.head(key, stage::beginning, checksums::asked_for);
        if (!head && head.error() == errc::not_found)
            co_return co_await why_missing(std::move(key));
        if (!head)
            co_return head.error();
        if (auto known = known_hash(*head, algorithm))
            co_return std::move(*known);
    }
    const auto from = co_await read(std::move(key), 0, std::move(stop));
    if (!from)
        co_return from.error();
    hash sum(algorithm);
    std::vector<char> buffer(256 << 10);
    while ((*from)->remaining() > 0) {
        const auto n = co_await (*from)->read_some(buffer);
        if (!n)
            co_return n.error();
        sum.update(buffer.data(), *n);
        co_await asio::post(asio::use_awaitable); // others have their turn
    }
    co_return sum.finish();
}

awaitable<result<std::uint64_t>> object_store_adapter::free_space() {
    co_return errc::unsupported;
}

} // namespace objftpd::storage::rest
