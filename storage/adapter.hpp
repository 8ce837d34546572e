#pragma once

#include "config/result.hpp"
#include "storage/direct_socket.hpp"
#include "storage/property.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace objftpd::storage {

using timestamp = std::chrono::sys_time<std::chrono::nanoseconds>;

/// What a store can do by itself. Callers ask here; nobody casts an adapter to its type.
struct capabilities {
    bool real_directories = false; ///< "a/" exists apart from what lies below it, and has a time
    bool renames = false;          ///< rename() is atomic, of directories too
    bool sets_modified = false;    ///< set_modified() works
    bool lists_times = true;       ///< list() tells the same times as stat()
    bool knows_space = false;      ///< free_space() works
    bool sorted_listing = false;   ///< list() goes in the order of the keys' bytes
};

/// One object or directory. Keys are UTF-8 without a leading '/'; a directory's key ends in '/';
/// the empty key is the bucket's top.
struct object_info {
    std::string key;
    bool directory = false;
    bool link = false;      // to a directory that is listed elsewhere: not to be descended into
    std::uint64_t size = 0; // bytes
    timestamp modified{};   // UTC; the epoch when the store does not know
    std::string etag;       // changes with every version; only where it was asked for
    std::string content_type;
    std::optional<std::uint64_t> crc64; // CRC-64/XZ of the content, if the store keeps it
};

/// How much stat() must find out. `version` may cost the store more than `basic`.
enum class detail { basic, version };

struct list_request {
    list_request(std::string p, std::string t, std::size_t n)
        : prefix(std::move(p)), token(std::move(t)), limit(n) {}

    std::string prefix;      // what keys begin with: "dir/" or "dir/2026"
    std::string token;       // empty for the first page, else list_page::next
    std::size_t limit;       // entries in a page, at most 1000
    bool recursive = false;  // false: what has a '/' after the prefix shows as one directory
    bool names_only = false; // size and time are not needed
    std::stop_token stop;    // requested on the caller's thread: asio::error::operation_aborted
};

/// A prefix without keys is an empty page, not an error. A page may be short, even empty,
/// though more follow: only `next` tells.
struct list_page {
    std::vector<object_info> entries;
    std::string next;       // empty: this was the last page
    std::size_t hidden = 0; // keys left out because no path can name them
};

enum class overwrite { allowed, refused };

/// What becomes of directories above a name that are not there.
enum class parents { create, must_exist };

struct upload_request {
    upload_request(std::string k, overwrite o) : key(std::move(k)), existing(o) {}

    /// Keeps everything: append.
    static constexpr std::uint64_t at_end = UINT64_MAX;

    std::string key;
    overwrite existing;
    std::uint64_t offset = 0; // bytes of the object that stands to be kept in front; or at_end
    parents missing = parents::create;
    /// Ends whatever the upload waits for, but for the last step of commit(); requested on the
    /// thread that uses it.
    std::stop_token stop;
    std::string content_type;
    /// Bytes, if the client told it (ALLO), else 0: what comes may be more or less.
    /// errc::too_large if the store could never take as much.
    std::uint64_t expected_size = 0;
    std::string owner; // who may go on with it when it breaks off; empty: nobody
    /// At `offset` of what has broken off of the owner's; nothing may stand under the key.
    /// errc::range_not_satisfiable if there is no going on from there.
    bool goes_on = false;
};

/// How far a long operation is, for others to see. Thread-safe.
struct work_progress {
    std::atomic<std::uint64_t> done = 0;  // objects
    std::atomic<std::uint64_t> total = 0; // 0: not known yet
    std::atomic<std::uint64_t> bytes = 0; // of the total; 0: not known
};

struct rename_request {
    rename_request(std::string f, std::string t, overwrite o)
        : from(std::move(f)), to(std::move(t)), existing(o) {}

    std::string from;
    std::string to;
    overwrite existing;
    parents missing = parents::create;
    /// Ends a rename that is not atomic, if nothing has been removed yet; requested on the thread
    /// that uses it. What the store is about to copy by one request is the last one, and is waited
    /// for: whoever cannot wait lets it go on alone.
    std::stop_token stop;
    std::shared_ptr<work_progress> progress; // may be null
};

/// A copy is asked for in the words of a rename.
using copy_request = rename_request;

