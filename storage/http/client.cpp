#include "storage/http/client.hpp"

#include "storage/http/curl_error.hpp"

#include <boost/asio/error.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

namespace objftpd::storage::http {
namespace {

constexpr auto no_deadline = std::chrono::steady_clock::time_point::max();

void begin_to_use_curl() {
    static const auto done = ::curl_global_init(CURL_GLOBAL_DEFAULT);
    if (done != CURLE_OK)
        throw std::runtime_error(::curl_easy_strerror(done));
}

} // namespace

struct client_callbacks {
    static int socket(CURL* easy, curl_socket_t s, int wanted, void* self, void*) {
        return guarded([&] {
            if (wanted == CURL_POLL_REMOVE && !client::has_answered(easy))
                static_cast<client*>(self)->forget(s);
            else
                static_cast<client*>(self)->change_watch(s, wanted);
        });
    }

    static int timer(CURLM*, long milliseconds, void* self) {
        return guarded([&] { static_cast<client*>(self)->set_timer(milliseconds); });
    }

    static curl_socket_t open(void* self, curlsocktype, curl_sockaddr* to) {
        const int s = ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
        if (s >= 0)
            guarded([&] { static_cast<client*>(self)->forget(s); }); // which had the number before
        return s;
    }

    static int close(void* self, curl_socket_t s) {
        guarded([&] { static_cast<client*>(self)->forget(s); });
        return ::close(s);
    }

    // No exception may pass through libcurl, which is C. After -1 it gives up all that is under
    // way.
    template <class Step>
    static int guarded(Step step) noexcept {
        try {
            step();
            return 0;
        } catch (...) {
            return -1;
        }
    }
};

client::client(asio::io_context& context, client_settings settings)
    : context_(context), settings_(std::move(settings)), multi_(nullptr), timer_(context),
      deadline_(no_deadline), alive_(std::make_shared<client*>(this)) {
    begin_to_use_curl();
    multi_ = ::curl_multi_init();
    if (multi_ == nullptr)
        throw std::bad_alloc();
    ::curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, client_callbacks::socket);
    ::curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    ::curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, client_callbacks::timer);
    ::curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    ::curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, settings_.max_connections);
    ::curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
}

client::~client() {
    *alive_ = nullptr;
    ::curl_multi_cleanup(multi_);
}

awaitable<result<std::unique_ptr<exchange>>> client::send(request r, request_body body,
                                                          std::stop_token stop,
                                                          std::optional<time_limits> patience,
                                                          bool* was_sent) {
    time_limits usual;
    usual.stall = settings_.stall_timeout;
    usual.total = settings_.total_timeout;
    std::unique_ptr<exchange> made(
        new exchange(*this, r, std::move(body), patience.value_or(usual)));
    ::curl_easy_setopt(made->easy_.get(), CURLOPT_OPENSOCKETFUNCTION, client_callbacks::open);
    ::curl_easy_setopt(made->easy_.get(), CURLOPT_OPENSOCKETDATA, this);
    ::curl_easy_setopt(made->easy_.get(), CURLOPT_CLOSESOCKETFUNCTION, client_callbacks::close);
    ::curl_easy_setopt(made->easy_.get(), CURLOPT_CLOSESOCKETDATA, this);
    if (made->failed_)
        co_return made->failed_;
    acting_ = true;
    const auto added = ::curl_multi_add_handle(multi_, made->easy_.get());
    acting_ = false;
    if (added != CURLM_OK)
        co_return curl_error(CURLE_FAILED_INIT);
    made->end_on(std::move(stop));
    go_on();
    const auto answered = co_await made->wait_for_head();
    if (was_sent != nullptr)
        *was_sent = made->was_sent();
    if (!answered)
        co_return answered.error();
    co_return std::move(made);
}

// libcurl counts connections that are in use towards those that it keeps.
void client::count(int more) {
    exchanges_ += more;
    ::curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, settings_.kept_connections + exchanges_);
}

// Then its socket is a connection, and libcurl tells when it closes it. The transfer may have
// paused, or the connection may be kept for the next one.
bool client::has_answered(CURL* easy) {
    exchange* x = nullptr;
    ::curl_easy_getinfo(easy, CURLINFO_PRIVATE, &x);
    return x != nullptr && x->head_complete_;
}

