#include "storage/http/curl_error.hpp"

#include "storage/error.hpp"

namespace objftpd::storage::http {
namespace {

class category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "objftpd.http"; }
    std::string message(int value) const override {
        return ::curl_easy_strerror(static_cast<CURLcode>(value));
    }
    // The way to a store fails now and then; what we ask for wrongly fails always.
    bool equivalent(int value, const boost::system::error_condition& c) const noexcept override {
        if (c != boost::system::error_condition(condition::temporary))
            return default_error_condition(value) == c;
        switch (static_cast<CURLcode>(value)) {
        case CURLE_URL_MALFORMAT:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_OUT_OF_MEMORY:
            return false;
        default:
            return true;
        }
    }
};

} // namespace

const boost::system::error_category& curl_category() {
    static const category instance;
    return instance;
}

} // namespace objftpd::storage::http
