#include "config/hex.hpp"
#include "storage/http/encoding.hpp"
#include "storage/http/signing.hpp"
#include "tests/oss_server/object_headers.hpp"
#include "tests/oss_server/operations.hpp"
#include "tests/oss_server/text.hpp"
#include "tests/oss_server/uploading.hpp"

#include <functional>

namespace objftpd::oss_server {
namespace {

oss_error no_such_key(const call& c) {
    return oss_error("NoSuchKey").with("Key", c.key());
}

/// What a change answers with, or why there is none.
using change = std::function<outcome<answer>(object_record&)>;

// Changes something about an object but its bytes. Its time stays.
awaitable<reply> modify(service& s, call& c, const change& apply) {
    const auto held = co_await s.records.lock(c.bucket(), c.key());
    const auto existing = s.records.find(c.bucket(), c.key());
    if (!existing)
        co_return no_such_key(c);
    const auto object = std::make_shared<object_record>(*existing);
    auto a = apply(*object);
    if (!a)
        co_return std::move(a);
    const auto published = co_await s.records.publish(c.bucket(), object);
    if (!published)
        co_return published.error();
    co_return std::move(a);
}

outcome<tag_list> parse_tagging(const std::string& text) {
    const auto document = parsed_xml::parse(text, "Tagging");
    if (!document)
        return oss_error("MalformedXML");
    tag_list tags;
    for (const auto& tag : document->root().child("TagSet").children("Tag")) {
        auto name = child_text(tag, "Key");
        auto value = child_text(tag, "Value");
        if (!name || !value)
            return oss_error("MalformedXML");
        tags.emplace_back(std::move(*name), std::move(*value));
    }
    const auto fits = check_tags(tags);
    if (!fits)
        return fits.error();
    return tags;
}

// Without a document a restored copy lasts a day.
outcome<std::chrono::days> parse_restore(const std::string& text) {
    if (text.empty())
        return std::chrono::days(1);
    const auto document = parsed_xml::parse(text, "RestoreRequest");
    if (!document)
        return oss_error("MalformedXML");
    const auto days = parse_number(child_text(document->root(), "Days").value_or("1"));
    if (!days || *days < 1 || *days > 365)
        return oss_error("MalformedXML");
    return std::chrono::days(static_cast<int>(*days));
}

} // namespace

awaitable<reply> operations::get_object_acl(service& s, call& c) {
    const auto found = s.records.find(c.bucket(), c.key());
    if (!found)
        co_return no_such_key(c);
    xml_document document("AccessControlPolicy");
    auto who = document.root.append_child("Owner");
    add(who, "ID", "1000000000000001");
    add(who, "DisplayName", "1000000000000001");
    auto list = document.root.append_child("AccessControlList");
    add(list, "Grant", found->given.acl);
    co_return answer(document);
}

awaitable<reply> operations::put_object_acl(service& s, call& c) {
    const auto acl = c.header_text("x-oss-object-acl");
    if (!is_object_acl(acl))
        co_return invalid_argument("no such object access control exists", "x-oss-object-acl", acl);
    const change apply = [&](object_record& o) -> outcome<answer> {
        o.given.acl = acl;
        return answer();
    };
    co_return co_await modify(s, c, apply);
}

awaitable<reply> operations::get_tagging(service& s, call& c) {
    const auto found = s.records.find(c.bucket(), c.key());
    if (!found)
        co_return no_such_key(c);
    xml_document document("Tagging");
    auto set = document.root.append_child("TagSet");
    for (const auto& [name, value] : found->given.tags) {
        auto tag = set.append_child("Tag");
        add(tag, "Key", name);
        add(tag, "Value", value);
    }
    co_return answer(document);
}

awaitable<reply> operations::put_tagging(service& s, call& c) {
    const auto text = co_await receive_text(c, s.settings.most.document);
    if (!text)
        co_return text.error();
    const auto tags = parse_tagging(*text);
    if (!tags)
        co_return tags.error();
    const change apply = [&](object_record& o) -> outcome<answer> {
        o.given.tags = *tags;
        return answer();
    };
    co_return co_await modify(s, c, apply);
}

awaitable<reply> operations::delete_tagging(service& s, call& c) {
    const change apply = [](object_record& o) -> outcome<answer> {
        o.given.tags.clear();
        return answer(204);
    };
    co_return co_await modify(s, c, apply);
}

awaitable<reply> operations::put_symlink(service& s, call& c) {
    const auto encoded = c.header_text("x-oss-symlink-target");
    const auto target = config::percent_decode(encoded, config::plus_sign::kept);
    if (!target || target->empty() || !check_key(*target, s.settings.most))
        co_return invalid_argument("The target of the symbolic link is not valid.",
                                   "x-oss-symlink-target", encoded);
    const auto bucket = s.records.find_bucket(c.bucket());
    if (!bucket)
        co_return oss_error("NoSuchBucket").with("BucketName", c.bucket());
    auto given = properties_of(c, *bucket, s.settings.most);
    if (!given)
        co_return given.error();
    const auto object = std::make_shared<object_record>();
    object->key = c.key();
    object->type = object_type::symlink;
    object->target = *target;
    object->given = std::move(*given);
    object->etag = unique_name();
    object->modified = c.now;

    const auto held = co_await s.records.lock(c.bucket(), c.key());
    if (const auto may = check_overwrite(c, s.records.find(c.bucket(), c.key())); !may)
        co_return may.error();
    const auto published = co_await s.records.publish(c.bucket(), object);
    if (!published)
        co_return published.error();
    answer a;
    a.set("etag", quoted(object->etag));
    co_return std::move(a);
}

awaitable<reply> operations::get_symlink(service& s, call& c) {
    const auto found = s.records.find(c.bucket(), c.key());
    if (!found)
        co_return no_such_key(c);
    if (found->type != object_type::symlink)
        co_return oss_error("NotSymlink").with("Key", c.key());
    answer a;
    a.set("x-oss-symlink-target", http::percent_encode(found->target));
    a.set("etag", quoted(found->etag));
    a.set("last-modified", http::http_date(found->modified));
    co_return std::move(a);
}

awaitable<reply> operations::restore_object(service& s, call& c) {
    const auto text = co_await receive_text(c, s.settings.most.document);
    if (!text)
        co_return text.error();
    const auto days = parse_restore(*text);
    if (!days)
        co_return days.error();
    const change apply = [&](object_record& o) -> outcome<answer> {
        const auto& name = o.given.storage_class;
        if (name == "Standard" || name == "IA")
            return oss_error("OperationNotSupported").with("Key", o.key);
        const bool readable = !is_archived(o, c.now);
        if (o.restored && c.now < o.restored->ready)
            return oss_error("RestoreAlreadyInProgress").with("Key", o.key);
        const auto ready = readable ? o.restored->ready : c.now + s.settings.restore_time;
        o.restored = restoration{ready, std::max(ready, c.now) + *days};
        return answer(readable ? 200 : 202);
    };
    co_return co_await modify(s, c, apply);
}

} // namespace objftpd::oss_server
