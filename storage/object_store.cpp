#include "storage/object_store.hpp"

#include "storage/credentials/make_provider.hpp"
#include "storage/layers/retry.hpp"
#include "storage/layers/stat_cache.hpp"
#include "storage/oss/oss_dialect.hpp"
#include "storage/rest/directory_removal.hpp"
#include "storage/rest/directory_rename.hpp"
#include "storage/rest/http_transport.hpp"
#include "storage/rest/object_store_adapter.hpp"
#include "storage/s3/s3_dialect.hpp"

#include "config/log.hpp"
#include "config/region.hpp"

#include <algorithm>

namespace objftpd::storage {
namespace {

std::optional<crc_kind> kind_of(config::upload_checksum wanted) {
    switch (wanted) {
    case config::upload_checksum::crc32c:
        return crc_kind::crc32c;
    case config::upload_checksum::crc64nvme:
        return crc_kind::crc64nvme;
    case config::upload_checksum::md5:
        break;
    }
    return std::nullopt;
}

s3::s3_dialect::payload payload_of(config::payload_hash wanted) {
    using s3::s3_dialect;
    switch (wanted) {
    case config::payload_hash::never:
        return s3_dialect::payload::none;
    case config::payload_hash::always:
        return s3_dialect::payload::all;
    case config::payload_hash::automatic:
        break;
    }
    return s3_dialect::payload::unprotected;
}

std::shared_ptr<const rest::dialect> make_dialect(const config::store_settings& s) {
    if (s.type == config::store_type::s3) {
        using config::etag_meaning;
        const bool own_way = config::is_alibabas_cloud(s.remote.endpoint.host);
        const bool opaque = s.remote.etags == etag_meaning::opaque ||
                            (s.remote.etags == etag_meaning::automatic && own_way);
        return std::make_shared<s3::s3_dialect>(
            opaque ? s3::s3_dialect::etags::opaque : s3::s3_dialect::etags::md5,
            kind_of(s.remote.checksum), payload_of(s.remote.payload));
    }
    const auto version =
        s.remote.signature == config::oss_signature::v1 ? oss::signature::v1 : oss::signature::v4;
    return std::make_shared<oss::oss_dialect>(version);
}

std::shared_ptr<const http::client_settings>
make_client_settings(const config::object_store_settings& s) {
    http::client_settings made;
    made.connect_timeout = s.connect_timeout;
    made.stall_timeout = s.stall_timeout;
    made.lowest_speed = s.lowest_speed;
    made.max_connections = static_cast<long>(s.max_connections);
    made.kept_connections = static_cast<long>(s.max_connections);
    made.ca_file = s.ca_file;
    made.ca_folder = s.ca_folder;
    made.proxy = s.proxy;
    made.bind_address = s.bind_address;
    return std::make_shared<const http::client_settings>(std::move(made));
}

std::shared_ptr<rest::internal_endpoint> make_internal_endpoint(const config::store_settings& s,
                                                                const http::client_settings& way) {
    if (s.remote.internal_host.empty())
        return nullptr;
    rest::internal_endpoint::settings made;
    made.store = s.name;
    made.scheme = s.remote.endpoint.scheme;
    made.outside = s.remote.endpoint.host;
    made.inside = s.remote.internal_host;
    return std::make_shared<rest::internal_endpoint>(std::move(made), way);
}

rest::bucket_settings make_bucket_settings(const config::store_settings& settings) {
    const auto& s = settings.remote;
    rest::bucket_settings made;
    made.keep_unfinished = settings.keep_unfinished;
    made.part_size = s.part_size;
    made.largest_part = s.largest_part;
    made.parallel_parts = s.parallel_parts;
    made.parallel_reads = s.parallel_reads;
    made.most_renamed_objects = s.rename_objects;
    made.most_renamed_bytes = s.rename_bytes;
    made.parallel_copies = s.parallel_copies;
    made.largest_copy = s.largest_copy;
    made.native_rename = s.native_rename;
    made.keep_acls = s.rename_keeps == config::kept_attributes::all;
    made.keep_empty_directories = s.keep_empty_directories;
    made.check_directories = s.check_directories;
    made.times_in_metadata = s.times_in_metadata;
    made.hidden_prefixes = s.hidden_prefixes;
    return made;
}

layers::watch_settings make_watch(const config::store_settings& settings,
                                  std::shared_ptr<layers::request_totals> totals) {
    layers::watch_settings made;
    made.store = settings.name;
    made.totals = std::move(totals);
    return made;
}

layers::queue_settings make_pace(const config::store_settings& settings,
                                 std::shared_ptr<layers::request_totals> totals) {
    layers::queue_settings made;
    made.totals = std::move(totals);
    made.most_at_once = settings.remote.max_requests;
    made.most_per_second = settings.remote.max_requests_per_second;
    made.lists_count_keys = settings.type == config::store_type::oss;
    return made;
}

} // namespace

object_store::object_store(const config::store_settings& settings,
                           std::shared_ptr<memory_budget> memory, worker_pool& pool,
                           std::shared_ptr<directory_journal> journal)
    : settings_(settings), memory_(std::move(memory)), journal_(std::move(journal)),
      dialect_(make_dialect(settings)), client_settings_(make_client_settings(settings.remote)),
      credentials_(credentials::make_provider(settings, *client_settings_, pool)),
      inside_(make_internal_endpoint(settings, *client_settings_)),
      watch_(std::make_shared<layers::store_watch>(make_watch(settings, totals_))),
      line_(std::make_shared<layers::request_queue>(make_pace(settings, totals_))),
      budget_(std::make_shared<layers::retry_budget>(layers::retry_settings().outage_repeats)) {}

// A bucket has a way of its own; what the store bears, and whether it is there, is known of all.
std::shared_ptr<rest::transport>
object_store::layers_before(std::shared_ptr<rest::transport> wire) const {
    layers::retry_settings repetition;
    repetition.attempts = settings_.remote.attempts;
    repetition.outage_patience = settings_.remote.outage_patience;
    repetition.totals = totals_;
    std::shared_ptr<rest::transport> way =
        std::make_shared<layers::metrics>(std::move(wire), totals_);
    way = std::make_shared<layers::breaker>(std::move(way), watch_);
    way = std::make_shared<layers::throttle>(std::move(way), line_);
    return std::make_shared<layers::retry>(std::move(way), repetition, budget_);
}

const object_store::shared_bucket& object_store::find(const std::string& bucket) {
    auto& known = buckets_[bucket];
    if (known.access)
        return known;
    rest::target to;
    to.store = settings_.name;
    to.bucket = bucket;
    to.where = settings_.remote.endpoint;
    if (settings_.remote.dots_need_path && bucket.find('.') != bucket.npos)
        to.where.style = config::addressing::path;
    to.region = settings_.remote.region;
    const auto wire = std::make_shared<rest::http_transport>(std::move(to), dialect_, credentials_,
                                                             client_settings_, inside_);
    const auto lists =
        settings_.remote.list_version == 1 ? rest::list_version::v1 : rest::list_version::v2;
    rest::bucket_access access(rest::bucket_client(bucket, layers_before(wire), dialect_, lists),
                               make_bucket_settings(settings_), memory_);
    access.store = settings_.name;
    access.bucket = bucket;
    access.signer = wire;
    access.journal = journal_;
    access.unlisted = unlisted_;
    known.access = std::make_shared<const rest::bucket_access>(std::move(access));
    if (settings_.remote.stat_cache.count() > 0) {
        layers::stat_cache_settings cache;
        cache.lifetime = settings_.remote.stat_cache;
        cache.entries = settings_.remote.stat_cache_entries;
        known.known = std::make_shared<layers::stat_memory>(std::move(cache));
    }
    return known;
}

std::shared_ptr<adapter> object_store::open_bucket(const std::string& bucket,
                                                   const config::upload_attributes& own) {
    const auto& [shared, known] = find(bucket);
    auto access = *shared;
    access.settings.attributes = config::merged(settings_.remote, own);
    std::shared_ptr<adapter> made = std::make_shared<rest::object_store_adapter>(
        std::make_shared<const rest::bucket_access>(std::move(access)));
    if (known)
        made = std::make_shared<layers::stat_cache>(std::move(made), known);
    return made;
}

awaitable<result<>> object_store::recover(directory_journal::unfinished& left) {
    const auto& bucket = find(left.what.bucket);
    const auto known = bucket.known;
    auto mine = *bucket.access;
    mine.settings.attributes = config::merged(settings_.remote, left.what.placement);
    const auto access = std::make_shared<const rest::bucket_access>(std::move(mine));
    result<> recovered;
    if (left.what.to.empty())
        recovered = co_await rest::recover_removal(access, left.what);
    else
        recovered = co_await rest::recover_rename(access, left);
    if (known) {
        known->forget(left.what.from);
        if (!left.what.to.empty()) // empty: a removal, and the key of all
            known->forget(left.what.to);
    }
    co_return recovered;
}

store_totals object_store::totals() const {
    using reason = rest::unlisted_keys::reason;
    store_totals all;
    all.requests = totals_->all();
    all.nameless = unlisted_->count(reason::no_path);
    all.hidden_by_directories = unlisted_->count(reason::directory_has_its_name);
    return all;
}

void object_store::log_requests() const {
    const auto all = totals();
    for (std::size_t i = 0; i < all.requests.size(); ++i) {
        const auto& t = all.requests[i];
        if (t.requests == 0 && t.refusals == 0)
            continue;
        const auto count = static_cast<std::int64_t>(std::max<std::uint64_t>(t.requests, 1));
        config::log::info("requests to the store",
                          {{"store", settings_.name},
                           {"action", rest::name_of(static_cast<rest::operation>(i))},
                           {"requests", t.requests},
                           {"failures", t.failures},
                           {"throttled", t.throttled},
                           {"repetitions", t.repetitions},
                           {"refusals", t.refusals},
                           {"sent", t.sent},
                           {"received", t.received},
                           {"average_us", (t.time / count).count()},
                           {"slowest_us", t.slowest.count()},
                           {"waiting_us", t.waiting.count()}});
    }
    if (all.nameless > 0 || all.hidden_by_directories > 0)
        config::log::info("keys left out of listings",
                          {{"store", settings_.name},
                           {"nameless", all.nameless},
                           {"hidden_by_directories", all.hidden_by_directories}});
}

} // namespace objftpd::storage
