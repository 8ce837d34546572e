#pragma once

#include "storage/adapter.hpp"
#include "storage/rest/copy_plan.hpp"
#include "storage/rest/part_plan.hpp"
#include "storage/rest/upload_parts.hpp"

#include <memory>
#include <optional>

namespace objftpd::storage::rest {

/// An upload to a bucket: one PutObject if it fits into one part, else parts that go up while data
/// arrive. The only place that knows what makes an upload stored: every part's checksum, the
/// whole object's, and what happened when the last answer got lost.
///
/// Where there is no memory for parts as long as planned it sends shorter ones: one of the first
/// thousand as soon as the store takes it; later ones, so that the numbers last, from half of the
/// plan on, or of memory_budget::within_reach() if that is less. So n uploads at once come as far
/// as 9,000 halves of an n-th of the memory each, or of 8 MiB if that is more. Where others hold
/// more than their share and their clients are slow, a part is sent after 10 s in vain if only the
/// store takes it: no upload hangs that could go on. errc::too_large when all numbers are used up.
class object_upload final : public upload {
public:
    /// `executor` is that of the coroutine that uses it.
    object_upload(std::shared_ptr<const bucket_access> bucket, upload_request request,
                  const asio::any_io_executor& executor);
    ~object_upload() override;

    /// Keeps the first `size` bytes of the object that stands in front of those that are written;
    /// `kept` is its version. Copies go on in the background: commit waits for them.
    awaitable<result<>> keep(const object_head& kept, std::uint64_t size);

    /// The same for an object that does not exist yet: nobody else's is replaced.
    void keep_nothing() { stands_.emplace(); }

    /// Goes on with an upload that broke off, behind its first `count` parts. Nothing stands under
    /// the key.
    void go_on(const unfinished_upload& with, unsigned count);

    /// Makes it a copy of another object of the bucket; only commit comes after it. The caller has
    /// the turn on the key.
    awaitable<result<>> copy(std::string from, const object_head& version);

    /// How many bytes it can store if there is memory for all parts as they are planned.
    std::uint64_t longest() const { return plan_.longest_upload(); }

    awaitable<result<>> write(std::span<const char> bytes) override;
    awaitable<result<put_result>> commit(std::span<const char> last) override;
    awaitable<void> abort() override;
    awaitable<void> suspend() override;
    void leave() override;
    bool can_receive() const override { return true; }
    awaitable<result<std::size_t>> receive_from(direct_socket& socket) override;

private:
    awaitable<result<>> make_space();
    awaitable<result<>> make_room();
    awaitable<result<>> send_current();
    awaitable<result<>> take_over(std::string key, const object_head& version);
    awaitable<result<>> read_kept(const object_head& kept, std::uint64_t size);
    awaitable<result<>> copy_parts(std::string from, std::string etag, const copy_plan& plan);
    awaitable<result<put_result>> put_whole();
    awaitable<result<put_result>> settle_whole(part_buffer& whole, error_code failed);
    awaitable<result<put_result>> complete();
    awaitable<result<put_result>> settle_completion(attempt made);
    awaitable<void> take_back(const put_result& copy);
    awaitable<result<>> still_stands();
    bool may_be_part() const;
    bool is_worth_a_number() const;
    put_result result_of(const stored& object) const;
    part_buffer& current();
    overwrite existing() const;
    awaitable<void> wait_for_turn();
    object_attributes attributes() const;
    void give_up();
    bool may_be_kept() const;
    awaitable<bool> has_file() const;
    void remove_older();

    const std::shared_ptr<const bucket_access> bucket_;
    const upload_request request_;
    const asio::any_io_executor executor_;
    part_plan plan_;
    const std::shared_ptr<memory_budget::member> memory_;
    const std::shared_ptr<upload_parts> parts_;
    std::unique_ptr<part_buffer> current_;
    std::optional<object_head> stands_; // what is added to; an empty ETag: nothing must be there
    std::optional<object_head> source_; // what is copied
    std::optional<object_attributes> kept_; // what either of them was stored with
    std::vector<named_value> kept_tags_;
    std::uint64_t size_ = 0; // of all bytes so far
    bool ended_ = false;     // committed or given up
    bool goes_on_ = false;   // with what broke off
    bool refused_ = false;   // going on with it would fail again
    std::optional<key_locks::turn> turn_;
    std::stop_source left_;
    std::stop_callback<std::function<void()>> on_stop_;
};

} // namespace objftpd::storage::rest