// That nothing is wanted of a connection any more does not take it out of the reactor: what goes on
// or comes next would have to put it in again.
void client::change_watch(curl_socket_t socket, int wanted) {
    auto found = sockets_.find(socket);
    if (found == sockets_.end())
        found = sockets_.emplace(socket, std::make_shared<watched>(context_, socket)).first;
    auto& changed = *found->second;
    changed.wanted = wanted == CURL_POLL_REMOVE ? 0 : wanted;
    if (changed.wanted == 0 && (changed.reading || changed.writing))
        changed.descriptor.cancel(); // nothing keeps the event loop at work that has no work
    watch(found->second);
}

// Waits for what libcurl wants to know of a socket and is not waited for yet.
void client::watch(const std::shared_ptr<watched>& socket) {
    const auto start = [&](bool& waiting, asio::posix::stream_descriptor::wait_type kind,
                           int event) {
        if (waiting)
            return;
        waiting = true;
        socket->descriptor.async_wait(
            kind, [alive = alive_, socket, event, &waiting](const error_code& failed) {
                waiting = false;
                auto* const self = *alive;
                const bool cancelled = failed == asio::error::operation_aborted;
                if (self == nullptr || (failed && !cancelled) || !socket->descriptor.is_open())
                    return;
                if (!cancelled)
                    self->act(socket->descriptor.native_handle(), event);
                if (socket->descriptor.is_open()) // maybe wanted still, or anew
                    self->watch(socket);
            });
    };
    if ((socket->wanted & CURL_POLL_IN) != 0)
        start(socket->reading, asio::posix::stream_descriptor::wait_read, CURL_CSELECT_IN);
    if ((socket->wanted & CURL_POLL_OUT) != 0)
        start(socket->writing, asio::posix::stream_descriptor::wait_write, CURL_CSELECT_OUT);
}

// libcurl 7.88 closes a socket that never got connected without a word, and says afterwards, in the
// same call, that it is not to be watched any more. Its number may be another socket's by then:
// nobody but this client registers a descriptor in this thread's reactor during that call, so that
// there is none that the reactor could be made to forget.
void client::forget(curl_socket_t socket) {
    const auto found = sockets_.find(socket);
    if (found == sockets_.end())
        return;
    found->second->descriptor.release(); // libcurl closes it
    sockets_.erase(found);
}

void client::act(curl_socket_t socket, int event) {
    int running = 0;
    acting_ = true;
    ::curl_multi_socket_action(multi_, socket, event, &running);
    acting_ = false;
    collect_finished();
    arm_timer();
}

// With all that waits for no socket. libcurl says anew when it wants to be called next, or nothing
// if never.
void client::go_on() {
    deadline_ = no_deadline;
    act(CURL_SOCKET_TIMEOUT, 0);
}

// What libcurl has kept is delivered at once. What ends with it is over at once, too: a connection
// is kept only if its exchange was not dropped before its end.
CURLcode client::unpause(CURL* easy) {
    acting_ = true;
    const auto code = ::curl_easy_pause(easy, CURLPAUSE_CONT);
    acting_ = false;
    go_on();
    return code;
}

void client::collect_finished() {
    int left = 0;
    while (const auto* const message = ::curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE)
            continue;
        exchange* x = nullptr;
        ::curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &x);
        x->finished(message->data.result);
    }
}

// Never acts at once: libcurl is in the middle of its own work when it sets the timer.
void client::set_timer(long milliseconds) {
    deadline_ = milliseconds < 0
                    ? no_deadline
                    : std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
    if (!acting_)
        arm_timer();
}

// libcurl moves its deadlines with every request, mostly away: a timer that fires too early finds
// out, and costs less than one that is set each time.
void client::arm_timer() {
    if (deadline_ == no_deadline && std::exchange(armed_, std::nullopt))
        timer_.cancel(); // nothing keeps the event loop at work that has no work
    if (deadline_ == no_deadline || (armed_ && *armed_ <= deadline_))
        return;
    armed_ = deadline_;
    timer_.expires_at(deadline_);
    timer_.async_wait([alive = alive_](const error_code& stopped) {
        auto* const self = *alive;
        if (stopped || self == nullptr)
            return;
        self->armed_.reset();
        if (std::chrono::steady_clock::now() >= self->deadline_)
            self->go_on();
        else
            self->arm_timer();
    });
}

} // namespace objftpd::storage::http
