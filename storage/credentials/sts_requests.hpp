#pragma once

#include "config/endpoint.hpp"
#include "storage/http/credentials.hpp"
#include "storage/http/request.hpp"

#include <chrono>
#include <map>
#include <string>

/// What the vendors' Security Token Services are asked with. Pure.
namespace objftpd::storage::credentials {

/// The role that is assumed.
struct role {
    std::string arn;
    std::string session_name;
    std::string external_id; // empty: none
    std::chrono::seconds duration{};
    std::string provider_arn; // Alibaba: who has issued the token of a web identity
};

/// A request with its body.
struct sts_request {
    http::request head;
    std::string body;
};

using parameters = std::map<std::string, std::string>;

/// Signature of Alibaba's RPC APIs, version 1.0: HMAC-SHA1 over all parameters.
std::string rpc_signature(const std::string& method, const parameters& all,
                          const std::string& secret);

/// Alibaba's AssumeRole. `nonce` is a text that was never used before.
sts_request alibaba_assume_role(const config::endpoint& where, const role& wanted,
                                const http::credentials& who, const std::string& nonce,
                                std::chrono::sys_seconds now);

/// Alibaba's AssumeRoleWithOIDC; the token is all the proof there is.
sts_request alibaba_web_identity(const config::endpoint& where, const role& wanted,
                                 const std::string& token, std::chrono::sys_seconds now);

/// AssumeRole of Amazon and of stores that follow it.
sts_request amazon_assume_role(const config::endpoint& where, const std::string& region,
                               const role& wanted, const http::credentials& who,
                               std::chrono::sys_seconds now);

/// The same for AssumeRoleWithWebIdentity.
sts_request amazon_web_identity(const config::endpoint& where, const role& wanted,
                                const std::string& token);

} // namespace objftpd::storage::credentials
