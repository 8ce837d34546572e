#pragma once

#include "storage/credentials/asking.hpp"

#include "config/endpoint.hpp"

#include <string>
#include <string_view>

namespace objftpd::storage::credentials {

/// In what the metadata services of two clouds differ.
struct metadata_dialect {
    std::string_view endpoint; // the usual one
    std::string_view ttl_header;
    std::string_view token_header;
    std::string_view roles; // path: the role's name, and below it its credentials
};

inline constexpr metadata_dialect alibaba_ecs = {
    "http://100.100.100.200", "x-aliyun-ecs-metadata-token-ttl-seconds",
    "x-aliyun-ecs-metadata-token", "/latest/meta-data/ram/security-credentials/"};
inline constexpr metadata_dialect amazon_ec2 = {
    "http://169.254.169.254", "x-aws-ec2-metadata-token-ttl-seconds", "x-aws-ec2-metadata-token",
    "/latest/meta-data/iam/security-credentials/"};

/// The role that a cloud has given to the machine we run on. Asked with a token of the service's
/// own (IMDSv2).
class metadata_source final : public source {
public:
    enum class without_token { refused, allowed };

    /// An empty role is asked for.
    metadata_source(const metadata_dialect& dialect, config::endpoint where, std::string role,
                    without_token older)
        : dialect_(dialect), where_(std::move(where)), role_(std::move(role)), older_(older),
          settings_(direct_settings()) {}

    awaitable<fetch_result> fetch() override;

private:
    http::request make(const std::string& method, std::string path) const;
    awaitable<boost::system::result<std::string, failure>> ask_token() const;
    awaitable<boost::system::result<std::string, failure>> ask_role(std::string token) const;

    const metadata_dialect dialect_;
    const config::endpoint where_;
    const std::string role_;
    const without_token older_;
    const client_settings settings_;
};

} // namespace objftpd::storage::credentials
