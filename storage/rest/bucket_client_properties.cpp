#include "storage/checksum/md5.hpp"
#include "storage/error.hpp"
#include "storage/http/encoding.hpp"
#include "storage/rest/bucket_client.hpp"

namespace objftpd::storage::rest {
namespace {

call about(operation what, std::string method, std::string key, std::string of_it) {
    call c(what, std::move(method), std::move(key));
    c.query.emplace_back(std::move(of_it));
    return c;
}

// REQUIRES: the text lives until the answer is there.
void carry(call& c, const std::string& text) {
    c.headers.emplace_back("content-type", "application/xml");
    c.headers.emplace_back("content-md5", http::to_base64(md5::of(text)));
    c.body.emplace_back(text);
}

result<> outcome_of(const answer& a) {
    return a.failed ? result<>(a.failed) : result<>();
}

// Of what is no upload.
attempt attempt_of(const answer& a) {
    return a.failed ? attempt(a.failed, a.may_have_worked) : attempt(stored());
}

} // namespace

awaitable<result<std::vector<http::header>>> bucket_client::headers(std::string key) const {
    const call c(operation::head_object, "HEAD", std::move(key));
    auto a = co_await transport_->send(c);
    if (a.failed)
        co_return a.failed;
    co_return std::move(a.headers);
}

awaitable<result<std::string>> bucket_client::acl(std::string key) const {
    const auto c = about(operation::get_acl, "GET", std::move(key), "acl");
    const auto a = co_await transport_->send(c);
    if (a.failed)
        co_return a.failed;
    co_return parse_acl(a.text);
}

awaitable<result<>> bucket_client::set_acl(std::string key, std::string acl) const {
    auto c = about(operation::put_acl, "PUT", std::move(key), "acl");
    c.headers.emplace_back(std::string(dialect_->acl_header()), std::move(acl));
    const auto a = co_await transport_->send(c);
    co_return outcome_of(a);
}

awaitable<result<std::vector<named_value>>> bucket_client::tags(std::string key) const {
    const auto c = about(operation::get_tags, "GET", std::move(key), "tagging");
    const auto a = co_await transport_->send(c);
    if (a.failed)
        co_return a.failed;
    co_return parse_tags(a.text);
}

awaitable<result<>> bucket_client::set_tags(std::string key, std::vector<named_value> tags) const {
    const auto body = tags_body(tags);
    auto c = about(operation::put_tags, "PUT", std::move(key), "tagging");
    carry(c, body);
    const auto a = co_await transport_->send(c);
    co_return outcome_of(a);
}

awaitable<attempt> bucket_client::replace_metadata(copy_source itself,
                                                   const object_attributes& attributes) const {
    call c(operation::copy_object, "PUT", itself.key);
    add_source(c, itself);
    c.headers.emplace_back(dialect_->own("metadata-directive"), "REPLACE");
    add_attributes(c, *dialect_, attributes);
    const auto a = co_await transport_->send(c);
    if (a.failed)
        co_return attempt(a.failed, a.may_have_worked);
    co_return attempt(stored_in_text(a, *dialect_), true);
}

awaitable<result<>> bucket_client::restore(std::string key, unsigned days) const {
    const auto body = restore_body(days);
    auto c = about(operation::restore_object, "POST", std::move(key), "restore");
    carry(c, body);
    const auto a = co_await transport_->send(c);
    co_return outcome_of(a);
}

awaitable<result<std::string>> bucket_client::link(std::string key) const {
    if (!dialect_->has_links())
        co_return error_code(errc::unsupported);
    const auto c = about(operation::get_link, "GET", std::move(key), "symlink");
    const auto a = co_await transport_->send(c);
    if (a.failed)
        co_return a.failed;
    const auto* const target = a.find(dialect_->own("symlink-target"));
    const auto decoded = target == nullptr ? std::nullopt : http::percent_decode(*target);
    if (!decoded)
        co_return error_code(errc::unavailable);
    co_return *decoded;
}

awaitable<result<>> bucket_client::set_link(std::string key, std::string target,
                                            overwrite existing) const {
    if (!dialect_->has_links())
        co_return errc::unsupported;
    auto c = about(operation::put_link, "PUT", std::move(key), "symlink");
    c.headers.emplace_back(dialect_->own("symlink-target"), http::percent_encode_path(target));
    const auto a = co_await send(std::move(c), existing);
    co_return outcome_of(a);
}

awaitable<attempt> bucket_client::create_directory(std::string name) const {
    const auto c = about(operation::create_directory, "POST", std::move(name), "x-oss-dir");
    const auto a = co_await transport_->send(c);
    co_return attempt_of(a);
}

awaitable<attempt> bucket_client::rename(std::string from, std::string to) const {
    auto c = about(operation::rename, "POST", std::move(to), "x-oss-rename");
    c.headers.emplace_back("x-oss-rename-source", http::percent_encode(from));
    const auto a = co_await transport_->send(c);
    co_return attempt_of(a);
}

awaitable<result<versions_answer>> bucket_client::versions(std::string key) const {
    call c(operation::list_versions, "GET");
    c.query.emplace_back("versions");
    c.query.emplace_back("encoding-type", "url");
    c.query.emplace_back("max-keys", "1000");
    c.query.emplace_back("prefix", std::move(key));
    const auto a = co_await transport_->send(c);
    if (a.failed)
        co_return a.failed;
    co_return parse_versions(a.text);
}

} // namespace objftpd::storage::rest
