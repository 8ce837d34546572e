#include "storage/rest/bucket_route.hpp"

#include "config/log.hpp"
#include "config/region.hpp"

#include <algorithm>
#include <array>

namespace objftpd::storage::rest {
namespace {

constexpr std::chrono::seconds tolerated_skew(5);
constexpr unsigned most_corrections = 4;

std::string_view first_label(std::string_view name) {
    return name.substr(0, name.find('.'));
}

bool is_one_label(std::string_view name) {
    return !name.empty() && name.find('.') == name.npos;
}

// "s3.eu-west-1", "s3-us-west-2", "s3.dualstack.eu-west-1".
bool is_amazons(std::string_view name) {
    const auto first = first_label(name);
    if (first != "s3" && !first.starts_with("s3-"))
        return false;
    name.remove_prefix(std::min(first.size() + 1, name.size()));
    if (name.starts_with("dualstack."))
        name.remove_prefix(10);
    return name.empty() || is_one_label(name);
}

// "oss-cn-hangzhou", "s3.oss-cn-hangzhou-internal", "cn-hangzhou.oss".
bool is_alibabas(std::string_view name) {
    if (name.ends_with(".oss"))
        return is_one_label(name.substr(0, name.size() - 4));
    if (name.starts_with("s3."))
        name.remove_prefix(3);
    return name.starts_with("oss-") && is_one_label(name);
}

struct vendor {
    std::string_view domain;
    bool (*is_own)(std::string_view name); // in front of the domain
};

constexpr std::array vendors{
    vendor{".amazonaws.com", is_amazons},
    vendor{".amazonaws.com.cn", is_amazons},
    vendor{".aliyuncs.com", is_alibabas},
};

// SECURITY: a vendor's domain also holds its customers' machines: only what stores are called.
bool is_same_vendors_store(std::string_view host, std::string_view configured) {
    return std::ranges::any_of(vendors, [&](const vendor& v) {
        return configured.ends_with(v.domain) && host.ends_with(v.domain) &&
               v.is_own(host.substr(0, host.size() - v.domain.size()));
    });
}

// SECURITY: it goes into host names and signatures.
bool is_region(std::string_view text) {
    constexpr std::size_t longest = 64;
    return !text.empty() && text.size() <= longest &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == text.npos;
}

// A vendor's host for one region, made one for another; unchanged if it is no such host.
std::string in_region(const std::string& host, const std::string& from, const std::string& to) {
    if (from.empty() || config::region_of(host) != from)
        return host;
    auto moved = host;
    if (const auto at = host.find(from); at != host.npos)
        moved.replace(at, from.size(), to);
    else if (host.starts_with("s3.")) // the host that names none
        moved.insert(3, to + '.');
    return config::region_of(moved) == to ? moved : host;
}

} // namespace

way bucket_route::current() const {
    const std::lock_guard lock(mutex_);
    return current_;
}

bool bucket_route::learn_clock(const way& taken, std::chrono::seconds ahead) {
    if (std::chrono::abs(ahead - taken.ahead) < tolerated_skew)
        return false;
    {
        const std::lock_guard lock(mutex_);
        if (std::chrono::abs(ahead - current_.ahead) < tolerated_skew)
            return true; // another request has taught it meanwhile
        current_.ahead = ahead;
    }
    config::log::warning(
        "the store's clock differs from this machine's; requests follow it",
        {{"store", store()}, {"seconds", ahead.count()}, {"advice", "set this machine's clock"}});
    return true;
}

// SECURITY: the request that follows carries a signature and perhaps a file: nothing but another
// of the vendor's stores, or a host beneath the configured one. Empty: there is no reason to
// follow.
std::string bucket_route::acceptable_host(const std::string& named) const {
    const auto other = config::parse_endpoint(named);
    const auto& configured = configured_.where;
    if (named.empty() || !other || configured.style == config::addressing::bound_domain)
        return {};
    auto host = other->host;
    const auto prefix = configured_.bucket + '.';
    if (host.starts_with(prefix)) // S3 may name the bucket's own host
        host.erase(0, prefix.size());
    const bool beneath =
        !config::is_local_or_ip(configured.host) && host.ends_with('.' + configured.host);
    const bool accepted =
        host == configured.host || beneath || is_same_vendors_store(host, configured.host);
    return accepted && !host.starts_with(prefix) ? host : std::string();
}

way bucket_route::corrected(const way& taken, const redirection& said) const {
    auto better = taken;
    const auto host = acceptable_host(said.endpoint);
    const auto here = config::region_of(taken.where.host);
    const auto there = config::region_of(host);
    // A region has several hosts, and the configured one was chosen.
    if (!host.empty() && (here.empty() || here != there)) {
        better.where.host = host;
        if (!there.empty())
            better.region = there;
    }
    if (!is_region(said.region) || said.region == taken.region)
        return better;
    better.region = said.region;
    if (better.where.host == taken.where.host)
        better.where.host = in_region(taken.where.host, taken.region, said.region);
    return better;
}

bool bucket_route::learn_place(const way& taken, const redirection& said) {
    const auto better = corrected(taken, said);
    const auto same = [](const way& a, const way& b) {
        return a.where.host == b.where.host && a.region == b.region;
    };
    if (same(better, taken))
        return false;
    {
        const std::lock_guard lock(mutex_);
        if (!same(current_, taken))
            return true; // another request has taught it meanwhile
        if (corrections_ == most_corrections)
            return false;
        ++corrections_;
        current_.where.host = better.where.host;
        current_.region = better.region;
    }
    config::log::warning(
        "the bucket is in another place; requests follow it",
        {{"store", store()},
         {"bucket", bucket()},
         {"advice", "write endpoint = \"" + better.where.host + "\" and region = \"" +
                        better.region + "\" into this store"}});
    return true;
}

} // namespace objftpd::storage::rest
