#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace objftpd::config {

/// Where a URL holds the bucket.
enum class addressing {
    virtual_hosted, ///< https://bucket.endpoint/key
    path,           ///< https://endpoint/bucket/key
    bound_domain,   ///< https://endpoint/key: the domain stands for the bucket (CNAME)
};

/// The address of a store that speaks HTTP.
struct endpoint {
    std::string scheme = "https";
    std::string host; // with its port where it is not the scheme's own
    addressing style = addressing::virtual_hosted;
};

/// "oss-cn-hangzhou.aliyuncs.com", "http://127.0.0.1:7480"; https where no scheme is given. Nothing
/// if it is no such address, or has a path, a query or a user in it.
std::optional<endpoint> parse_endpoint(std::string_view text);

/// An address with what follows it.
struct url {
    endpoint where;
    std::string path; // with its query, encoded; begins with '/'
};

/// "https://host:8443/path?query". Nothing if it is no such URL, or has a user in it.
std::optional<url> parse_url(std::string_view text);

/// "proxy:3128" with a scheme that libcurl knows for proxies in front, and a user if need be.
bool is_proxy(std::string_view text);

/// The host without its port, and an IPv6 address without its brackets.
std::string name_of_host(std::string_view host);

/// Whether such a name is this machine itself, whatever a network says: localhost, 127.0.0.1, ::1.
bool is_loopback(const std::string& name);

/// Whether the host, with or without a port, is an IP address or localhost, where no bucket can
/// stand in front.
bool is_local_or_ip(std::string_view host);

} // namespace objftpd::config
