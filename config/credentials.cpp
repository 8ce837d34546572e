#include "config/credentials.hpp"

#include "config/region.hpp"
#include "config/text.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <string_view>

namespace objftpd::config {
namespace {

using source = credential_source;

std::string variable(const char* name) {
    const auto* const value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

bool is_oss(const store_source& store) {
    return store.type == store_type::oss;
}

// Loopback, and where Amazon's containers are given their credentials without leaving the machine.
bool is_on_machine(std::string_view host) {
    constexpr std::array<std::string_view, 3> agents = {"169.254.170.2", "169.254.170.23",
                                                        "fd00:ec2::23"};
    const auto name = name_of_host(host);
    return is_loopback(name) || std::ranges::find(agents, name) != agents.end();
}

bool uses(const credential_settings& s, source which) {
    return s.credentials == which || (s.credentials == source::assume_role && s.role_base == which);
}

bool assumes_role(const credential_settings& s) {
    return uses(s, source::assume_role) || uses(s, source::web_identity);
}

struct rule {
    std::string_view option;
    std::string credential_settings::*member;
    std::initializer_list<source> used_by;
    std::string_view names; // of these
};

// What a source does not use is told: it would be taken for working.
const std::array<rule, 12>& rules() {
    using c = credential_settings;
    static const std::array<rule, 12> all{{
        {"access_key_id", &c::access_key_id, {source::keys}, "\"keys\""},
        {"session_token", &c::session_token, {source::keys}, "\"keys\""},
        {"credentials_file", &c::credentials_file, {source::file}, "\"file\""},
        {"credentials_profile", &c::credentials_profile, {source::file}, "\"file\""},
        {"credentials_url", &c::credentials_url, {source::url}, "\"url\""},
        {"authorization_file", &c::authorization_file, {source::url}, "\"url\""},
        {"metadata_endpoint",
         &c::metadata_endpoint,
         {source::ecs_role, source::ec2_role, source::container},
         "\"ecs-role\", \"ec2-role\" or \"container\""},
        {"instance_role",
         &c::instance_role,
         {source::ecs_role, source::ec2_role},
         "\"ecs-role\" or \"ec2-role\""},
        {"role_arn",
         &c::role_arn,
         {source::assume_role, source::web_identity},
         "\"assume-role\" or \"web-identity\""},
        {"role_external_id", &c::role_external_id, {source::assume_role}, "\"assume-role\""},
        {"web_identity_token_file",
         &c::web_identity_token_file,
         {source::web_identity},
         "\"web-identity\""},
        {"oidc_provider_arn", &c::oidc_provider_arn, {source::web_identity}, "\"web-identity\""},
    }};
    return all;
}

/// Completes one store's credentials.
class completion {
public:
    completion(store_source& store, const std::string& key, problem_list& problems)
        : store_(store), key_(key), problems_(problems) {}

    void run() {
        find_unused();
        find_strangers();
        if (uses_keys(store_) && store_.access_key_id.empty())
            missing("access_key_id", "an access key's id");
        if (uses(store_, source::environment))
            take_environment();
        if (uses(store_, source::file))
            find_file();
        if (uses(store_, source::process) && store_.credentials_command.empty())
            missing("credentials_command", "a list of a program and its arguments");
        if (uses(store_, source::url) && store_.credentials_url.empty())
            missing("credentials_url", "an URL");
        if (uses(store_, source::ecs_role) || uses(store_, source::ec2_role))
            find_machine();
        if (uses(store_, source::container))
            find_container();
        if (uses(store_, source::web_identity))
            find_web_identity();
        if (assumes_role(store_))
            find_role();
    }

private:
    void problem(const std::string& option, std::string text) {
        problems_.add(key_ + '.' + option, std::move(text));
    }
    void missing(const std::string& option, const std::string& expected) {
        problem(option, "is missing; expects " + expected);
    }

    void find_unused() {
        for (const auto& r : rules())
            if (!(store_.*r.member).empty() &&
                std::ranges::none_of(r.used_by, [&](source s) { return uses(store_, s); }))
                problem(std::string(r.option),
                        "is not used unless credentials = " + std::string(r.names));
        if (!store_.credentials_command.empty() && !uses(store_, source::process))
            problem("credentials_command", "is not used unless credentials = \"process\"");
        if (!store_.sts_endpoint.empty() && !assumes_role(store_))
            problem("sts_endpoint",
                    "is not used unless credentials = \"assume-role\" or \"web-identity\"");
    }

    // What only the other cloud has.
    void find_strangers() {
        for (const auto& [from, name] :
             {std::pair(source::ec2_role, "ec2-role"), std::pair(source::container, "container")})
            if (is_oss(store_) && uses(store_, from))
                problem(store_.credentials == from ? "credentials" : "role_base",
                        toml_quote(name) + " gives keys of Amazon, which OSS does not know");
        if (!is_oss(store_) && !store_.oidc_provider_arn.empty())
            problem("oidc_provider_arn", "is not used unless type = \"oss\"");
    }

    void take_environment() {
        const auto take = [this](const char* id, const char* secret, const char* token) {
            store_.access_key_id = variable(id);
            store_.access_key_secret = variable(secret);
            store_.session_token = variable(token);
            return !store_.access_key_id.empty() && !store_.access_key_secret.empty();
        };
        const bool found =
            is_oss(store_)
                ? take("OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN") ||
                      take("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
                           "ALIBABA_CLOUD_SECURITY_TOKEN")
                : take("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN");
        if (!found)
            problem("credentials",
                    is_oss(store_)
                        ? "the environment holds no OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET"
                        : "the environment holds no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
    }

    void find_file() {
        if (store_.credentials_profile.empty())
            store_.credentials_profile =
                variable(is_oss(store_) ? "ALIBABA_CLOUD_PROFILE" : "AWS_PROFILE");
        auto& file = store_.credentials_file;
        if (file.empty())
            file = variable(is_oss(store_) ? "ALIBABA_CLOUD_CREDENTIALS_FILE"
                                           : "AWS_SHARED_CREDENTIALS_FILE");
        const auto home = variable("HOME");
        if (file.empty() && !home.empty())
            file = home + (is_oss(store_) ? "/.alibabacloud/credentials" : "/.aws/credentials");
        const auto of_tool = home + "/.aliyun/config.json";
        std::error_code ignored;
        if (is_oss(store_) && !std::filesystem::exists(file, ignored) &&
            file == home + "/.alibabacloud/credentials" &&
            std::filesystem::exists(of_tool, ignored))
            file = of_tool;
        if (file.empty())
            missing("credentials_file", "a file");
    }

    void find_machine() {
        const bool ecs = uses(store_, source::ecs_role);
        const auto* const forbids =
            ecs ? "ALIBABA_CLOUD_ECS_METADATA_DISABLED" : "AWS_EC2_METADATA_DISABLED";
        if (variable(forbids) == "true")
            problem("credentials", "the environment forbids it by " + std::string(forbids));
        if (ecs && store_.instance_role.empty())
            store_.instance_role = variable("ALIBABA_CLOUD_ECS_METADATA");
        if (variable("ALIBABA_CLOUD_IMDSV1_DISABLED") == "true")
            store_.metadata_without_token = false;
    }

    void find_container() {
        const auto relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
        const auto base = store_.metadata_endpoint.empty() ? std::string("http://169.254.170.2")
                                                           : store_.metadata_endpoint;
        auto& url = store_.credentials_url;
        url = relative.empty() ? variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") : base + relative;
        const auto parsed = parse_url(url);
        if (!parsed)
            problem("credentials", "the environment holds no usable "
                                   "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or "
                                   "AWS_CONTAINER_CREDENTIALS_FULL_URI");
        // SECURITY: what is sent along would be shown to every network on the way.
        else if (relative.empty() && parsed->where.scheme == "http" &&
                 !is_on_machine(parsed->where.host))
            problem("credentials", "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor an "
                                   "address of this machine");
        store_.authorization_file = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
        if (store_.authorization_file.empty())
            store_.authorization = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    }

    void find_web_identity() {
        const auto fill = [](std::string& text, const char* name) {
            if (text.empty())
                text = variable(name);
        };
        const bool oss = is_oss(store_);
        fill(store_.web_identity_token_file,
             oss ? "ALIBABA_CLOUD_OIDC_TOKEN_FILE" : "AWS_WEB_IDENTITY_TOKEN_FILE");
        if (store_.credentials == source::web_identity)
            fill(store_.role_arn, oss ? "ALIBABA_CLOUD_ROLE_ARN" : "AWS_ROLE_ARN");
        if (store_.web_identity_token_file.empty())
            missing("web_identity_token_file", "a file");
        if (!oss)
            return;
        fill(store_.oidc_provider_arn, "ALIBABA_CLOUD_OIDC_PROVIDER_ARN");
        if (store_.oidc_provider_arn.empty())
            missing("oidc_provider_arn", "a provider's ARN");
    }

    void find_role() {
        if (store_.role_arn.empty())
            missing("role_arn", "a role's ARN");
        if (store_.role_session_name.empty())
            missing("role_session_name", "a name");
        const auto given =
            store_.sts_endpoint.empty() ? usual_sts() : parse_endpoint(store_.sts_endpoint);
        if (given)
            store_.sts = *given;
        else if (store_.sts_endpoint.empty())
            missing("sts_endpoint", "the address where this store's roles are assumed");
    }

    std::optional<config::endpoint> usual_sts() const {
        const std::string_view host = store_.endpoint.host;
        const auto& region = store_.region;
        if (is_oss(store_)) {
            const bool inside = host.find("-internal.") != host.npos;
            if (region.empty() || !is_alibabas_cloud(host))
                return parse_endpoint("sts.aliyuncs.com");
            return parse_endpoint((inside ? "sts-vpc." : "sts.") + region + ".aliyuncs.com");
        }
        for (const std::string cloud : {".amazonaws.com", ".amazonaws.com.cn"})
            if (host.ends_with(cloud))
                return parse_endpoint("sts." + region + cloud);
        // A bucket's own domain, or OSS in the guise of S3, assumes no roles.
        if (store_.endpoint.style == addressing::bound_domain || is_vendors_cloud(host))
            return std::nullopt;
        return store_.endpoint;
    }

    store_source& store_;
    const std::string& key_;
    problem_list& problems_;
};

} // namespace

bool uses_keys(const credential_settings& s) {
    return uses(s, source::keys);
}

void complete_credentials(store_source& store, const std::string& key, problem_list& problems) {
    completion(store, key, problems).run();
}

} // namespace objftpd::config
