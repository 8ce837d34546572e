#include "config/region.hpp"

#include <algorithm>

namespace objftpd::config {
namespace {

bool is_in(std::string_view host, std::string_view domain) {
    return host.ends_with(domain) && host.size() > domain.size() &&
           host[host.size() - domain.size() - 1] == '.';
}

// "eu-central-1", "cn-hangzhou", "ap-southeast-1": one label of at least two words.
bool is_region(std::string_view text) {
    const auto is_fine = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return text.find('-') != text.npos && !text.starts_with('-') && !text.ends_with('-') &&
           std::ranges::all_of(text, is_fine);
}

// What remains of the name between two parts of it, if it is a region.
std::string between(std::string_view front, std::string_view name, std::string_view back) {
    if (name.size() <= front.size() + back.size() || !name.starts_with(front) ||
        !name.ends_with(back))
        return {};
    name = name.substr(front.size(), name.size() - front.size() - back.size());
    return is_region(name) ? std::string(name) : std::string();
}

// "s3.eu-central-1", "s3.dualstack.eu-central-1", "s3-fips.us-east-1", "s3-eu-west-1" of old.
std::string of_amazon(std::string_view name) {
    if (name == "s3")
        return "us-east-1";
    for (const std::string_view front : {"s3.", "s3.dualstack.", "s3-fips.", "s3-fips.dualstack."})
        if (const auto region = between(front, name, ""); !region.empty())
            return region;
    const auto old = between("s3-", name, "");
    const bool other = old.starts_with("external-") || old.starts_with("website-") ||
                       old.starts_with("fips-") || old.starts_with("accelerate");
    return other || old.empty() || old.back() < '0' || old.back() > '9' ? std::string() : old;
}

// "oss-cn-hangzhou", "oss-cn-hangzhou-internal", "s3.oss-cn-hangzhou", "cn-hangzhou.oss".
std::string of_alibaba(std::string_view name) {
    if (name.ends_with(".oss"))
        return between("", name, ".oss");
    if (name.starts_with("s3."))
        name.remove_prefix(3);
    constexpr std::string_view inside = "-internal";
    if (name.ends_with(inside))
        name.remove_suffix(inside.size());
    const auto region = between("oss-", name, "");
    return region.starts_with("accelerate") ? std::string() : region;
}

} // namespace

bool is_vendors_cloud(std::string_view host) {
    return is_in(host, "amazonaws.com") || is_in(host, "amazonaws.com.cn") ||
           is_alibabas_cloud(host);
}

bool is_alibabas_cloud(std::string_view host) {
    return is_in(host, "aliyuncs.com");
}

std::string internal_host_of(std::string_view host) {
    const auto region = region_of(host);
    const auto dot = host.find('.');
    const auto public_host = "oss-" + region + ".aliyuncs.com";
    if (region.empty() || host.substr(0, public_host.size()) != public_host)
        return {};
    return std::string(host.substr(0, dot)) + "-internal" + std::string(host.substr(dot));
}

// Only hosts of known forms: a region that is read from another one would sign every request
// wrongly, and the store's refusal would not say why.
std::string region_of(std::string_view host) {
    host = host.substr(0, host.find(':'));
    for (const std::string_view cloud : {".amazonaws.com", ".amazonaws.com.cn"})
        if (host.ends_with(cloud))
            return of_amazon(host.substr(0, host.size() - cloud.size()));
    constexpr std::string_view cloud = ".aliyuncs.com";
    return host.ends_with(cloud) ? of_alibaba(host.substr(0, host.size() - cloud.size()))
                                 : std::string();
}

} // namespace objftpd::config
