#include "tests/oss_server/conditions.hpp"
#include "tests/oss_server/object_headers.hpp"
#include "tests/oss_server/operations.hpp"

#include "storage/http/signing.hpp"

#include <array>

namespace objftpd::oss_server {
namespace {

/// An object as a reader sees it: through one symbolic link.
struct seen {
    object_ptr content;
    object_ptr link; // null: none
};

outcome<seen> look(const service& s, const call& c) {
    seen found;
    found.content = s.records.find(c.bucket(), c.key());
    if (!found.content)
        return oss_error("NoSuchKey").with("Key", c.key());
    if (found.content->type != object_type::symlink)
        return found;
    found.link = found.content;
    found.content = s.records.find(c.bucket(), found.link->target);
    if (!found.content)
        return oss_error("SymlinkTargetNotExist").with("Key", c.key());
    if (found.content->type == object_type::symlink)
        return oss_error("InvalidTargetType").with("Key", c.key());
    return found;
}

std::chrono::sys_seconds modified_of(const seen& o) {
    return o.link ? std::max(o.link->modified, o.content->modified) : o.content->modified;
}

answer described(const seen& o, std::chrono::sys_seconds now) {
    answer a;
    if (!o.link) {
        describe(a, *o.content, now);
        return a;
    }
    // A link shows its target's bytes under its own metadata.
    auto shown = *o.content;
    shown.modified = modified_of(o);
    shown.given.user = o.link->given.user;
    shown.given.content = o.link->given.content;
    shown.type = object_type::symlink;
    describe(a, shown, now);
    a.set("x-oss-symlink-target-type", name_of(o.content->type));
    return a;
}

// Status 304 or 412 if a condition says so.
outcome<> check(const call& c, const seen& o) {
    switch (check_conditions(c.request, "", o.content->etag, modified_of(o))) {
    case condition_result::holds:
        break;
    case condition_result::not_modified:
        return oss_error("NotModified")
            .with_header("etag", quoted(o.content->etag))
            .with_header("last-modified", http::http_date(modified_of(o)));
    case condition_result::failed:
        return oss_error("PreconditionFailed").with("Key", c.key());
    }
    return {};
}

// response-content-type and its like replace what is stored.
outcome<> apply_overrides(answer& a, const call& c) {
    constexpr auto overrides = std::to_array<std::string_view>(
        {"content-type", "content-language", "expires", "cache-control", "content-disposition",
         "content-encoding"});
    for (const auto name : overrides) {
        const auto parameter = "response-" + std::string(name);
        const auto* const value = c.parameter(parameter);
        if (value == nullptr || value->empty())
            continue;
        // SECURITY: it becomes a header, and must not become two.
        if (value->find_first_of(std::string_view("\r\n\0", 3)) != value->npos)
            return invalid_argument("The value is not valid.", parameter, "");
        std::erase_if(a.headers, [&](const http::header& h) { return h.name == name; });
        a.set(std::string(name), *value);
    }
    return {};
}

} // namespace

awaitable<reply> operations::get_object(service& s, call& c) {
    const auto found = look(s, c);
    if (!found)
        co_return found.error();
    const auto& object = *found->content;
    if (const auto fits = check(c, *found); !fits)
        co_return fits.error();
    if (is_archived(object, c.now))
        co_return oss_error("InvalidObjectState").with("ObjectName", c.key());

    const auto behavior = c.header_text("x-oss-range-behavior") == "standard"
                              ? range_behavior::standard
                              : range_behavior::ignore_invalid;
    const auto range = apply_range(c.header_text("range"), object.size, behavior);
    const auto size = std::to_string(object.size);
    if (range.status == 416)
        co_return oss_error("InvalidRange")
            .with("ActualObjectSize", size)
            .with("RangeRequested", c.header_text("range"))
            .with_header("content-range", "bytes */" + size);
    auto a = described(*found, c.now);
    if (const auto valid = apply_overrides(a, c); !valid)
        co_return valid.error();
    a.status = range.status;
    if (range.status == 206)
        a.set("content-range", "bytes " + std::to_string(range.offset) + '-' +
                                   std::to_string(range.offset + range.length - 1) + '/' + size);
    a.content =
        std::make_unique<content_reader>(s.blobs, object.pieces, range.offset, range.length);
    co_return std::move(a);
}

awaitable<reply> operations::head_object(service& s, call& c) {
    const auto found = look(s, c);
    if (!found)
        co_return found.error();
    if (const auto fits = check(c, *found); !fits)
        co_return fits.error();
    auto a = described(*found, c.now);
    a.length = found->content->size;
    co_return std::move(a);
}

awaitable<reply> operations::get_object_meta(service& s, call& c) {
    const auto found = s.records.find(c.bucket(), c.key());
    if (!found)
        co_return oss_error("NoSuchKey").with("Key", c.key());
    answer a;
    a.set("etag", quoted(found->etag));
    a.set("last-modified", http::http_date(found->modified));
    if (found->crc64)
        a.set("x-oss-hash-crc64ecma", std::to_string(*found->crc64));
    // The size of what is described, though there is no body with it.
    a.length = found->size;
    co_return std::move(a);
}

} // namespace objftpd::oss_server