struct remove_tree_request {
    explicit remove_tree_request(std::string k) : key(std::move(k)) {}

    std::string key; // a directory's
    /// Ends it, with some of it gone; requested on the thread that uses it.
    std::stop_token stop;
    std::shared_ptr<work_progress> progress; // may be null
};

struct put_result {
    std::string etag;
    std::uint64_t size = 0; // of the whole object
    std::optional<std::uint64_t> crc64;
};

/// Which unfinished uploads are to be removed: those below a prefix that nobody can go on with any
/// more, if they are this gateway's own, of one of the owners ("": nobody's).
struct clean_up_request {
    std::string prefix; // "" or ends in '/'
    std::vector<std::string> owners;
    bool only_report = false; // to the log
};

enum class hash_algorithm { crc32, md5, sha1, sha256, sha512 };

/// One download: pull-style, so a slow client holds the store back. Dropping it ends the
/// request. Not thread-safe; used by one coroutine.
class body {
public:
    virtual ~body() = default;

    virtual const object_info& info() const = 0;

    /// Bytes not read yet.
    virtual std::uint64_t remaining() const = 0;

    /// Fills the front of `buffer` with the next bytes; 0 at the end. A broken store is an
    /// error, never an early end.
    virtual awaitable<result<std::size_t>> read_some(std::span<char> buffer) = 0;

    /// Whether send_to works.
    virtual bool can_send() const { return false; }

    /// Moves the next bytes straight to a socket until it is full, the body ends, or a fair share
    /// is moved, without an I/O thread touching them. Returns the bytes moved; error
    /// asio::error::would_block when the socket took none.
    virtual awaitable<result<std::size_t>> send_to(direct_socket& socket);
};

/// One upload. The object changes at commit() and only then; an upload that is dropped or
/// aborted leaves what was there before. Not thread-safe; used by one coroutine.
class upload {
public:
    virtual ~upload() = default;

    /// Takes bytes; comes back when the store is ready for more. After an error only abort.
    virtual awaitable<result<>> write(std::span<const char> bytes) = 0;

    /// Writes the last bytes, makes all of it durable, checks it and publishes it under the key
    /// at once. Success means stored. A whole small object may come here at once. After an
    /// error the old object stands, but for one case: when the last step of all, making the
    /// publication itself durable, fails, the new object may stand already.
    virtual awaitable<result<put_result>> commit(std::span<const char> last) = 0;

    /// Nobody waits for commit() any more. It goes on, but what is done with the name from now on,
    /// here, is not undone by it.
    virtual void leave() {}

    /// Gives up and removes what was written. Commit, abort or suspend must be the last call; the
    /// destructor alone leaves the removal to the store.
    virtual awaitable<void> abort() = 0;

    /// Breaks off: what the store has of it stays for its owner to go on with. Where nothing can be
    /// kept, there is no owner, or a commit has failed for good, the same as abort.
    virtual awaitable<void> suspend() { co_await abort(); }

    /// Whether receive_from works.
    virtual bool can_receive() const { return false; }

    /// Takes bytes straight from a socket until it is empty or a fair share is moved. Returns the
    /// bytes moved, 0 at the orderly end of the stream; error asio::error::would_block when none
    /// were there; the socket's error when it broke.
    virtual awaitable<result<std::size_t>> receive_from(direct_socket& socket);
};

/// A bucket of some store. Every operation is one request and one answer and keeps no state in
/// between, so that layers may repeat, delay or measure it.
///
/// Operations never throw. Strings are passed by value because a coroutine outlives the call
/// that started it; a span must stay valid until the operation completes. May be called from
/// every I/O thread; the answer comes on the executor of the calling coroutine.
class adapter {
public:
    virtual ~adapter() = default;

    virtual capabilities can() const = 0;

    /// Key "a" finds an object, "a/" a directory; with real directories each also tells of the
    /// other kind (object_info::directory says which).
    virtual awaitable<result<object_info>> stat(std::string key, detail wanted) = 0;

    virtual awaitable<result<list_page>> list(list_request request) = 0;

    /// Opens the object for reading from `offset` (bytes). An offset equal to the size is an
    /// empty body; beyond it errc::range_not_satisfiable. A directory is errc::is_a_directory.
    /// `stop`, requested on the caller's thread, ends what it and its body wait for.
    virtual awaitable<result<std::unique_ptr<body>>> read(std::string key, std::uint64_t offset,
                                                          std::stop_token stop) = 0;

