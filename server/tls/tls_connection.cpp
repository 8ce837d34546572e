#include "server/tls/tls_connection.hpp"

#include "server/tls/tls_callbacks.hpp"
#include "server/tls/tls_error.hpp"

#include <boost/asio/error.hpp>

#include <openssl/err.h>
#include <openssl/rand.h>

#include <sys/socket.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace objftpd::server {
namespace {

constexpr std::size_t record_size = 16 << 10;
constexpr std::size_t record_overhead = 512; // header, padding, tag; OpenSSL's own limit is less
// A data connection sends several records with one system call.
constexpr std::size_t batch_size = 4 * (record_size + record_overhead);
constexpr std::size_t read_ahead_size = 4 * (record_size + record_overhead);
constexpr std::size_t worth_keeping = 1 << 10; // of an idle control connection

std::vector<unsigned char> session_id(SSL* ssl) {
    const auto* const session = ::SSL_get_session(ssl);
    if (session == nullptr || ::SSL_version(ssl) > TLS1_2_VERSION)
        return {};
    unsigned length = 0;
    const auto* const id = ::SSL_SESSION_get_id(session, &length);
    return {id, id + length};
}

} // namespace

tls_connection::tls_connection(std::shared_ptr<const tls_context> context, int socket, role r)
    : context_(std::move(context)), socket_(socket), role_(r),
      ssl_(::SSL_new(context_->native_handle())) {
    auto* const bio = ::BIO_new(tls_callbacks::bio_method());
    if (!ssl_ || bio == nullptr)
        throw std::bad_alloc();
    ::BIO_set_data(bio, this);
    ::BIO_set_init(bio, 1);
    ::SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_app_data(ssl_.get(), this);
    ::SSL_set_accept_state(ssl_.get());
}

// SECURITY: a session is resumed only in the context it began in, for who resumes one is not asked
// for a certificate again.
void tls_connection::set_session_context(std::span<const unsigned char> id) {
    ::SSL_set_session_id_context(ssl_.get(), id.data(), static_cast<unsigned>(id.size()));
}

tls_connection::tls_connection(std::shared_ptr<const tls_context> context, int socket,
                               config::client_certificate ask, std::string host)
    : tls_connection(std::move(context), socket, role::control) {
    host_ = std::move(host);
    if (::RAND_bytes(token_.data(), static_cast<int>(token_.size())) != 1)
        throw std::runtime_error("no random numbers to be had");
    session_context_ = {'o', static_cast<unsigned char>(ask)};
    set_session_context(session_context_);
    if (ask != config::client_certificate::off)
        ::SSL_set_verify(
            ssl_.get(),
            SSL_VERIFY_PEER |
                (ask == config::client_certificate::required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
            nullptr);
}

void tls_connection::read_ahead() {
    ::SSL_set_read_ahead(ssl_.get(), 1);
}

tls_connection::tls_connection(const tls_connection& control, int socket,
                               config::session_reuse reuse)
    : tls_connection(control.context_, socket, role::data) {
    reuse_ = reuse;
    host_ = control.host(); // clients often name no server here
    token_ = control.token_;
    if (!control.ticket_is_taken_)
        control_session_id_ = session_id(control.ssl_.get());
    if (reuse == config::session_reuse::off) {
        set_session_context(token_); // of no session
    } else {
        set_session_context(control.session_context_);
        // OpenSSL forgets a session when a connection with it breaks; an aborted transfer must not
        // keep the client from the next one.
        if (!control_session_id_.empty())
            ::SSL_CTX_add_session(context_->native_handle(), ::SSL_get_session(control.ssl_.get()));
    }
    ::SSL_set_verify(ssl_.get(), ::SSL_get_verify_mode(control.ssl_.get()), nullptr);
    // A client that only sends would not read tickets, and answer with a reset when it closes.
    ::SSL_set_num_tickets(ssl_.get(), 0);
    ::SSL_set_read_ahead(ssl_.get(), 1);
    ::SSL_set_default_read_buffer_len(ssl_.get(), read_ahead_size);
}

tls_connection::~tls_connection() = default;

// What a call of OpenSSL that did not succeed means.
error_code tls_connection::failure(int returned) {
    const int kind = ::SSL_get_error(ssl_.get(), returned);
    if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE) {
        if (!broken_)
            return asio::error::would_block;
    } else if (!broken_) {
        broken_ = take_openssl_error();
        const bool in_record = ::SSL_has_pending(ssl_.get()) == 1 ||
                               std::string_view(::SSL_rstate_string(ssl_.get())) != "RH";
        if (broken_ == tls_errc::truncated && in_record)
            broken_ = tls_errc::truncated_record;
    }
    ::ERR_clear_error();
    return broken_;
}

