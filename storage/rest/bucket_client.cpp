#include "storage/rest/bucket_client.hpp"

#include "config/log.hpp"
#include "storage/checksum/md5.hpp"
#include "storage/error.hpp"
#include "storage/http/encoding.hpp"
#include "storage/rest/trust.hpp"

namespace objftpd::storage::rest {
namespace {

std::string in_quotes(const std::string& etag) {
    return '"' + etag + '"';
}

call part_call(operation what, upload_name&& to, unsigned number, std::stop_token&& stop) {
    call c(what, "PUT", std::move(to.key));
    c.query.emplace_back("partNumber", std::to_string(number));
    c.query.emplace_back("uploadId", std::move(to.id));
    c.stop = std::move(stop);
    return c;
}

// Of the checksums that come with a range: OSS's, and an MD5 in the ETag.
void leave_those_of_whole(told_checksums& told) {
    const auto crc64 = told.crcs.find(crc_kind::crc64);
    told.crcs = crc_sums();
    if (crc64)
        told.crcs.set({crc_kind::crc64, *crc64});
    std::erase_if(told.hashes,
                  [](const content_hash& h) { return h.algorithm != hash_algorithm::md5; });
}

// What tokens begin with.
constexpr char version_1 = '1';
constexpr char version_2 = '2';

} // namespace

void bucket_client::add_source(call& c, const copy_source& from) const {
    c.headers.emplace_back(dialect_->own("copy-source"),
                           '/' + bucket_ + '/' + http::percent_encode_path(from.key));
    if (!from.etag.empty())
        c.headers.emplace_back(dialect_->own("copy-source-if-match"), in_quotes(from.etag));
}

void bucket_client::add_checksums(call& c, body_checksums&& sums) const {
    add_unless_empty(c, "content-md5", sums.md5);
    if (sums.crc && dialect_->sends_checksums())
        c.headers.emplace_back(header_of(sums.crc->kind), text_of(*sums.crc));
}

awaitable<answer> bucket_client::ask_for_list(list_version in, call c, std::string token,
                                              std::string after) const {
    const bool v2 = in == list_version::v2;
    if (v2)
        c.query.emplace_back("list-type", "2");
    if (!token.empty())
        c.query.emplace_back(v2 ? "continuation-token" : "marker", std::move(token));
    else if (!after.empty())
        c.query.emplace_back(v2 ? "start-after" : "marker", std::move(after));
    co_return co_await transport_->send(c);
}

awaitable<result<list_answer>> bucket_client::list(std::string prefix, std::string delimiter,
                                                   std::string token, std::size_t limit,
                                                   std::stop_token stop, std::string after) const {
    call c(operation::list_objects, "GET");
    c.stop = std::move(stop);
    c.query.emplace_back("encoding-type", "url");
    c.query.emplace_back("max-keys", std::to_string(limit));
    if (!prefix.empty())
        c.query.emplace_back("prefix", std::move(prefix));
    if (!delimiter.empty())
        c.query.emplace_back("delimiter", std::move(delimiter));
    // A token is one of the version that it came with, whatever others have learnt meanwhile.
    auto version = list_version_->load();
    if (!token.empty()) {
        c.reached = stage::under_way;
        version = token.front() == version_1 ? list_version::v1 : list_version::v2;
        token.erase(0, 1);
    }
    auto a = co_await ask_for_list(version, c, token, after);
    if (a.failed == errc::unsupported && version == list_version::v2 && token.empty()) {
        version = list_version::v1;
        a = co_await ask_for_list(version, c, token, after);
    }
    if (a.failed)
        co_return a.failed;
    auto page = parse_list(a.text, version);
    if (!page)
        co_return page.error();
    const bool other_version = page->version != version && !token.empty();
    if (other_version || !leads_on(*page, token, page->version))
        co_return errc::unavailable;
    if (page->version == list_version::v1 &&
        list_version_->exchange(list_version::v1) != list_version::v1)
        config::log::info("the store knows only version 1 of ListObjects", {{"bucket", bucket_}});
    if (!page->next.empty())
        page->next.insert(0, 1, page->version == list_version::v1 ? version_1 : version_2);
    co_return page;
}

awaitable<result<object_head>> bucket_client::head(std::string key, stage reached, checksums wanted,
                                                   std::stop_token stop) const {
    call c(operation::head_object, "HEAD", std::move(key));
    c.reached = reached;
    c.stop = std::move(stop);
    if (wanted == checksums::asked_for)
        dialect_->ask_for_checksums(c);
    const auto a = co_await transport_->send(c);
    if (a.failed)
        co_return a.failed;
    co_return head_from(a, *dialect_);
}

awaitable<result<opened_object>> bucket_client::get(std::string key, std::uint64_t offset,
                                                    std::string etag, std::stop_token stop,
                                                    std::uint64_t most) const {
    call c(operation::get_object, "GET", std::move(key));
    c.streamed = true;
    c.stop = std::move(stop);
    if (!etag.empty()) {
        c.reached = stage::under_way;
        c.headers.emplace_back("if-match", in_quotes(etag));
    }
    const bool whole = offset == 0 && most == to_the_end;
    if (!whole) {
        const auto last = most == to_the_end ? std::string() : std::to_string(offset + most - 1);
        c.headers.emplace_back("range", "bytes=" + std::to_string(offset) + '-' + last);
        dialect_->insist_on_range(c);
    } else {
        dialect_->ask_for_checksums(c);
    }
    auto a = co_await transport_->send(c);
    if (a.failed)
        co_return a.failed;
    auto head = head_from(a, *dialect_);
    if (!head)
        co_return head.error();
    opened_object opened;
    opened.head = std::move(*head);
    opened.end = opened.head.size;
    if (offset > 0 || (!whole && a.status == 206)) {
        const auto range = content_range_of(a);
        if (a.status != 206 || !range || range->first != offset)
            co_return errc::unavailable;
        opened.head.size = range->size;
        opened.end = range->end;
        leave_those_of_whole(opened.head);
    }
    opened.stream = std::move(a.stream);
    co_return opened;
}

// A store that knows no conditions (Swift) is asked for the key first.
awaitable<answer> bucket_client::send(call c, overwrite existing) const {
    if (existing == overwrite::allowed)
        co_return co_await transport_->send(c);
    const auto unconditional = c.headers;
    dialect_->refuse_overwrite(c);
    auto a = co_await transport_->send(c);
    // S3 says of a key that must not exist that a condition does not hold. A copy has another one.
    if (a.failed == errc::precondition_failed && c.what != operation::copy_object)
        a.failed = errc::already_exists;
    if (a.failed != errc::unsupported)
        co_return a;
    const auto there = co_await head(c.key, c.reached);
    if (there || there.error() != errc::not_found) {
        a.failed = there ? make_error_code(errc::already_exists) : there.error();
        co_return a;
    }
    c.headers = unconditional;
    co_return co_await transport_->send(c);
}

awaitable<attempt> bucket_client::put(std::string key, const object_attributes& attributes,
                                      overwrite existing, body_checksums sums,
                                      http::request_body body, stage reached,
                                      std::stop_token no_more_attempts) const {
    call c(operation::put_object, "PUT", std::move(key));
    c.reached = reached;
    c.no_more_attempts = std::move(no_more_attempts);
    add_attributes(c, *dialect_, attributes);
    add_checksums(c, std::move(sums));
    c.body = std::move(body);
    const auto a = co_await send(std::move(c), existing);
    if (a.failed)
        co_return attempt(a.failed, a.may_have_worked);
    co_return attempt(stored_from(a, *dialect_));
}

awaitable<result<>> bucket_client::remove(std::string key) const {
    const call c(operation::delete_object, "DELETE", std::move(key));
    const auto a = co_await transport_->send(c);
    if (a.failed && a.failed != errc::not_found)
        co_return a.failed;
    co_return result<>();
}

awaitable<result<std::vector<delete_failure>>>
bucket_client::remove_all(std::vector<std::string> keys) const {
    const auto body = delete_body(keys);
    call c(operation::delete_objects, "POST");
    c.query.emplace_back("delete");
    c.headers.emplace_back("content-type", "application/xml");
    c.headers.emplace_back("content-md5", http::to_base64(md5::of(body)));
    c.body.emplace_back(body);
    const auto a = co_await transport_->send(c);
    if (a.failed)
        co_return a.failed;
    co_return parse_delete(a.text);
}

awaitable<attempt> bucket_client::copy(copy_source from, std::string to,
                                       const object_attributes& attributes, overwrite existing,
                                       std::stop_token no_more_attempts) const {
    call c(operation::copy_object, "PUT", std::move(to));
    c.no_more_attempts = std::move(no_more_attempts);
    add_source(c, from);
    add_placement(c, *dialect_, attributes);
    const auto a = co_await send(std::move(c), existing);
    if (a.failed)
        co_return attempt(a.failed, a.may_have_worked);
    co_return attempt(stored_in_text(a, *dialect_), true);
}

awaitable<result<begun_upload>> bucket_client::create_upload(std::string key,
                                                             const object_attributes& attributes,
                                                             overwrite existing,
                                                             std::stop_token stop) const {
    call c(operation::create_upload, "POST", std::move(key));
    c.query.emplace_back("uploads");
    auto now = attributes;
    if (dialect_->acl_at_completion())
        now.acl.clear();
    add_attributes(c, *dialect_, now);
    const auto kind = dialect_->checksum_of_uploads();
    if (kind && dialect_->sends_checksums()) {
        c.headers.emplace_back(dialect_->own("checksum-algorithm"), std::string(name_of(*kind)));
        c.headers.emplace_back(dialect_->own("checksum-type"), "FULL_OBJECT");
    }
    c.stop = std::move(stop);
    const auto a = co_await send(std::move(c), existing);
    if (a.failed)
        co_return a.failed;
    auto id = parse_upload_id(a.text);
    if (!id)
        co_return id.error();
    co_return begun_upload(std::move(*id), upload_checksum_in(a.headers));
}

awaitable<result<stored>> bucket_client::upload_part(upload_name to, unsigned number,
                                                     body_checksums sums, http::request_body body,
                                                     std::stop_token stop) const {
    auto c = part_call(operation::upload_part, std::move(to), number, std::move(stop));
    add_checksums(c, std::move(sums));
    c.body = std::move(body);
    const auto a = co_await transport_->send(c);
    if (a.failed)
        co_return a.failed;
    co_return stored_from(a, *dialect_);
}

awaitable<result<stored>> bucket_client::copy_part(upload_name to, unsigned number,
                                                   copy_source from, std::stop_token stop) const {
    auto c = part_call(operation::copy_part, std::move(to), number, std::move(stop));
    add_source(c, from);
    c.headers.emplace_back(dialect_->own("copy-source-range"),
                           "bytes=" + std::to_string(from.first) + '-' +
                               std::to_string(from.first + from.size - 1));
    const auto a = co_await transport_->send(c);
    if (a.failed)
        co_return a.failed;
    auto s = stored_in_text(a, *dialect_);
    if (s && s->etag.empty()) // by which completion names it
        co_return errc::unavailable;
    co_return s;
}

awaitable<attempt> bucket_client::complete_upload(upload_name which, completion of,
                                                  overwrite existing, std::string acl,
                                                  std::stop_token no_more_attempts) const {
    const auto body = complete_body(of.parts);
    call c(operation::complete_upload, "POST", std::move(which.key));
    c.no_more_attempts = std::move(no_more_attempts);
    if (dialect_->acl_at_completion())
        add_unless_empty(c, std::string(dialect_->acl_header()), acl);
    c.query.emplace_back("uploadId", std::move(which.id));
    c.headers.emplace_back("content-type", "application/xml");
    if (of.crc) {
        c.headers.emplace_back(header_of(of.crc->kind), text_of(*of.crc));
        c.headers.emplace_back(dialect_->own("checksum-type"), "FULL_OBJECT");
    }
    c.body.emplace_back(body);
    const auto a = co_await send(std::move(c), existing);
    if (a.failed)
        co_return attempt(a.failed, a.may_have_worked);
    co_return attempt(stored_in_text(a, *dialect_), true);
}

awaitable<result<>> bucket_client::abort_upload(upload_name which, stage reached) const {
    call c(operation::abort_upload, "DELETE", std::move(which.key));
    c.reached = reached;
    c.query.emplace_back("uploadId", std::move(which.id));
    const auto a = co_await transport_->send(c);
    if (a.failed && a.failed != errc::not_found)
        co_return a.failed;
    co_return result<>();
}

awaitable<result<parts_answer>> bucket_client::list_parts(upload_name which, std::string after,
                                                          std::stop_token stop) const {
    call c(operation::list_parts, "GET", std::move(which.key));
    c.stop = std::move(stop);
    c.query.emplace_back("uploadId", std::move(which.id));
    c.query.emplace_back("max-parts", "1000");
    if (!after.empty())
        c.query.emplace_back("part-number-marker", std::move(after));
    const auto a = co_await transport_->send(c);
    if (a.failed)
        co_return a.failed;
    co_return parse_parts(a.text);
}

awaitable<result<uploads_answer>>
bucket_client::list_uploads(std::string prefix, std::string delimiter, std::string after_key,
                            std::string after_id, std::stop_token stop) const {
    call c(operation::list_uploads, "GET");
    c.stop = std::move(stop);
    c.query.emplace_back("uploads");
    c.query.emplace_back("encoding-type", "url");
    c.query.emplace_back("max-uploads", "1000");
    if (!prefix.empty())
        c.query.emplace_back("prefix", std::move(prefix));
    if (!delimiter.empty())
        c.query.emplace_back("delimiter", std::move(delimiter));
    if (!after_key.empty())
        c.query.emplace_back("key-marker", std::move(after_key));
    if (!after_id.empty())
        c.query.emplace_back("upload-id-marker", std::move(after_id));
    const auto a = co_await transport_->send(c);
    if (a.failed)
        co_return a.failed;
    co_return parse_uploads(a.text);
}

} // namespace objftpd::storage::rest