    /// Begins an upload. Nothing of it is visible before commit. An offset beyond the object
    /// that stands is errc::range_not_satisfiable; append to a missing object begins one.
    virtual awaitable<result<std::unique_ptr<upload>>> open_upload(upload_request request) = 0;

    /// What broke off and `owner` may go on with: the uploads directly in a directory ("a/b/", ""),
    /// or that of one key. Sizes are the bytes that are there.
    virtual awaitable<result<std::vector<object_info>>> unfinished(std::string key,
                                                                   std::string owner);

    /// Removes it. errc::not_found if there is none; errc::precondition_failed if somebody else may
    /// have it in hand.
    virtual awaitable<result<>> remove_unfinished(std::string key, std::string owner);

    /// How many have been removed; each is logged.
    virtual awaitable<result<std::size_t>> clean_up(clean_up_request request);

    /// Makes the directory `key` ("a/b/"). errc::already_exists if a directory or an object has
    /// the name.
    virtual awaitable<result<>> make_directory(std::string key, parents missing) = 0;

    /// Removes an object. errc::not_found if there is none.
    virtual awaitable<result<>> remove(std::string key) = 0;

    /// Removes the empty directory `key`. errc::directory_not_empty if something is in it.
    virtual awaitable<result<>> remove_directory(std::string key) = 0;

    /// Moves an object, or a directory (both keys end in '/') with all in it. A directory never
    /// replaces anything, and nothing replaces a directory. Where it is not atomic, errc::too_many
    /// tells of a directory that is too large, before anything has moved, and
    /// errc::to_be_finished of one that stands under both names until the store is well again.
    virtual awaitable<result<>> rename(rename_request request) = 0;

    /// Copies an object inside the bucket.
    virtual awaitable<result<put_result>> copy(copy_request request) = 0;

    /// Removes a directory with all that is in it; errc::too_many, before anything is gone, where
    /// a store does not take that many at once. What a failure leaves is still there; after a
    /// crash it is finished at the next start if there is a journal. By itself it removes one
    /// after the other, in stores with real directories.
    virtual awaitable<result<>> remove_tree(remove_tree_request request);

    virtual awaitable<result<>> set_modified(std::string key, timestamp modified) = 0;

    /// The content's hash, lower-case hex: the stored one, or computed once and remembered.
    /// asio::error::operation_aborted soon after `stop` was requested.
    virtual awaitable<result<std::string>> digest(std::string key, hash_algorithm algorithm,
                                                  std::stop_token stop) = 0;

    // What follows is errc::unsupported by itself.

    virtual awaitable<result<std::vector<named_value>>> property_of(std::string key,
                                                                    property which);

    /// Sets what is named; of metadata and tags the others stay, and an empty value removes one.
    /// The object stays the same otherwise. Where the store can do that by a copy of the object
    /// onto itself alone (class, metadata), and the object is too large for one, errc::unsupported.
    virtual awaitable<result<>> set_property(std::string key, property which,
                                             std::vector<named_value> to);

    /// A URL by which anybody can read the object for so long.
    virtual awaitable<result<signed_url>> sign_url(std::string key, std::chrono::seconds lifetime);

    /// How the object is archived; where it is, asks for it to be restored for so many days, unless
    /// that is 0.
    virtual awaitable<result<archive_state>> restore(std::string key, unsigned days);

    /// The uploads in parts of one key ("a/b") and of those below it; "" is the bucket. The first
    /// `most`.
    virtual awaitable<result<std::vector<upload_in_parts>>>
    uploads_in_parts(std::string key, std::size_t most, std::stop_token stop);

    /// Gives one of them up. errc::not_found if there is none.
    virtual awaitable<result<>> abort_upload(std::string key, std::string id);

    /// What is remembered of the object or directory is asked for anew.
    virtual void forget(const std::string&) {}

    /// Told of an object that listings do not show, as a directory has its name. Asks nothing of
    /// the store.
    virtual void hidden_by_directory(const std::string&) {}

    /// Bytes that could still be stored.
    virtual awaitable<result<std::uint64_t>> free_space() = 0;
};

} // namespace objftpd::storage
