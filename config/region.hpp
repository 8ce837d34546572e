#pragma once

#include <string>
#include <string_view>

namespace objftpd::config {

/// Whether a host belongs to the clouds of Amazon or Alibaba.
bool is_vendors_cloud(std::string_view host);

/// Whether it belongs to Alibaba's.
bool is_alibabas_cloud(std::string_view host);

/// The name that a host of OSS has inside Alibaba's network: "oss-cn-hangzhou-internal..." of
/// "oss-cn-hangzhou.aliyuncs.com". Empty for all others.
std::string internal_host_of(std::string_view host);

/// The region that the host's name tells there: "cn-hangzhou". Empty if it tells none: of access
/// points, accelerated and private addresses, and of any form that is not known.
std::string region_of(std::string_view host);

} // namespace objftpd::config
