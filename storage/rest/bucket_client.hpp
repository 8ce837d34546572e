#pragma once

#include "storage/rest/answers.hpp"
#include "storage/rest/bodies.hpp"
#include "storage/rest/call.hpp"
#include "storage/rest/dialect.hpp"
#include "storage/rest/object_headers.hpp"
#include "storage/rest/property_answers.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace objftpd::storage::rest {

/// An object that is being read.
struct opened_object {
    opened_object() = default;

    object_head head;
    std::unique_ptr<http::exchange> stream;
    std::uint64_t end = 0; // of the object's bytes that it delivers
};

/// What a store is told of the bytes that it is sent, so that it refuses damaged ones.
struct body_checksums {
    body_checksums() = default;
    explicit body_checksums(std::string sum) : md5(std::move(sum)) {}

    std::string md5;            // base64; may be empty
    std::optional<crc_sum> crc; // where stores are sent such (dialect::sends_checksums)
};

/// How a request ended that was to make an object.
struct attempt {
    explicit attempt(result<stored> r, bool uncertain = false)
        : outcome(std::move(r)), may_have_worked(uncertain) {}

    result<stored> outcome;
    bool may_have_worked; // though it failed: an answer was lost
};

/// An upload in parts.
struct upload_name {
    upload_name(std::string k, std::string i) : key(std::move(k)), id(std::move(i)) {}

    std::string key;
    std::string id;
};

/// An upload that the store has begun.
struct begun_upload {
    begun_upload(std::string i, upload_checksum c) : id(std::move(i)), checksum(c) {}

    std::string id;
    upload_checksum checksum; // that the store says it keeps
};

/// What an object is made of.
struct completion {
    completion() = default;

    std::vector<completed_part> parts;
    std::optional<crc_sum> crc; // of all of them together, where the store keeps it
};

/// Whether HEAD asks for the checksums that are kept: for objects that are encrypted with keys of
/// a service, Amazon then wants the right to decrypt.
enum class checksums { as_told, asked_for };

/// The bytes of another object that a part is made of.
struct copy_source {
    copy_source(std::string k, std::string e) : key(std::move(k)), etag(std::move(e)) {}

    std::string key;
    std::string etag;        // the version; otherwise errc::precondition_failed
    std::uint64_t first = 0; // bytes
    std::uint64_t size = 0;
};

/// The requests to one bucket as functions: one request and its answer each. Errors are of
/// storage::errc. Thread-safe; strings are copied, bodies must live until the answer is there.
class bucket_client {
public:
    bucket_client(std::string bucket, std::shared_ptr<transport> way,
                  std::shared_ptr<const dialect> speech, list_version lists = list_version::v2)
        : bucket_(std::move(bucket)), transport_(std::move(way)), dialect_(std::move(speech)),
          list_version_(std::make_shared<std::atomic<list_version>>(lists)) {}

    const dialect& speech() const { return *dialect_; }

    /// Keys beginning with `prefix`; an empty `delimiter` lists what lies below as well. `token`
    /// is list_answer::next; the first page begins behind the name `after`. A store that knows only
    /// version 1 is asked in that from then on.
    awaitable<result<list_answer>> list(std::string prefix, std::string delimiter,
                                        std::string token, std::size_t limit, std::stop_token stop,
                                        std::string after = {}) const;

    awaitable<result<object_head>> head(std::string key, stage reached = stage::beginning,
                                        checksums wanted = checksums::as_told,
                                        std::stop_token stop = {}) const;

    static constexpr std::uint64_t to_the_end = UINT64_MAX;

    /// From `offset` (bytes) on, `most` bytes at most; a store that knows no ranges may deliver
    /// more from the beginning. With `etag` only that version, otherwise
    /// errc::precondition_failed, and it goes on with something. A store that does not begin there
    /// is errc::unavailable. What the store tells of checksums is for whoever reads from the
    /// beginning.
    awaitable<result<opened_object>> get(std::string key, std::uint64_t offset, std::string etag,
                                         std::stop_token stop,
                                         std::uint64_t most = to_the_end) const;

