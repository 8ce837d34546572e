#include "config/region.hpp"

#include <algorithm>

namespace objftpd::config {
namespace {

bool is_in(std::string_view host, std::string_view domain) {
    return host.ends_with(domain) && host.size() > domain.size() &&
           host[host.size() - domain.size() - 1] == '.';
}

} // namespace

bool is_vendors_cloud(std::string_view host) {
    return is_in(host, "amazonaws.com") || is_in(host, "amazonaws.com.cn") ||
           is_in(host, "aliyuncs.com");
}

// "oss-cn-hangzhou.aliyuncs.com", "oss-cn-hangzhou-internal...", "cn-hangzhou.oss...",
// "s3.oss-cn-hangzhou...", "s3.eu-central-1.amazonaws.com", "s3.dualstack.eu-central-1...".
std::string region_of(std::string_view host) {
    if (!is_vendors_cloud(host))
        return {};
    host = host.substr(0, host.find(':'));
    if (is_in(host, "oss.aliyuncs.com"))
        return std::string(host.substr(0, host.find('.')));
    std::string_view found;
    while (!host.empty()) {
        auto label = host.substr(0, host.find('.'));
        host.remove_prefix(std::min(label.size() + 1, host.size()));
        if (label == "aliyuncs" || label == "amazonaws")
            break;
        if (label.starts_with("oss-"))
            label.remove_prefix(4);
        if (label.ends_with("-internal"))
            label.remove_suffix(9);
        found = label.starts_with("accelerate") || label == "s3" || label == "dualstack"
                    ? std::string_view()
                    : label;
    }
    return std::string(found);
}

} // namespace objftpd::config
