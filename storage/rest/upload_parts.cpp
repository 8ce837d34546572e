#include "storage/rest/upload_parts.hpp"

#include "config/ascii_text.hpp"
#include "config/hex.hpp"
#include "config/log.hpp"
#include "config/parallel.hpp"
#include "storage/checksum/crc_combine.hpp"
#include "storage/error.hpp"
#include "storage/http/encoding.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>

namespace objftpd::storage::rest {
namespace {

// A client waits for its reply meanwhile; then the rest is done in the background.
constexpr std::chrono::seconds patience_to_remove(2);
constexpr std::chrono::seconds patience_to_keep(5); // it may come back at once to go on

} // namespace

awaitable<evidence> compare(const stored& theirs, part_buffer& ours) {
    const auto our_crc = ours.crc();
    const auto their_crc = our_crc ? theirs.crcs.find(our_crc->kind) : std::nullopt;
    if (theirs.etag_is_md5 && !their_crc)
        co_await ours.know_md5();
    const bool md5s = theirs.etag_is_md5 && ours.has_md5();
    if (!their_crc && !md5s)
        co_return evidence::none;
    const bool same = (!their_crc || *their_crc == our_crc->value) &&
                      (!md5s || config::equal_ignoring_case(theirs.etag, http::to_hex(ours.md5())));
    co_return same ? evidence::proves : evidence::contradicts;
}

awaitable<result<>> upload_parts::begin(const object_attributes& attributes, overwrite existing) {
    acl_ = attributes.acl;
    auto begun = co_await bucket_->client.create_upload(key_, attributes, existing, stop_token());
    if (!begun)
        co_return begun.error();
    id_ = std::move(begun->id);
    kept_ = begun->checksum;
    bucket_->in_use->add(id_, weak_from_this());
    co_return result<>();
}

upload_parts::~upload_parts() {
    bucket_->in_use->remove(id_, this);
}

void upload_parts::end() {
    bucket_->in_use->remove(id_, this);
    id_.clear();
}

void upload_parts::hand_over() {
    asio::post(executor_, [self = shared_from_this()] {
        self->handed_over_ = true;
        self->stop(); // what arrives late would take the place of the other's part
    });
}

void upload_parts::go_on(const unfinished_upload& with, unsigned count, std::string acl) {
    acl_ = std::move(acl);
    id_ = with.name.id;
    bucket_->in_use->take_over(id_);
    bucket_->in_use->add(id_, weak_from_this());
    const auto& speech = bucket_->client.speech();
    // Amazon gives CRC-64/NVME to uploads that were begun with none, and does not insist on it.
    const bool asked_for = crc_kind_ || with.checksum.kind != crc_kind::crc64nvme;
    if (speech.sends_checksums() && asked_for) {
        kept_ = with.checksum;
        crc_kind_ = kept_.kind;
    }
    for (const auto& there : std::span(with.parts).first(count)) {
        auto& p = parts_.emplace_back();
        p.etag = there.etag; // whether it is an MD5 only its upload has told
        p.size = there.size;
        if (crc_kind_)
            p.crc = there.crcs.find(*crc_kind_);
    }
}

awaitable<result<>> upload_parts::wait_for_turn() {
    const auto sending = [this] { return on_their_way_ - (copying_ ? 1 : 0); };
    while (sending() >= bucket_->settings.parallel_parts && !failed_ && !stop_.stop_requested())
        co_await changed_.wait();
    if (failed_)
        co_return failed_;
    if (stop_.stop_requested())
        co_return error_code(asio::error::operation_aborted);
    if (count() >= bucket_->client.speech().bounds().most_parts)
        co_return errc::too_large;
    co_return result<>();
}

void upload_parts::in_background(awaitable<result<>> work) {
    ++on_their_way_;
    asio::co_spawn(executor_, std::move(work),
                   [self = shared_from_this()](std::exception_ptr bug, result<> r) {
                       --self->on_their_way_;
                       if (bug)
                           self->fail(errc::unavailable);
                       else if (!r)
                           self->fail(r.error());
                       self->changed_.notify();
                   });
}

void upload_parts::fail(error_code why) {
    if (!failed_)
        failed_ = why;
    changed_.notify();
}

awaitable<result<>> upload_parts::send(std::unique_ptr<part_buffer> bytes) {
    const auto turn = co_await wait_for_turn();
    if (!turn)
        co_return turn.error();
    parts_.emplace_back();
    in_background(send_one(count(), std::move(bytes)));
    co_return result<>();
}

void upload_parts::copy(const copy_source& from, const copy_plan& plan) {
    const auto first = count() + 1;
    for (unsigned i = 0; i < plan.count(); ++i)
        parts_.emplace_back().size = plan.size(i);
    copying_ = true;
    in_background(copy_all(first, from, plan));
}

awaitable<result<>> upload_parts::copy_all(unsigned first, copy_source from, copy_plan plan) {
    const auto copy = [&](std::size_t index) {
        auto piece = from;
        piece.first = plan.first(index);
        piece.size = plan.size(index);
        return copy_one(first + static_cast<unsigned>(index), std::move(piece));
    };
    const auto copied =
        co_await for_each_index(plan.count(), bucket_->settings.parallel_copies, copy);
    copying_ = false;
    co_return copied;
}

awaitable<result<>> upload_parts::send_one(unsigned number, std::unique_ptr<part_buffer> bytes) {
    auto& p = *bytes;
    p.finish();
    parts_[number - 1].size = p.size();
    body_checksums sums;
    sums.crc = p.crc();
    if (sums.crc)
        parts_[number - 1].crc = sums.crc->value;
    const bool may_be_ignored = bucket_->client.speech().sends_checksums() && !is_kept();
    if (may_be_ignored)
        co_await p.know_md5();
    if (p.has_md5())
        sums.md5 = http::to_base64(p.md5());
    const upload_name to(key_, id_);
    // Bytes that were damaged on their way are still here undamaged.
    constexpr int most_attempts = 3;
    for (int attempt = 1;; ++attempt) {
        auto pieces = p.pieces();
        auto stored = co_await bucket_->client.upload_part(to, number, sums, std::move(pieces),
                                                           cancel_.get_token());
        if (!stored)
            co_return stored.error();
        const auto said = co_await rest::compare(*stored, p);
        // A store that is to tell the CRC and does not (something on the way took it away): the
        // MD5 lets it refuse damaged bytes.
        if (said == evidence::none && sums.md5.empty()) {
            co_await p.know_md5();
            sums.md5 = http::to_base64(p.md5());
            continue;
        }
        if (said != evidence::contradicts) {
            parts_[number - 1].take(std::move(*stored), crc_kind_);
            co_return result<>();
        }
        if (attempt == most_attempts)
            co_return errc::checksum_mismatch;
    }
}

// Nobody waits for the other copies to learn that one has failed.
awaitable<result<>> upload_parts::copy_one(unsigned number, copy_source from) {
    if (failed_ || stop_.stop_requested())
        co_return failed_ ? failed_ : error_code(asio::error::operation_aborted);
    const upload_name to(key_, id_);
    auto stored =
        co_await bucket_->client.copy_part(to, number, std::move(from), cancel_.get_token());
    if (!stored) {
        // It was there at first, and its bucket, which Swift says is missing, has this upload.
        const auto why = stored.error();
        const bool is_gone = why == errc::not_found || why == errc::no_bucket;
        fail(is_gone ? make_error_code(errc::precondition_failed) : stored.error());
        co_return failed_;
    }
    parts_[number - 1].take(std::move(*stored), crc_kind_);
    co_return result<>();
}

awaitable<result<>> upload_parts::finish() {
    while (on_their_way_ > 0 && !failed_ && !stop_.stop_requested())
        co_await changed_.wait();
    if (failed_)
        co_return failed_;
    if (stop_.stop_requested())
        co_return error_code(asio::error::operation_aborted);
    co_return result<>();
}

template <class Condition>
awaitable<void> upload_parts::wait_until(Condition is_met, std::chrono::seconds at_most) {
    const auto self = shared_from_this();
    asio::steady_timer limit(executor_, at_most);
    limit.async_wait([self](const error_code&) { self->changed_.notify(); });
    while (!is_met() && limit.expiry() > asio::steady_timer::clock_type::now())
        co_await changed_.wait();
}

awaitable<void> upload_parts::settle(bool may_be_kept) {
    interrupt();
    const auto all_are_there = [this] { return on_their_way_ == 0; };
    if (may_be_kept)
        co_await wait_until(all_are_there, patience_to_keep);
    stop();
    while (on_their_way_ > 0)
        co_await changed_.wait();
}

void upload_parts::know_checksums(const crc_sums& together) {
    const auto sum = crc_kind_ ? together.find(*crc_kind_) : std::nullopt;
    if (!sum)
        return;
    front_.count = count();
    front_.crc = *sum;
}

std::optional<crc_sum> upload_parts::crc() const {
    if (!crc_kind_)
        return std::nullopt;
    crc_sum sum{*crc_kind_, front_.crc};
    for (const auto& p : std::span(parts_).subspan(front_.count)) {
        if (!p.crc)
            return std::nullopt;
        sum.value = crc_combine(sum.kind, sum.value, *p.crc, p.size);
    }
    return sum;
}

bool upload_parts::is_kept() const {
    return crc_kind_ && kept_.kind == crc_kind_;
}

// Empty if the parts' own ETags do not allow it.
std::string upload_parts::composite_etag() const {
    if (!bucket_->client.speech().composite_etags())
        return {};
    md5 sum;
    for (const auto& p : parts_) {
        const auto bytes = config::bytes_of_hex(p.etag);
        if (!p.etag_is_md5 || !bytes)
            return {};
        sum.update(bytes->data(), bytes->size());
    }
    return http::to_hex(sum.finish()) + '-' + std::to_string(parts_.size());
}

completion upload_parts::all_parts() const {
    completion all;
    for (unsigned i = 0; i < count(); ++i) {
        auto& named = all.parts.emplace_back();
        named.number = i + 1;
        named.etag = parts_[i].etag;
        if (is_kept() && parts_[i].crc)
            named.crc = crc_sum{*crc_kind_, *parts_[i].crc};
    }
    if (is_kept() && kept_.of_whole)
        all.crc = crc();
    return all;
}

awaitable<attempt> upload_parts::complete(overwrite existing, std::stop_token no_more_attempts) {
    const upload_name which(key_, id_);
    co_return co_await bucket_->client.complete_upload(which, all_parts(), existing, acl_,
                                                       std::move(no_more_attempts));
}

awaitable<bool> upload_parts::is_ended() {
    const upload_name which(key_, id_);
    const auto listed = co_await bucket_->client.list_parts(which, std::string());
    co_return !listed && listed.error() == errc::not_found;
}

evidence upload_parts::compare(const stored& object) const {
    const auto ours = crc();
    const auto theirs = ours ? object.crcs.find(ours->kind) : std::nullopt;
    if (theirs)
        return ours->value == *theirs ? evidence::proves : evidence::contradicts;
    const auto composite = composite_etag();
    if (composite.empty())
        return evidence::none;
    if (config::equal_ignoring_case(composite, object.etag))
        return evidence::proves;
    const bool looks_composite = object.etag.find('-') != std::string::npos;
    return looks_composite ? evidence::contradicts : evidence::none;
}

void upload_parts::abandon() {
    stop();
    if (begun())
        asio::co_spawn(
            executor_, [self = shared_from_this()] { return self->remove(); }, asio::detached);
}

awaitable<void> upload_parts::abort() {
    abandon();
    const auto is_settled = [this] { return settled_; };
    if (begun())
        co_await wait_until(is_settled, patience_to_remove); // the rest in the background
}

awaitable<void> upload_parts::remove() {
    const auto self = shared_from_this();
    // A part that is still on its way would be left behind.
    while (on_their_way_ > 0)
        co_await changed_.wait();
    const upload_name which(key_, id_);
    result<> removed;
    if (!handed_over_)
        removed = co_await bucket_->client.abort_upload(which);
    if (!removed)
        config::log::warning("an unfinished upload is left in the store",
                             {{"key", key_},
                              {"upload", id_},
                              {"error", removed.error().message()},
                              {"advice", "let a lifecycle rule remove unfinished uploads"}});
    bucket_->in_use->remove(id_, this);
    settled_ = true;
    changed_.notify();
}

awaitable<void> upload_parts::keep(upload_mark mark) {
    if (!begun())
        co_return;
    interrupt();
    asio::co_spawn(
        executor_, [self = shared_from_this(), mark] { return self->settle_in_background(mark); },
        asio::detached);
    const auto is_settled = [this] { return settled_; };
    co_await wait_until(is_settled, patience_to_keep);
}

// Damaged bytes are nothing to go on with: who lists the parts takes them for good.
bool upload_parts::may_be_gone_on_with(const upload_mark& mark) const {
    return failed_ != errc::checksum_mismatch && !parts_.empty() && !parts_.front().etag.empty() &&
           mark.is_on(parts_.front().size, bucket_->usual_part());
}

awaitable<void> upload_parts::settle_in_background(upload_mark mark) {
    while (on_their_way_ > 0)
        co_await changed_.wait();
    if (!handed_over_ && !may_be_gone_on_with(mark)) {
        co_await remove();
        co_return;
    }
    config::log::info("an upload broke off, and what is there of it is kept",
                      {{"key", key_}, {"upload", id_}});
    bucket_->in_use->remove(id_, this);
    settled_ = true;
    changed_.notify();
}

} // namespace objftpd::storage::rest
