#include "storage/rest/object_properties.hpp"

#include "storage/error.hpp"
#include "storage/path.hpp"
#include "storage/rest/kept_attributes.hpp"

#include <boost/asio/error.hpp>

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

// Whether it is as it was to become, though the answer was lost.
awaitable<result<>> settle(const std::shared_ptr<const bucket_access>& bucket, std::string key,
                           const object_head& before, const object_attributes& wanted,
                           error_code failed) {
    const auto same = [](const http::header& a, const http::header& b) {
        return a.name == b.name && a.value == b.value;
    };
    const auto after = co_await bucket->client.head(std::move(key));
    const bool is_done = after && after->size == before.size && after->modified > before.modified &&
                         after->storage_class == wanted.storage_class &&
                         std::ranges::is_permutation(after->kept, wanted.kept, same);
    co_return is_done ? result<>() : failed;
}

// A copy of the object onto itself that says some of it anew. Nobody changes it meanwhile.
awaitable<result<>> say_anew(const std::shared_ptr<const bucket_access>& bucket, std::string key,
                             std::function<void(object_attributes&)> change) {
    const auto turn = co_await bucket->locks->wait(key, key_locks::share::alone);
    const auto head = co_await bucket->client.head(key);
    if (!head)
        co_return head.error();
    const bool too_large = head->size > bucket->client.speech().bounds().largest_copy;
    if (too_large || head->is_locked || head->is_link)
        co_return errc::unsupported;
    auto attributes = co_await attributes_of(bucket, key, *head, acl_of::object);
    if (!attributes)
        co_return attributes.error();
    auto tags = co_await tags_of(bucket, key, *head);
    if (!tags)
        co_return tags.error();
    change(*attributes);
    copy_source itself(key, head->etag);
    const auto made = co_await bucket->client.replace_metadata(std::move(itself), *attributes);
    if (!made.outcome && !made.may_have_worked)
        co_return made.outcome.error();
    if (!made.outcome) {
        const auto settled = co_await settle(bucket, key, *head, *attributes, made.outcome.error());
        if (!settled)
            co_return settled;
    }
    co_return co_await keep_tags(bucket, std::move(key), std::move(*tags));
}

// "name" anew, or gone; the others stay.
void set_or_remove(values& all, const values& changes) {
    for (const auto& change : changes) {
        std::erase_if(all, [&](const named_value& one) { return one.name == change.name; });
        if (!change.value.empty())
            all.push_back(change);
    }
}

awaitable<result<>> change_tags(const std::shared_ptr<const bucket_access>& bucket, std::string key,
                                values changes) {
    const auto turn = co_await bucket->locks->wait(key, key_locks::share::alone);
    auto tags = co_await bucket->client.tags(key);
    if (!tags)
        co_return tags.error();
    set_or_remove(*tags, changes);
    co_return co_await bucket->client.set_tags(std::move(key), std::move(*tags));
}

awaitable<result<>> make_link(const std::shared_ptr<const bucket_access>& bucket, std::string key,
                              std::string target) {
    const auto turn = co_await bucket->locks->wait(key, key_locks::share::alone);
    const auto there = co_await bucket->client.head(key); // not every bucket knows the condition
    if (there || there.error() != errc::not_found)
        co_return there ? make_error_code(errc::already_exists) : there.error();
    co_return co_await bucket->client.set_link(std::move(key), std::move(target),
                                               overwrite::refused);
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
    if (told->truncated)
        all.emplace_back(std::string(), "and there may be more");
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
        co_return co_await change_tags(bucket, std::move(key), std::move(to));
    case property::link:
        if (!client.speech().has_links())
            co_return errc::unsupported;
        co_return co_await make_link(bucket, std::move(key), first);
    case property::storage_class: {
        const auto change = [&](object_attributes& all) { all.storage_class = first; };
        co_return co_await say_anew(bucket, std::move(key), change);
    }
    case property::metadata: {
        const auto prefix = metadata_prefix(client.speech());
        const auto change = [&](object_attributes& all) {
            for (const auto& [name, value] : to) {
                const auto header = prefix + name;
                std::erase_if(all.kept, [&](const http::header& h) { return h.name == header; });
                if (!value.empty())
                    all.kept.emplace_back(header, value);
            }
        };
        co_return co_await say_anew(bucket, std::move(key), change);
    }
    case property::headers:
    case property::versions:
        break;
    }
    co_return errc::unsupported;
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
uploads_in_parts(std::shared_ptr<const bucket_access> bucket, std::string key, std::size_t most,
                 std::stop_token stop) {
    std::vector<upload_in_parts> all;
    const auto is_wanted = [&](const std::string& name) {
        return is_addressable(name) && (key.empty() || name == key || name.starts_with(key + '/'));
    };
    std::string after_key;
    std::string after_id;
    bool more = true;
    while (more && all.size() < most) {
        if (stop.stop_requested())
            co_return error_code(asio::error::operation_aborted);
        auto page = co_await bucket->client.list_uploads(key, std::string(), after_key, after_id);
        if (!page)
            co_return page.error();
        for (auto& upload : page->uploads) {
            if (all.size() == most || !is_wanted(upload.key))
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
            if (stop.stop_requested())
                co_return error_code(asio::error::operation_aborted);
            upload_name name(one.key, one.id);
            auto page = co_await bucket->client.list_parts(std::move(name), after);
            if (!page && page.error() != errc::not_found)
                co_return page.error();
            if (!page) // completed or given up meanwhile
                break;
            one.parts += page->parts.size();
            for (const auto& part : page->parts)
                one.bytes += part.size;
            after = std::move(page->next);
        } while (!after.empty());
    }
    co_return all;
}

} // namespace objftpd::storage::rest
