#include "storage/rest/address.hpp"

#include "storage/http/encoding.hpp"

namespace objftpd::storage::rest {

void address(http::request& r, const config::endpoint& where, const std::string& bucket,
             const std::string& key) {
    using config::addressing;
    r.scheme = where.scheme;
    r.host = where.style == addressing::virtual_hosted ? bucket + '.' + where.host : where.host;
    r.path = where.style == addressing::path ? '/' + bucket + '/' : std::string("/");
    r.path += http::percent_encode_path(key);
    r.bucket = bucket;
    r.key = key;
}

} // namespace objftpd::storage::rest
