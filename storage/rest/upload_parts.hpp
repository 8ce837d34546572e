#pragma once

#include "storage/rest/bucket_access.hpp"
#include "storage/rest/copy_plan.hpp"
#include "storage/rest/part_buffer.hpp"
#include "storage/rest/unfinished_uploads.hpp"
#include "storage/rest/upload_mark.hpp"

#include "config/async.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace objftpd::storage::rest {

/// The parts of one upload: those on their way and those that the store has. Lives until the last
/// request has ended, on one I/O thread.
class upload_parts : public std::enable_shared_from_this<upload_parts> {
public:
    upload_parts(std::shared_ptr<const bucket_access> bucket, std::string key,
                 const asio::any_io_executor& executor)
        : bucket_(std::move(bucket)), key_(std::move(key)), executor_(executor), changed_(executor),
          crc_kind_(bucket_->client.speech().checksum_of_uploads()) {}

    ~upload_parts();

    bool begun() const { return !id_.empty(); }

    /// Whether the store keeps the checksum that parts are sent with: who did not say so may not
    /// have understood.
    bool is_kept() const;

    /// Parts that have been begun.
    unsigned count() const { return static_cast<unsigned>(parts_.size()); }

    /// Begins the upload in the store.
    awaitable<result<>> begin(const object_attributes& attributes, overwrite existing);

    /// Goes on with an upload that broke off, behind its first `count` parts.
    void go_on(const unfinished_upload& with, unsigned count, std::string acl);

    /// Sends the next part in the background; waits while too many are on their way. A part that
    /// failed before shows here.
    awaitable<result<>> send(std::unique_ptr<part_buffer> bytes);

    /// Makes the next parts of the bytes of an object that the store has: in the background, some
    /// at a time, beside those that are sent. A copy that fails shows like a part that does;
    /// errc::precondition_failed if the object is gone by then.
    void copy(const copy_source& from, const copy_plan& plan);

    /// Why no more parts are of use. No error as long as they are.
    error_code failed() const { return failed_; }

    /// What is known of all parts that have been begun together: stores need not tell the checksum
    /// of what they copy.
    void know_checksums(const crc_sums& together);

    /// By what parts and the whole are compared with what the store has; nothing: by MD5s.
    std::optional<crc_kind> checksum() const { return crc_kind_; }

    /// Waits for all that is on its way.
    awaitable<result<>> finish();

    /// Stops what is on its way and waits for its end: nobody reads the bytes any more. What may be
    /// kept has some seconds to arrive.
    awaitable<void> settle(bool may_be_kept);

    /// Makes the object of the parts.
    awaitable<attempt> complete(overwrite existing, std::stop_token no_more_attempts);

    /// Whether the store does not know the upload any more: nobody but us ends it.
    awaitable<bool> is_ended();

    /// The checksum of all parts together, where those of each are known.
    std::optional<crc_sum> crc() const;

    /// Whether an object is made of these parts.
    evidence compare(const stored& object) const;

    /// Nothing is left to be removed.
    void end();

    /// Somebody else goes on with the upload: nothing more is sent, what is on its way ends, and
    /// the upload stays in the store. Called on any thread.
    void hand_over();

    const std::string& id() const { return id_; }

    /// Ends what is on its way and removes the upload from the store. A store that is slow with it
    /// is left to do it in the background.
    awaitable<void> abort();

    /// The same, all of it in the background.
    void abandon();

    /// Leaves what the store has to be gone on with later, if its first part carries that mark, or
    /// removes it. What is on its way gets there in the background; comes back when it has, or
    /// after a short while.
    awaitable<void> keep(upload_mark mark);

    std::stop_token stop_token() const { return stop_.get_token(); }

    /// No more parts; those on their way go on.
    void interrupt() {
        stop_.request_stop();
        changed_.notify();
    }
    void stop() {
        cancel_.request_stop();
        interrupt();
    }

private:
    struct part {
        part() = default;
        void take(stored&& told, std::optional<crc_kind> kind) {
            etag = std::move(told.etag);
            etag_is_md5 = told.etag_is_md5;
            if (!crc && kind)
                crc = told.crcs.find(*kind);
        }

        std::string etag;
        bool etag_is_md5 = false;
        std::uint64_t size = 0;
        std::optional<std::uint64_t> crc;
    };

    awaitable<result<>> wait_for_turn();
    void in_background(awaitable<result<>> work);
    void fail(error_code why);
    awaitable<result<>> send_one(unsigned number, std::unique_ptr<part_buffer> bytes);
    awaitable<result<>> copy_all(unsigned first, copy_source from, copy_plan plan);
    awaitable<result<>> copy_one(unsigned number, copy_source from);
    awaitable<void> remove();
    awaitable<void> settle_in_background(upload_mark mark);
    bool may_be_gone_on_with(const upload_mark& mark) const;
    template <class Condition>
    awaitable<void> wait_until(Condition is_met, std::chrono::seconds at_most);
    std::string composite_etag() const;
    completion all_parts() const;

    // The first parts, of which only the checksum of all together is known.
    struct front {
        unsigned count = 0;
        std::uint64_t crc = 0;
    };

    const std::shared_ptr<const bucket_access> bucket_;
    const std::string key_;
    const asio::any_io_executor executor_;
    async_signal changed_;
    std::stop_source stop_;   // of what waits
    std::stop_source cancel_; // of requests for parts
    std::string acl_;
    std::string id_;
    std::vector<part> parts_;
    front front_;
    std::optional<crc_kind> crc_kind_;
    upload_checksum kept_; // with the upload, as the store has told
    bool handed_over_ = false;
    bool settled_ = false;      // after its end: removed, or left to be gone on with
    unsigned on_their_way_ = 0; // all copies count as one
    bool copying_ = false;
    error_code failed_; // the first part's that did
};

/// Whether the store has these bytes. Both must stay until it is known.
awaitable<evidence> compare(const stored& theirs, part_buffer& ours);

} // namespace objftpd::storage::rest
