#include "config/object_store.hpp"

#include "config/credentials.hpp"
#include "config/region.hpp"
#include "config/text.hpp"

#include <array>

namespace objftpd::config {
namespace {

// What only stores of the other type over HTTP have.
void refuse_others(store_type type, const std::string& key, problem_list& problems) {
    constexpr std::array of_oss{"signature", "rename"};
    constexpr std::array of_s3{"payload", "etags", "checksum"};
    const auto refuse = [&](const auto& options, const char* why) {
        for (const auto* const name : options)
            if (problems.has(key + '.' + name))
                problems.add(key + '.' + name, why);
    };
    if (type == store_type::s3)
        refuse(of_oss, "is not used unless type = \"oss\"");
    else
        refuse(of_s3, "is not used unless type = \"s3\"");
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

// SECURITY: outside of the vendor's network the address may be anybody's; only a certificate tells.
void settle_internal(store_source& store, const std::string& key, problem_list& problems) {
    auto& where = store.endpoint;
    const auto inside = internal_host_of(where.host);
    if (store.internal == internal_network::always) {
        if (!inside.empty())
            where.host = inside;
        else if (where.host.find("-internal.") == where.host.npos)
            problems.add(key + ".internal",
                         "\"always\" needs an endpoint such as \"oss-cn-hangzhou.aliyuncs.com\"");
    } else if (store.internal == internal_network::automatic && where.scheme == "https") {
        store.internal_host = inside;
    }
}

} // namespace

void complete_store(store_source& store, const std::string& key, problem_list& problems) {
    refuse_others(store.type, key, problems);
    auto& where = store.endpoint;
    if (where.host.empty()) // already complained of
        return;
    where.style = settled(store.style, store.type, where.host);
    // Amazon's certificates hold for one label in front of its own.
    store.dots_need_path = store.style == address_style::automatic &&
                           store.type == store_type::s3 && where.scheme == "https" &&
                           where.style == addressing::virtual_hosted;
    if (where.style == addressing::virtual_hosted && is_local_or_ip(where.host) &&
        store.style == address_style::virtual_hosted && where.host.find("localhost") != 0)
        problems.add(key + ".style", "\"virtual\" needs an endpoint with a name");
    if (store.region.empty())
        store.region = region_of(where.host);
    const bool oss = store.type == store_type::oss;
    if (store.region.empty() && !oss && !is_vendors_cloud(where.host))
        store.region = "us-east-1";
    const bool signs = store.credentials != credential_source::anonymous &&
                       (!oss || store.signature == oss_signature::v4);
    if (store.region.empty() && signs)
        problems.add(key + ".region",
                     "is missing: the endpoint does not tell it; expects one such as " +
                         toml_quote(where.host.find("aliyuncs.") != where.host.npos || oss
                                        ? "cn-hangzhou"
                                        : "eu-central-1"));
    settle_internal(store, key, problems);
    complete_credentials(store, key, problems);
    if (store.largest_part < store.part_size)
        problems.add(key + ".largest_part", "is less than part_size");
}

} // namespace objftpd::config
