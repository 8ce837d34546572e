#pragma once

#include "storage/http/exchange.hpp"
#include "storage/rest/answers.hpp"

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace objftpd::storage::rest {

/// The requests that OSS and S3 have in common.
enum class operation {
    list_objects,
    head_object,
    get_object,
    put_object,
    delete_object,
    delete_objects,
    copy_object,
    create_upload,
    upload_part,
    copy_part,
    complete_upload,
    abort_upload,
    list_parts,
    list_uploads,
    get_acl,
    put_acl,
    get_tags,
    put_tags,
    restore_object,
    get_link,
    put_link,
    create_directory,
    rename,
    list_versions, // the last one
};
inline constexpr auto operation_count = static_cast<std::size_t>(operation::list_versions) + 1;

/// Its name in the vendors' documents: "PutObject".
std::string_view name_of(operation o);

/// Whether a call begins something, and whoever asked may ask again, or goes on with what has begun
/// and would be lost: that outlives a short outage of the store.
enum class stage { beginning, under_way };

/// Of an operation that tells by itself; others begin something.
stage stage_of(operation o);

/// What an operation is given time for where others may stand still for `stall`. Copies and
/// completions take a store minutes without a byte: ten times as long. What is neither an upload
/// nor a download has an end, however slowly it trickles. Uploads that are slower than
/// `lowest_speed` (bytes in a second) stand still; downloads are as slow as their clients.
http::time_limits time_limits_of(operation o, std::chrono::seconds stall,
                                 std::size_t lowest_speed = 0);

/// One request before it is addressed and signed, which happens anew each time it is sent.
struct call {
    call(operation o, std::string m, std::string k = {})
        : what(o), method(std::move(m)), key(std::move(k)), reached(stage_of(o)) {}

    operation what;
    std::string method;
    std::string key; // empty: about the bucket
    std::vector<http::parameter> query;
    std::vector<http::header> headers;
    http::request_body body; // its pieces must stay until the answer is there
    bool streamed = false;   // the answer's body is read by the caller
    stage reached;
    /// Makes it come back at once with asio::error::operation_aborted. Stop is requested on the
    /// I/O thread that sends it.
    std::stop_token stop;
    /// Requested there, too: what has been sent is the last attempt.
    std::stop_token no_more_attempts;
};

/// What a store answered, or why there is no answer.
struct answer {
    error_code failed; // none: it did what was asked; else of storage::errc
    int status = 0;    // 0: no answer came
    std::vector<http::header> headers;
    std::string text;                       // the body, unless it is streamed
    std::uint64_t received = 0;             // bytes of a body that have come; of a stream none yet
    std::unique_ptr<http::exchange> stream; // the body of a success that is streamed
    vendor_error vendor;                    // what the store said of the failure
    bool may_retry = false;                 // the same call may succeed at the next attempt
    bool may_have_worked = false;           // though it failed, at this attempt or one before
    bool no_connection = false;             // none of ours was free: it tells nothing of the store
    std::chrono::milliseconds wait{};       // that the store asked for before the next attempt

    /// Null if there is no such header. `name` in lower case.
    const std::string* find(std::string_view name) const;

    /// Whether the store has dealt with it, be it that it refused: "no such key" is no trouble.
    bool was_served() const;

    /// What the vendor calls the request, as its headers tell; null if they do not.
    const std::string* request_id() const;
};

/// Makes URLs that anybody may send for a while. Thread-safe.
class url_signer {
public:
    virtual ~url_signer() = default;

    /// To read the object. errc::unsupported without credentials to sign with. At most 7 days.
    virtual awaitable<result<signed_url>> sign_url(std::string key,
                                                   std::chrono::seconds lifetime) = 0;
};

/// Sends calls to a bucket: the store itself at the end, and in front of it layers that repeat,
/// delay or measure what passes. Thread-safe; `c` must live until the answer is there.
class transport {
public:
    virtual ~transport() = default;
    virtual awaitable<answer> send(const call& c) = 0;
};

} // namespace objftpd::storage::rest
