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
    bool equivalent(int value, const boost::system::error_condition& c) const noexcept override {
        if (c == boost::system::error_condition(condition::temporary))
            return is_temporary(static_cast<CURLcode>(value));
        return default_error_condition(value) == c;
    }
};

} // namespace

bool is_temporary(CURLcode code) {
    switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
    case CURLE_NO_CONNECTION_AVAILABLE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_ABORTED_BY_CALLBACK: // a socket could not be watched
    case CURLE_SSL_CONNECT_ERROR:   // also of a connection that breaks in the handshake
    case CURLE_SSL_SHUTDOWN_FAILED:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_FAIL_REWIND:
    case CURLE_AGAIN:
        return true;
    default:
        return false;
    }
}

const boost::system::error_category& curl_category() {
    static const category instance;
    return instance;
}

} // namespace objftpd::storage::http
