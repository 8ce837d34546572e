#include "storage/rest/directories.hpp"

#include "config/log.hpp"
#include "storage/checksum/md5.hpp"
#include "storage/error.hpp"
#include "storage/http/encoding.hpp"
#include "storage/rest/directory_tree.hpp"

namespace objftpd::storage::rest {
namespace {

constexpr const char* marker_type = "application/x-directory";

// Empty for what lies at the top.
std::string parent_of(std::string key) {
    if (key.ends_with('/'))
        key.pop_back();
    key.resize(key.rfind('/') + 1); // npos + 1 is 0
    return key;
}

} // namespace

bool names_directory(const std::string& key) {
    return key.empty() || key.ends_with('/');
}

object_info directory_info(std::string key) {
    object_info info;
    info.key = std::move(key);
    info.directory = true;
    return info;
}

// A page without keys is not the end: what was deleted in a bucket that keeps versions may fill it.
awaitable<result<object_info>> directories::stat(std::string key, std::stop_token stop) const {
    if (key.empty())
        co_return directory_info(std::move(key));
    std::string token;
    do {
        auto page = co_await bucket_->client.list(key, std::string(), token, 1, stop);
        if (!page)
            co_return page.error();
        if (page->objects.empty()) {
            token = std::move(page->next);
            continue;
        }
        auto info = directory_info(std::move(key));
        const auto& first = page->objects.front();
        if (first.key == info.key)
            info.modified = first.modified;
        co_return info;
    } while (!token.empty());
    co_return errc::not_found;
}

awaitable<result<>> directories::require_parent(std::string key, parents missing,
                                                std::stop_token stop) const {
    auto parent = parent_of(std::move(key));
    if (missing == parents::create || parent.empty())
        co_return result<>();
    const auto there = co_await stat(std::move(parent), std::move(stop));
    if (!there)
        co_return there.error();
    co_return result<>();
}

awaitable<result<>> directories::make_above(std::string key, std::string known) const {
    std::vector<std::string> missing;
    for (auto above = parent_of(std::move(key)); !known.starts_with(above);
         above = parent_of(above)) {
        const auto there = co_await stat(above);
        if (there)
            break;
        if (there.error() != errc::not_found)
            co_return there.error();
        missing.push_back(above);
    }
    for (; !missing.empty(); missing.pop_back()) { // the highest first
        const auto made = co_await put_marker(std::move(missing.back()), overwrite::allowed);
        if (!made)
            co_return made;
    }
    co_return result<>();
}

awaitable<result<>> directories::require_free(std::string key) const {
    const auto directory = co_await stat(key);
    if (directory || directory.error() != errc::not_found)
        co_return directory ? make_error_code(errc::already_exists) : directory.error();
    key.pop_back();
    const auto file = co_await bucket_->client.head(std::move(key));
    if (file || file.error() != errc::not_found)
        co_return file ? make_error_code(errc::already_exists) : file.error();
    co_return result<>();
}

// One that its client no longer waits for ends before the next one of that name begins.
awaitable<result<>> directories::make(std::string key, parents missing) const {
    const auto turn = co_await bucket_->locks->wait(key, key_locks::share::alone, never);
    if (!turn)
        co_return turn.error();
    const auto above = co_await require_parent(key, missing);
    if (!above)
        co_return above.error();
    const auto is_free = co_await require_free(key);
    if (!is_free)
        co_return is_free.error();
    if (bucket_->settings.native_rename) {
        const auto made = co_await make_above(key, std::string());
        if (!made)
            co_return made;
    }
    co_return co_await put_marker(std::move(key), overwrite::refused);
}

awaitable<result<>> directories::remove(std::string key) const {
    const auto turn = co_await bucket_->locks->wait(key, key_locks::share::alone, never);
    if (!turn)
        co_return turn.error();
    std::string token;
    bool marked = false;
    do { // until something else than the marker is found, or nothing
        auto page = co_await bucket_->client.list(key, std::string(), token, 2, never);
        if (!page)
            co_return page.error();
        for (const auto& object : page->objects) {
            if (object.key != key)
                co_return errc::directory_not_empty;
            marked = true;
        }
        token = std::move(page->next);
    } while (!token.empty());
    if (!marked && bucket_->settings.keep_empty_directories)
        co_return errc::not_found;
    if (!marked) // it vanished with its last file, as its client wants it
        co_return result<>();
    const auto removed = co_await bucket_->client.remove(key);
    if (!removed)
        co_return removed.error();
    co_await keep_parent_of(std::move(key));
    co_return result<>();
}

awaitable<void> directories::keep_parent_of(std::string key) const {
    auto parent = parent_of(std::move(key));
    const auto& settings = bucket_->settings;
    // With a hierarchical namespace they stay by themselves.
    if (parent.empty() || !settings.keep_empty_directories || settings.native_rename)
        co_return;
    const auto kept = co_await keep(parent);
    if (!kept)
        config::log::warning("the last of a directory is gone, and maybe it with it",
                             {{"key", parent}, {"error", kept.error().message()}});
}

awaitable<result<>> directories::keep(std::string key) const {
    const auto still = co_await stat(key);
    if (still || still.error() != errc::not_found)
        co_return still ? result<>() : still.error();
    co_return co_await put_marker(std::move(key), overwrite::allowed);
}

awaitable<result<>> directories::make_real(std::string key, overwrite existing) const {
    key.pop_back();
    const auto made = co_await bucket_->client.create_directory(std::move(key));
    const bool stands = !made.outcome && made.outcome.error() == errc::already_exists;
    if (made.outcome || (stands && (made.may_have_worked || existing == overwrite::allowed)))
        co_return result<>();
    co_return made.outcome.error();
}

awaitable<result<>> directories::put_marker(std::string key, overwrite existing) const {
    if (bucket_->settings.native_rename)
        co_return co_await make_real(std::move(key), existing);
    object_attributes attributes(bucket_->settings.attributes);
    attributes.content_type = marker_type;
    body_checksums sum_of_nothing(http::to_base64(md5::of({})));
    http::request_body nothing;
    const auto made = co_await bucket_->client.put(std::move(key), attributes, existing,
                                                   std::move(sum_of_nothing), nothing);
    const bool own = made.may_have_worked && made.outcome.error() == errc::already_exists;
    if (!made.outcome && !own)
        co_return made.outcome.error();
    co_return result<>();
}

} // namespace objftpd::storage::rest
