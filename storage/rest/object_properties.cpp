#include "storage/rest/object_properties.hpp"

#include "storage/error.hpp"
#include "storage/path.hpp"

#include <algorithm>
#include <functional>

namespace objftpd::storage::rest {
namespace {

using values = std::vector<named_value>;

values one_value(std::string text) {
    values one;
    one.emplace_back(std::string(), std::move(text));
    return one;
}

values all_headers(const std::vector<http::header>& headers) {
    values all;
    for (const auto& h : headers)
        all.emplace_back(h.name, h.value);
    return all;
}

std::string metadata_prefix(const dialect& speech) {
    return speech.own("meta-");
}

values metadata_in(const object_head& head, const dialect& speech) {
    const auto prefix = metadata_prefix(speech);
    values all;
    for (const auto& h : head.kept)
        if (h.name.starts_with(prefix))
            all.emplace_back(h.name.substr(prefix.size()), h.value);
    return all;
}

// All that the object has, to be said anew of its copy. The mount's metadata and tags are those of
// new objects.
object_attributes attributes_of(const object_head& head, const bucket_access& bucket) {
    object_attributes all(bucket.settings.attributes);
    all.metadata.clear();
    all.tags.clear();
    all.content_type = head.content_type;
    all.kept = head.kept;
    if (!head.storage_class.empty())
        all.storage_class = head.storage_class;
    return all;
}

// Ceph forgets them in such a copy, and takes none with it.
awaitable<result<>> keep_tags(const std::shared_ptr<const bucket_access>& bucket, std::string key,
                              values tags) {
    const auto head = co_await bucket->client.head(key);
    if (!head)
        co_return head.error();
    if (head->tagged)
        co_return result<>();
    co_return co_await bucket->client.set_tags(std::move(key), std::move(tags));
}

// A copy of the object onto itself that says some of it anew.
awaitable<result<>> say_anew(const std::shared_ptr<const bucket_access>& bucket, std::string key,
                             std::function<void(object_attributes&)> change) {
    const auto turn = co_await bucket->locks->wait(key, key_locks::share::alone);
    const auto head = co_await bucket->client.head(key);
    if (!head)
        co_return head.error();
    if (head->size > bucket->client.speech().bounds().largest_copy)
        co_return errc::unsupported;
    auto attributes = attributes_of(*head, *bucket);
    values tags;
    if (head->tagged) {
        auto told = co_await bucket->client.tags(key);
        if (!told)
            co_return told.error();
        tags = std::move(*told);
    }
    change(attributes);
    copy_source itself(key, head->etag);
    const auto made = co_await bucket->client.replace_metadata(std::move(itself), attributes);
    if (!made.outcome)
        co_return made.outcome.error();
    if (!tags.empty())
        co_return co_await keep_tags(bucket, std::move(key), std::move(tags));
    co_return result<>();
}

awaitable<result<values>> versions_of(const std::shared_ptr<const bucket_access>& bucket,
                                      std::string key) {
    const auto told = co_await bucket->client.versions(key);
    if (!told)
        co_return told.error();
    values all;
    for (const auto& version : told->versions)
        if (version.key == key)
            all.emplace_back(version.id, version.text);
    if (all.empty())
        co_return errc::not_found;
    co_return all;
}

awaitable<result<values>> text_of(awaitable<result<std::string>> asked) {
    auto told = co_await std::move(asked);
    if (!told)
        co_return told.error();
    co_return one_value(std::move(*told));
}

} // namespace

awaitable<result<values>> property_of(std::shared_ptr<const bucket_access> bucket, std::string key,
                                      property which) {
    const auto& client = bucket->client;
    switch (which) {
    case property::acl:
        co_return co_await text_of(client.acl(std::move(key)));
    case property::tags:
        co_return co_await client.tags(std::move(key));
    case property::link:
        co_return co_await text_of(client.link(std::move(key)));
    case property::versions:
        co_return co_await versions_of(bucket, std::move(key));
    case property::headers: {
        const auto headers = co_await client.headers(std::move(key));
        if (!headers)
            co_return headers.error();
        co_return all_headers(*headers);
    }
    case property::metadata: {
        const auto head = co_await client.head(std::move(key));
        if (!head)
            co_return head.error();
        co_return metadata_in(*head, client.speech());
    }
    case property::storage_class:
        break;
    }
    co_return errc::unsupported;
}

awaitable<result<>> set_property(std::shared_ptr<const bucket_access> bucket, std::string key,
                                 property which, values to) {
    const auto& client = bucket->client;
    const auto first = to.empty() ? std::string() : to.front().value;
    switch (which) {
    case property::acl:
        co_return co_await client.set_acl(std::move(key), first);
    case property::tags:
        co_return co_await client.set_tags(std::move(key), std::move(to));
    case property::link:
        co_return co_await client.set_link(std::move(key), first, overwrite::refused);
    case property::storage_class: {
        const auto change = [&](object_attributes& all) { all.storage_class = first; };
        co_return co_await say_anew(bucket, std::move(key), change);
    }
    case property::metadata: {
        const auto prefix = metadata_prefix(client.speech());
        const auto is_metadata = [&](const http::header& h) { return h.name.starts_with(prefix); };
        const auto change = [&](object_attributes& all) {
            std::erase_if(all.kept, is_metadata);
            for (const auto& [name, value] : to)
                all.kept.emplace_back(prefix + name, value);
        };
        co_return co_await say_anew(bucket, std::move(key), change);
    }
    case property::headers:
    case property::versions:
        break;
    }
    co_return errc::unsupported;
}

awaitable<result<>> set_time_of_change(std::shared_ptr<const bucket_access> bucket, std::string key,
                                       timestamp modified) {
    const auto name = time_of_change_header(bucket->client.speech());
    const auto seconds = std::chrono::floor<std::chrono::seconds>(modified).time_since_epoch();
    const auto change = [&](object_attributes& all) {
        std::erase_if(all.kept, [&](const http::header& h) { return h.name == name; });
        all.kept.emplace_back(name, std::to_string(seconds.count()));
    };
    co_return co_await say_anew(bucket, std::move(key), change);
}

awaitable<result<archive_state>> restore(std::shared_ptr<const bucket_access> bucket,
                                         std::string key, unsigned days) {
    const auto headers = co_await bucket->client.headers(key);
    if (!headers)
        co_return headers.error();
    const auto state = archive_state_of(*headers, bucket->client.speech());
    if (state != archive_state::archived || days == 0)
        co_return state;
    const auto begun = co_await bucket->client.restore(std::move(key), days);
    if (!begun && begun.error() == errc::archived) // somebody else was faster
        co_return archive_state::under_way;
    if (!begun)
        co_return begun.error();
    co_return archive_state::begun;
}

awaitable<result<std::vector<upload_in_parts>>>
uploads_in_parts(std::shared_ptr<const bucket_access> bucket, std::string key, std::size_t most) {
    std::vector<upload_in_parts> all;
    const bool directory = key.empty() || key.ends_with('/');
    std::string after_key;
    std::string after_id;
    bool more = true;
    while (more && all.size() < most) {
        auto page = co_await bucket->client.list_uploads(key, std::string(), after_key, after_id);
        if (!page)
            co_return page.error();
        for (auto& upload : page->uploads) {
            if (all.size() == most || (!directory && upload.key != key) ||
                !is_addressable(upload.key))
                continue;
            auto& one = all.emplace_back();
            one.key = std::move(upload.key);
            one.id = std::move(upload.upload_id);
            one.initiated = std::chrono::floor<std::chrono::seconds>(upload.initiated);
        }
        more = page->truncated;
        after_key = std::move(page->next_key);
        after_id = std::move(page->next_upload_id);
    }
    for (auto& one : all) {
        std::string after;
        do {
            upload_name name(one.key, one.id);
            auto page = co_await bucket->client.list_parts(std::move(name), after);
            if (!page)
                break; // completed or given up meanwhile
            one.parts += page->parts.size();
            for (const auto& part : page->parts)
                one.bytes += part.size;
            after = std::move(page->next);
        } while (!after.empty());
    }
    co_return all;
}

} // namespace objftpd::storage::rest
