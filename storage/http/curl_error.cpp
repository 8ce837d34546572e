#include "storage/http/curl_error.hpp"

#include "storage/error.hpp"

#include <algorithm>
#include <array>

namespace objftpd::storage::http {
namespace {

struct row {
    CURLcode code;
    enum class duration { passes, stays } lasts;
    std::string_view advice;
};
constexpr auto passes = row::duration::passes;
constexpr auto stays = row::duration::stays;

constexpr std::string_view look_for_another =
    "see that it is the store that answers at its endpoint, and whether it speaks TLS there";
constexpr std::string_view look_at_the_network =
    "look at the network and, if there is one, at the store's proxy";

// What fails on the way to a store. All else is lasting, and there is no advice.
constexpr std::array rows{
    row{CURLE_COULDNT_RESOLVE_PROXY, passes, "check the store's proxy and this machine's DNS"},
    row{CURLE_COULDNT_RESOLVE_HOST, passes,
        "check the store's endpoint and style, the bucket, and this machine's DNS"},
    row{CURLE_COULDNT_CONNECT, passes,
        "see that something listens at the store's endpoint, or at its proxy, and that no firewall "
        "is in the way"},
    row{CURLE_PROXY, passes, "check the store's proxy, its user and what it lets through"},
    row{CURLE_INTERFACE_FAILED, stays, "check the store's bind_address"},
    row{CURLE_NO_CONNECTION_AVAILABLE, passes,
        "raise the store's max_connections, or lower its max_requests"},
    row{CURLE_OPERATION_TIMEDOUT, passes,
        "look at the network; if the store is only slow, raise its connect_timeout or "
        "stall_timeout"},
    row{CURLE_PEER_FAILED_VERIFICATION, stays,
        "name who signed the store's certificate in ca_file or ca_folder; if that is done, see "
        "that it has not expired and is for the host that endpoint and style make"},
    row{CURLE_SSL_CACERT_BADFILE, stays, "check that ca_file and ca_folder can be read"},
    // also of a connection that breaks in the handshake
    row{CURLE_SSL_CONNECT_ERROR, passes,
        "see that the store speaks TLS at its endpoint; if it does not, put http:// in front"},
    row{CURLE_UNSUPPORTED_PROTOCOL, stays, look_for_another},
    row{CURLE_WEIRD_SERVER_REPLY, passes, look_for_another},
    row{CURLE_RECV_ERROR, passes, look_at_the_network},
    row{CURLE_SEND_ERROR, passes, look_at_the_network},
    row{CURLE_ABORTED_BY_CALLBACK, passes, ""}, // a socket could not be watched
    row{CURLE_SSL_SHUTDOWN_FAILED, passes, ""},
    row{CURLE_GOT_NOTHING, passes, ""},
    row{CURLE_PARTIAL_FILE, passes, ""},
    row{CURLE_SEND_FAIL_REWIND, passes, ""},
    row{CURLE_AGAIN, passes, ""},
};

const row* find(int code) {
    const auto found = std::ranges::find(rows, static_cast<CURLcode>(code), &row::code);
    return found == rows.end() ? nullptr : &*found;
}

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
    const auto* const known = find(code);
    return known != nullptr && known->lasts == passes;
}

std::string_view advice_for(const error_code& e) {
    const auto* const known = e.category() == curl_category() ? find(e.value()) : nullptr;
    return known == nullptr ? std::string_view() : known->advice;
}

const boost::system::error_category& curl_category() {
    static const category instance;
    return instance;
}

} // namespace objftpd::storage::http