error_code tls_connection::handshake() {
    if (broken_)
        return broken_;
    ::ERR_clear_error();
    drained_ = false;
    const int done = ::SSL_do_handshake(ssl_.get());
    const auto failed = done == 1 ? error_code() : failure(done);
    const auto unsent = flush(); // an alert too
    const bool goes_on = !failed || failed == asio::error::would_block;
    return goes_on && unsent ? unsent : failed;
}

result<std::size_t> tls_connection::read_some(std::span<char> buffer) {
    if (broken_)
        return broken_;
    ::ERR_clear_error();
    drained_ = false;
    error_code failed;
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        std::size_t n = 0;
        const int done =
            ::SSL_read_ex(ssl_.get(), buffer.data() + filled, buffer.size() - filled, &n);
        if (done == 1) {
            filled += n;
            continue;
        }
        if (::SSL_get_error(ssl_.get(), done) != SSL_ERROR_ZERO_RETURN)
            failed = failure(done);
        break; // the end, or what is broken, shows again at the next call
    }
    // Reading may have something to say: a ticket that is due, a key update, an alert.
    if (has_unsent())
        static_cast<void>(flush());
    if (filled == 0 && failed)
        return failed;
    return filled;
}

result<std::size_t> tls_connection::write_some(std::span<const char> bytes) {
    const auto taken = queue(bytes);
    if (!taken)
        return taken;
    const auto failed = flush();
    if (failed && failed != asio::error::would_block)
        return failed;
    return taken;
}

result<std::size_t> tls_connection::queue(std::span<const char> bytes) {
    if (broken_)
        return broken_;
    ::ERR_clear_error();
    const auto room_for_record = [&] {
        return role_ == role::control
                   ? unsent_.empty() || unsent_.size() < batch_size
                   : unsent_.size() + record_size + record_overhead <= batch_size;
    };
    if (role_ == role::data && bytes.size() >= record_size)
        unsent_.reserve(batch_size);
    std::size_t taken = 0;
    while (taken < bytes.size()) {
        if (!room_for_record()) {
            const auto failed = flush();
            if (failed && failed != asio::error::would_block)
                return failed;
            if (!room_for_record())
                break;
        }
        const auto next = std::min(record_size, bytes.size() - taken);
        std::size_t n = 0;
        const int done = ::SSL_write_ex(ssl_.get(), bytes.data() + taken, next, &n);
        if (done != 1)
            return failure(done);
        taken += n;
    }
    if (taken == 0 && !bytes.empty())
        return error_code(asio::error::would_block);
    return taken;
}

error_code tls_connection::flush() {
    while (has_unsent()) {
        const auto n = ::send(socket_, unsent_.data() + unsent_begin_,
                              unsent_.size() - unsent_begin_, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n >= 0) {
            unsent_begin_ += static_cast<std::size_t>(n);
            continue;
        }
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN)
            return asio::error::would_block;
        return last_system_error();
    }
    release_memory();
    return {};
}

void tls_connection::release_memory() {
    unsent_begin_ = 0;
    unsent_.clear();
    if (role_ == role::control && unsent_.capacity() > worth_keeping)
        std::vector<char>().swap(unsent_);
}

error_code tls_connection::close_notify() {
    if (broken_)
        return broken_;
    if (std::exchange(notified_, true))
        return {};
    ::ERR_clear_error();
    if (::SSL_shutdown(ssl_.get()) < 0)
        return take_openssl_error();
    const auto failed = flush();
    return failed == asio::error::would_block ? error_code() : failed;
}

void tls_connection::renew_ticket() {
    ::SSL_new_session_ticket(ssl_.get()); // does nothing but in TLS 1.3
}

bool tls_connection::is_resumed() const {
    if (::SSL_session_reused(ssl_.get()) == 0)
        return false;
    if (ticket_is_taken_)
        return true;
    // Without tickets the session came from the context's cache, by its id.
    return !control_session_id_.empty() && control_session_id_ == session_id(ssl_.get());
}

bool tls_connection::has_certificate_of(const tls_connection& control) const {
    const auto* const expected = ::SSL_get0_peer_certificate(control.ssl_.get());
    const auto* const shown = ::SSL_get0_peer_certificate(ssl_.get());
    if (expected == nullptr)
        return true;
    return shown != nullptr && ::X509_cmp(expected, shown) == 0;
}

std::vector<std::string> tls_connection::client_names() const {
    auto* const certificate = ::SSL_get0_peer_certificate(ssl_.get());
    // SECURITY: unverified names are nobody's.
    if (certificate == nullptr || ::SSL_get_verify_result(ssl_.get()) != X509_V_OK)
        return {};
    return names_in(*certificate);
}

std::string tls_connection::server_name() const {
    const auto* const name = ::SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
    return name != nullptr ? name : "";
}

std::string tls_connection::host() const {
    const auto named = server_name();
    return named.empty() ? host_ : named;
}

std::string tls_connection::description() const {
    return std::string(::SSL_get_version(ssl_.get())) + ' ' + ::SSL_get_cipher(ssl_.get());
}

} // namespace objftpd::server
