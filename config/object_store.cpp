#include "config/object_store.hpp"

#include "config/region.hpp"

#include <cstdlib>

namespace objftpd::config {
namespace {

std::string variable(const char* name) {
    const auto* const value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

addressing settled(address_style wished, store_type type, const std::string& host) {
    switch (wished) {
    case address_style::virtual_hosted:
        return addressing::virtual_hosted;
    case address_style::path:
        return addressing::path;
    case address_style::bound_domain:
        return addressing::bound_domain;
    case address_style::automatic:
        break;
    }
    const bool oss = type == store_type::oss && !is_local_or_ip(host); // it knows nothing else
    return oss || is_vendors_cloud(host) ? addressing::virtual_hosted : addressing::path;
}

void take_environment(store_source& store, const std::string& key, problem_list& problems) {
    if (store.type == store_type::oss) {
        store.access_key_id = variable("OSS_ACCESS_KEY_ID");
        store.access_key_secret = variable("OSS_ACCESS_KEY_SECRET");
        store.session_token = variable("OSS_SESSION_TOKEN");
    } else {
        store.access_key_id = variable("AWS_ACCESS_KEY_ID");
        store.access_key_secret = variable("AWS_SECRET_ACCESS_KEY");
        store.session_token = variable("AWS_SESSION_TOKEN");
    }
    if (store.access_key_id.empty() || store.access_key_secret.empty())
        problems.add(key + ".credentials",
                     store.type == store_type::oss
                         ? "the environment holds no OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET"
                         : "the environment holds no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
}

} // namespace

void complete_store(store_source& store, const std::string& key, problem_list& problems) {
    auto& where = store.endpoint;
    if (where.host.empty()) // already complained of
        return;
    where.style = settled(store.style, store.type, where.host);
    if (where.style == addressing::virtual_hosted && is_local_or_ip(where.host) &&
        store.style == address_style::virtual_hosted && where.host.find("localhost") != 0)
        problems.add(key + ".style", "\"virtual\" needs an endpoint with a name");
    if (store.region.empty())
        store.region = region_of(where.host);
    if (store.region.empty() && store.type == store_type::s3)
        store.region = "us-east-1";
    if (store.region.empty() && store.signature == oss_signature::v4 &&
        store.credentials != credential_source::anonymous)
        problems.add(key + ".region",
                     "is missing: the endpoint does not tell it; expects one such as "
                     "\"cn-hangzhou\"");
    if (store.credentials == credential_source::environment)
        take_environment(store, key, problems);
    else if (store.credentials == credential_source::keys && store.access_key_id.empty())
        problems.add(key + ".access_key_id", "is missing; expects an access key's id");
    if (store.largest_part < store.part_size)
        problems.add(key + ".largest_part", "is less than part_size");
}

} // namespace objftpd::config
