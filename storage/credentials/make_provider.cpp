#include "storage/credentials/make_provider.hpp"

#include "storage/credentials/file_source.hpp"
#include "storage/credentials/metadata_source.hpp"
#include "storage/credentials/process_source.hpp"
#include "storage/credentials/refreshing_credentials.hpp"
#include "storage/credentials/sts_source.hpp"
#include "storage/credentials/url_source.hpp"

#include <utility>

namespace objftpd::storage::credentials {
namespace {

using config::credential_source;
using without_token = metadata_source::without_token;

/// The settings of one store, and what its sources need besides.
struct maker {
    const config::store_settings& store;
    const http::client_settings& way;
    worker_pool& pool;

    const config::object_store_settings& remote() const { return store.remote; }

    std::shared_ptr<http::credentials_provider> fixed() const {
        http::credentials who;
        who.key_id = remote().access_key_id;
        who.secret = remote().access_key_secret;
        who.session_token = remote().session_token;
        return std::make_shared<http::fixed_credentials>(std::move(who));
    }

    std::shared_ptr<http::credentials_provider> renewed(const char* origin,
                                                        std::shared_ptr<source> from) const {
        return std::make_shared<refreshing_credentials>(store.name, origin, std::move(from));
    }

    std::shared_ptr<source> metadata(const metadata_dialect& dialect, without_token older) const {
        const auto& given = remote().metadata_endpoint;
        const auto where = config::parse_endpoint(given.empty() ? dialect.endpoint : given);
        return std::make_shared<metadata_source>(dialect, where.value_or(config::endpoint()),
                                                 remote().instance_role, older);
    }

    std::shared_ptr<source> url(url_source::file_kind kind) const {
        url_source::authorization proof;
        proof.text = remote().authorization;
        proof.file = remote().authorization_file;
        proof.kind = kind;
        const auto where = config::parse_url(remote().credentials_url);
        return std::make_shared<url_source>(pool, where.value_or(config::url()), std::move(proof),
                                            token_service_settings(way));
    }

    sts_service service() const {
        sts_service made;
        made.dialect = store.type == config::store_type::oss ? vendor::alibaba : vendor::amazon;
        made.where = remote().sts;
        made.region = remote().region;
        made.how = sts_settings(way);
        return made;
    }

    role wanted() const {
        role made;
        made.arn = remote().role_arn;
        made.session_name = remote().role_session_name;
        made.external_id = remote().role_external_id;
        made.duration = remote().role_duration;
        made.provider_arn = remote().oidc_provider_arn;
        return made;
    }

    std::shared_ptr<http::credentials_provider> make(credential_source from) const {
        switch (from) {
        case credential_source::keys:
        case credential_source::environment:
            return fixed();
        case credential_source::anonymous:
            break;
        case credential_source::file:
            return renewed("file", std::make_shared<file_source>(pool, remote().credentials_file,
                                                                 remote().credentials_profile));
        case credential_source::process:
            return renewed("process", std::make_shared<process_source>(remote().credentials_command,
                                                                       std::chrono::seconds(15),
                                                                       remote().hidden_variables));
        case credential_source::url:
            return renewed("url", url(url_source::file_kind::secret));
        case credential_source::ecs_role:
            return renewed("ecs-role", metadata(alibaba_ecs, remote().metadata_without_token
                                                                 ? without_token::allowed
                                                                 : without_token::refused));
        case credential_source::ec2_role:
            return renewed("ec2-role", metadata(amazon_ec2, without_token::refused));
        case credential_source::container:
            return renewed("container", url(url_source::file_kind::token));
        case credential_source::assume_role:
            return renewed("assume-role", std::make_shared<assumed_role_source>(
                                              service(), wanted(), make(remote().role_base)));
        case credential_source::web_identity:
            return renewed("web-identity",
                           std::make_shared<web_identity_source>(service(), wanted(), pool,
                                                                 remote().web_identity_token_file));
        }
        return std::make_shared<http::fixed_credentials>(http::credentials());
    }
};

} // namespace

std::shared_ptr<http::credentials_provider> make_provider(const config::store_settings& store,
                                                          const http::client_settings& way,
                                                          worker_pool& pool) {
    return maker{store, way, pool}.make(store.remote.credentials);
}

} // namespace objftpd::storage::credentials
