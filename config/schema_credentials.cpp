#include "config/schema.hpp"

namespace objftpd::config {
namespace {

using namespace std::chrono_literals;

using make = row<store_source>;
using c = credential_settings;
using choices = std::vector<std::pair<std::string, credential_source>>;

complaint check_endpoint(std::string& text) {
    return text.empty() || parse_endpoint(text) ? complaint() : unexpected;
}

complaint check_url(std::string& text) {
    return text.empty() || parse_url(text) ? complaint() : unexpected;
}

complaint set_command(store_source& store, const value& v) {
    const auto* const words = std::get_if<std::vector<std::string>>(&v);
    if (!words || (!words->empty() && words->front().empty()))
        return unexpected;
    store.credentials_command = *words;
    return {};
}

std::vector<option<store_source>> key_options() {
    return {
        make::choice(
            "credentials", &c::credentials, "keys",
            choices{{"keys", credential_source::keys},
                    {"environment", credential_source::environment},
                    {"anonymous", credential_source::anonymous},
                    {"file", credential_source::file},
                    {"process", credential_source::process},
                    {"url", credential_source::url},
                    {"ecs-role", credential_source::ecs_role},
                    {"ec2-role", credential_source::ec2_role},
                    {"container", credential_source::container},
                    {"assume-role", credential_source::assume_role},
                    {"web-identity", credential_source::web_identity}},
            "Who signs requests. \"keys\": the keys below. \"environment\": OSS_ACCESS_KEY_ID, "
            "OSS_ACCESS_KEY_SECRET and OSS_SESSION_TOKEN (without them "
            "ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and "
            "ALIBABA_CLOUD_SECURITY_TOKEN), or for S3 AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY "
            "and AWS_SESSION_TOKEN, at the start. \"anonymous\": nobody, for public buckets. "
            "\"file\", \"process\", \"url\": who credentials_file, credentials_command or "
            "credentials_url names. \"ecs-role\", \"ec2-role\": the role of the machine this "
            "server runs on, at Alibaba or Amazon. \"container\": the role of the ECS task or EKS "
            "pod, as AWS_CONTAINER_CREDENTIALS_FULL_URI or ..._RELATIVE_URI say. "
            "\"assume-role\": role_arn, assumed with the credentials that role_base names. "
            "\"web-identity\": role_arn, assumed with the token in web_identity_token_file, as in "
            "Kubernetes. All but the first three are renewed before they expire."),
        make::text("access_key_id", &c::access_key_id, "", "an access key's id",
                   "The id of the access key.", check_one_line),
        make::text("access_key_secret", &c::access_key_secret, "", "an access key's secret",
                   "Its secret. Give one of access_key_secret, access_key_secret_env and "
                   "access_key_secret_file.",
                   check_one_line)
            .unset_by_default("(from the store's console)")
            .kept_secret(),
        make::text("access_key_secret_env", &store_source::access_key_secret_env, "",
                   "the name of an environment variable",
                   "The environment variable that holds the secret.", check_path)
            .unset_by_default("STORE_SECRET"),
        make::text("access_key_secret_file", &store_source::access_key_secret_file, "", "a file",
                   "The file whose first line is the secret. It must not be readable by others "
                   "(chmod o-rwx).",
                   check_path)
            .unset_by_default("store.secret"),
        make::text("session_token", &c::session_token, "", "a token",
                   "The token that belongs to temporary keys.", check_one_line)
            .kept_secret(),
    };
}

std::vector<option<store_source>> source_options() {
    return {
        make::text("credentials_file", &c::credentials_file, "", "a file",
                   "With credentials = \"file\": a shared credentials file of the vendor's tools "
                   "(INI, or ~/.aliyun/config.json), or JSON {\"AccessKeyId\", "
                   "\"AccessKeySecret\", \"SecurityToken\", \"Expiration\"}. Read again when it "
                   "changes. It must not be readable by others. Left empty, "
                   "AWS_SHARED_CREDENTIALS_FILE or ~/.aws/credentials; for OSS "
                   "ALIBABA_CLOUD_CREDENTIALS_FILE or ~/.alibabacloud/credentials."),
        make::text("credentials_profile", &c::credentials_profile, "", "the name of a profile",
                   "The profile in that file. Left empty, AWS_PROFILE or ALIBABA_CLOUD_PROFILE, "
                   "or what the file takes by default.",
                   check_one_line),
        option<store_source>{"credentials_command",
                             "a list of a program and its arguments, such as "
                             "[\"/usr/local/bin/store-token\", \"--role\", \"ftp\"]",
                             std::vector<std::string>(),
                             "With credentials = \"process\": what is run, without a shell, and "
                             "writes such JSON to its standard output within 15 s. It gets our "
                             "environment without the variables that access_key_secret_env and "
                             "password_hash_env name; its standard error goes to the log.",
                             set_command, false, true},
        make::text("credentials_url", &c::credentials_url, "",
                   "an URL such as \"https://tokens.example.com/ftp\"",
                   "With credentials = \"url\": where such JSON is read from, without a proxy. For "
                   "https, ca_file and ca_folder tell who may sign the certificate; plain http "
                   "shows the keys to the network.",
                   check_url)
            .kept_secret(),
        make::text("authorization_file", &c::authorization_file, "", "a file",
                   "Its first line is sent to credentials_url as Authorization. Read each time. "
                   "It must not be readable by others."),
        make::text("metadata_endpoint", &c::metadata_endpoint, "",
                   "an address such as \"http://100.100.100.200\"",
                   "Where the roles of machines and containers are asked for, without a proxy. "
                   "Left empty, the cloud's own address.",
                   check_endpoint),
        make::text("instance_role", &c::instance_role, "", "the name of a role",
                   "The role of the machine. Left empty, it is asked for; for Alibaba "
                   "ALIBABA_CLOUD_ECS_METADATA tells it.",
                   check_one_line),
        make::flag("metadata_without_token", &c::metadata_without_token, true,
                   "Alibaba: whether the machine's metadata is asked without a token where it "
                   "gives none. ALIBABA_CLOUD_IMDSV1_DISABLED=true forbids it."),
    };
}

std::vector<option<store_source>> role_options() {
    return {
        make::choice("role_base", &c::role_base, "keys",
                     choices{{"keys", credential_source::keys},
                             {"environment", credential_source::environment},
                             {"file", credential_source::file},
                             {"process", credential_source::process},
                             {"url", credential_source::url},
                             {"ecs-role", credential_source::ecs_role},
                             {"ec2-role", credential_source::ec2_role},
                             {"container", credential_source::container}},
                     "With credentials = \"assume-role\": who assumes the role, with the same "
                     "options as in credentials."),
        make::text("role_arn", &c::role_arn, "",
                   "a role such as \"acs:ram::1234567890123456:role/ftp\"",
                   "The role to assume. Left empty with \"web-identity\", AWS_ROLE_ARN or "
                   "ALIBABA_CLOUD_ROLE_ARN.",
                   check_one_line),
        make::text("role_session_name", &c::role_session_name, "objftpd", "a name",
                   "What the store's own log calls us.", check_one_line),
        make::text("role_external_id", &c::role_external_id, "", "a text",
                   "The external id that the role's owner demands.", check_one_line),
        make::duration("role_duration", &c::role_duration, 1h, 15min, 12h,
                       "For how long the role is assumed each time. The role may allow less."),
        make::text("sts_endpoint", &store_source::sts_endpoint, "",
                   "an address such as \"sts.cn-hangzhou.aliyuncs.com\"",
                   "Where roles are assumed, by way of the store's proxy. Left empty, the vendor's "
                   "address for the region, or the store itself where it is none of the clouds.",
                   check_endpoint),
        make::text("web_identity_token_file", &c::web_identity_token_file, "", "a file",
                   "With \"web-identity\": the file with the token, read each time. Left empty, "
                   "AWS_WEB_IDENTITY_TOKEN_FILE or ALIBABA_CLOUD_OIDC_TOKEN_FILE."),
        make::text("oidc_provider_arn", &c::oidc_provider_arn, "",
                   "a provider such as \"acs:ram::1234567890123456:oidc-provider/ack\"",
                   "OSS only: who has issued that token. Left empty, "
                   "ALIBABA_CLOUD_OIDC_PROVIDER_ARN.",
                   check_one_line),
    };
}

} // namespace

const std::vector<option<store_source>>& credential_options() {
    static const auto options = [] {
        auto all = key_options();
        for (const auto& part : {source_options(), role_options()})
            all.insert(all.end(), part.begin(), part.end());
        return all;
    }();
    return options;
}

} // namespace objftpd::config