    /// errc::already_exists if `existing` forbids; a store without conditional requests (Swift) is
    /// asked for the key before.
    awaitable<attempt> put(std::string key, const object_attributes& attributes, overwrite existing,
                           body_checksums sums, http::request_body body,
                           stage reached = stage::beginning,
                           std::stop_token no_more_attempts = {}) const;

    /// No error if there is no such key.
    awaitable<result<>> remove(std::string key) const;

    /// At most 1000 keys; tells those that could not be deleted.
    awaitable<result<std::vector<delete_failure>>> remove_all(std::vector<std::string> keys) const;

    /// The whole object with its metadata and tags; at most limits::largest_copy. Of `attributes`
    /// it takes what stores do not copy: class, ACL and encryption. errc::precondition_failed if
    /// the source is another version, or if `existing` forbids.
    awaitable<attempt> copy(copy_source from, std::string to, const object_attributes& attributes,
                            overwrite existing, std::stop_token no_more_attempts = {}) const;

    awaitable<result<begun_upload>> create_upload(std::string key,
                                                  const object_attributes& attributes,
                                                  overwrite existing, std::stop_token stop) const;
    awaitable<result<stored>> upload_part(upload_name to, unsigned number, body_checksums sums,
                                          http::request_body body, std::stop_token stop) const;
    awaitable<result<stored>> copy_part(upload_name to, unsigned number, copy_source from,
                                        std::stop_token stop) const;
    /// Some stores (Ceph) tell no ETag. OSS takes the ACL here.
    awaitable<attempt> complete_upload(upload_name which, completion of, overwrite existing,
                                       std::string acl, std::stop_token no_more_attempts) const;
    /// No error if there is no such upload any more. By itself nobody waits for it, and it is
    /// repeated for long.
    awaitable<result<>> abort_upload(upload_name which, stage reached = stage::under_way) const;

    awaitable<result<parts_answer>> list_parts(upload_name which, std::string after,
                                               std::stop_token stop = {}) const;
    /// With a delimiter only those whose keys have none behind the prefix.
    awaitable<result<uploads_answer>> list_uploads(std::string prefix, std::string delimiter,
                                                   std::string after_key, std::string after_id,
                                                   std::stop_token stop = {}) const;

    // bucket_client_properties.cpp

    /// What HEAD tells, as it is told.
    awaitable<result<std::vector<http::header>>> headers(std::string key) const;

    awaitable<result<std::string>> acl(std::string key) const;
    awaitable<result<>> set_acl(std::string key, std::string acl) const;

    awaitable<result<std::vector<named_value>>> tags(std::string key) const;
    /// REQUIRES: names and values fit for XML.
    awaitable<result<>> set_tags(std::string key, std::vector<named_value> tags) const;

    /// Copies an object onto itself, with what `attributes` say in place of its metadata. Tags
    /// stay, but with some stores (Ceph). At most limits::largest_copy.
    /// errc::precondition_failed if it is another version.
    awaitable<attempt> replace_metadata(copy_source itself,
                                        const object_attributes& attributes) const;

    awaitable<result<>> restore(std::string key, unsigned days) const;

    /// Where a symbolic link leads. errc::unsupported where there are none; OSS has them alone.
    awaitable<result<std::string>> link(std::string key) const;
    awaitable<result<>> set_link(std::string key, std::string target, overwrite existing) const;

    // In OSS's buckets with hierarchical namespace alone. Names of directories have no slash at
    // their ends there. errc::already_exists if there is anything of that name.

    awaitable<attempt> create_directory(std::string name) const;

    /// Of an object or a directory with all in it, as one step. The directory above `to` must be
    /// there.
    awaitable<attempt> rename(std::string from, std::string to) const;

    /// The first thousand whose keys begin with that one.
    awaitable<result<versions_answer>> versions(std::string key) const;

private:
    awaitable<answer> ask_for_list(list_version in, call c, std::string token,
                                   std::string after) const;
    void add_source(call& c, const copy_source& from) const;
    void add_checksums(call& c, body_checksums&& sums) const;
    awaitable<answer> send(call c, overwrite existing) const;

    const std::string bucket_;
    const std::shared_ptr<transport> transport_;
    const std::shared_ptr<const dialect> dialect_;
    const std::shared_ptr<std::atomic<list_version>> list_version_; // of all copies
};

} // namespace objftpd::storage::rest
