#include "server/session.hpp"

#include "config/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace objftpd::server {
namespace {

bool is_http(std::string_view verb) {
    constexpr std::array methods = {"GET",    "POST",    "HEAD",    "PUT",
                                    "DELETE", "OPTIONS", "CONNECT", "PATCH"};
    return std::find(methods.begin(), methods.end(), verb) != methods.end();
}

// Commands in a row that are none: no client for people or scripts does that.
constexpr unsigned max_not_understood = 25;

// STAT of a path is a listing; without one it tells of the session itself.
during_operation role_of(const command_spec& spec, std::string_view argument) {
    return spec.verb == "STAT" && !argument.empty() ? during_operation::asks : spec.during;
}

} // namespace

session::session(services& all, asio::io_context& io, accepted_connection from,
                 std::unique_ptr<session_limits::place> taken, std::uint64_t number)
    : shared(all), context(io), id(number), control_(io, from.socket), replies_(io, control_),
      local(std::move(from.local)), peer(std::move(from.peer)),
      protection(all, from.listener, control_, local, peer), place(std::move(taken)),
      data(io, local, peer), scheme_(from.scheme), lines_(all.settings.server.max_command_length),
      control_deadline_(clock::now() + all.settings.server.login_timeout) {}

awaitable<void> session::run() {
    const auto self = shared_from_this();
    if (scheme_ == config::listener_scheme::ftps) {
        protection.data_level = security::level::private_;
        closing = !co_await shake_hands();
    }
    if (!closing) {
        reply greeting(220, shared.settings.server.greeting);
        co_await send(std::move(greeting));
    }
    while (!closing) {
        auto next = co_await next_command();
        if (!next)
            break;
        co_await execute(std::move(*next));
    }
    // The control connection is over. An upload that is being committed goes on. One whose end has
    // not been seen before cannot be told from that of a client that was killed in the middle,
    // unless the client said goodbye, or ALLO of as many bytes.
    // Those may still be on their way from the socket.
    const auto& upload = operation.progress;
    if (operation.running && !upload.committing && !upload.may_become_whole() && !said_quit())
        abort_operation();
    co_await operation_end();
    co_await leave();
    config::log::info("session ended", {{"session", id}, {"user", user_name}});
}

// Before its 1xx reply an operation's client would take any other for the operation's own, unless
// it asks in Telnet's way, which is for that (RFC 959, 4.1.3).
bool session::runs_beside_operation(const command& c) const {
    if (c.verb == "ABOR")
        return true;
    const auto* spec = find_command(c.verb);
    return spec != nullptr && role_of(*spec, c.argument) == during_operation::runs &&
           (operation.announced || c.interrupts) && !operation.speaks;
}

awaitable<std::optional<command>> session::next_command() {
    std::string line;
    for (;;) {
        if (!operation.running && !held_.empty()) {
            auto next = std::move(held_.front());
            held_.pop_front();
            co_return next;
        }
        const auto found = lines_.next(line);
        if (found == line_reader::status::too_long) {
            reply too_long(500, "Command line too long.");
            co_await send(std::move(too_long));
            continue;
        }
        if (found == line_reader::status::line) {
            auto c = parse_command(line);
            c.interrupts = lines_.interrupts();
            // SECURITY: a browser that was talked into posting commands here (RFC 2577, ALPACA).
            if (first_line_ && is_http(c.verb)) {
                config::log::warning("HTTP on the FTP port, closed", {{"session", id}});
                co_return std::nullopt;
            }
            first_line_ = false;
            if (!operation.running || runs_beside_operation(c))
                co_return c;
            held_.push_back(std::move(c));
            if (held_.size() >= shared.settings.server.max_pending_commands)
                co_await operation_end();
            continue;
        }
        if (draining_ && !operation.running) {
            reply farewell(421, "Service is shutting down, closing control connection.");
            co_await send(std::move(farewell));
            co_return std::nullopt;
        }
        if (idle_too_long_) {
            reply farewell(421, account ? "Idle for too long, closing control connection."
                                        : "Login took too long, closing control connection.");
            co_await send(std::move(farewell));
            co_return std::nullopt;
        }
        reading_ = true;
        const auto n = co_await control_.read_some(received_);
        reading_ = false;
        if (!n && n.error() == asio::error::operation_aborted && control_.is_open() &&
            !control_.cancelled())
            continue; // woken to look again
        if (n && *n == 0 && operation.running && operation.asks) {
            co_await operation_end();
            continue;
        }
        if (!n || *n == 0)
            co_return std::nullopt;
        // SECURITY: who sends without a pause under TLS never makes us wait; the other sessions of
        // this thread must get their turn all the same.
        if (*n == received_.size())
            co_await asio::post(asio::use_awaitable);
        lines_.feed({received_.data(), *n});
        auto answers = lines_.take_telnet_answers();
        if (!answers.empty())
            co_await send_raw(std::move(answers));
        touch();
    }
}

// Everything a command must meet before its handler runs, from the columns of its table row.
std::optional<reply> session::refuse(const command_spec* spec, const command& c) {
    if (spec == nullptr) {
        closing = ++not_understood >= max_not_understood;
        return closing ? reply(421, "Too many commands that are none, closing.")
                       : reply(500, "Command not understood.");
    }
    not_understood = 0;
    if (spec->when == phase::logged_in && !account)
        return reply(530, "Please log in with USER and PASS.");
    if (spec->takes == argument::required && c.argument.empty())
        return reply(501, spec->verb_text() + " needs an argument.");
    if (spec->needs && !may(*spec->needs))
        return reply(550, "Permission denied.");
    return std::nullopt;
}

// RNTO must follow RNFR at once (RFC 959, 4.1.3), the transfer REST; only what prepares it and
// keep-alives may come between.
void session::forget_what_does_not_last(const command_spec* spec) {
    if (spec == nullptr || operation.running || spec->state == keeps_state::yes)
        return;
    if (spec->verb != "RNTO")
        rename_from.reset();
    if (spec->during != during_operation::is_transfer)
        restart_at = 0;
}

awaitable<void> session::execute(command c) {
    const auto* spec = find_command(c.verb);
    if (config::log::enabled(config::log_level::debug))
        config::log::debug(
            "command",
            {{"session", id},
             {"verb", c.verb},
             {"argument", spec != nullptr && spec->secret ? std::string("***") : c.argument}});
    forget_what_does_not_last(spec);
    if (auto refusal = refuse(spec, c)) {
        if (spec != nullptr && spec->during == during_operation::is_transfer)
            restart_at = announced_size = 0;
        co_await send(std::move(*refusal));
        co_return;
    }
    const auto role = role_of(*spec, c.argument);
    if (role != during_operation::waits && role != during_operation::runs) {
        start_operation(*spec, role, std::move(c.argument));
        co_return;
    }
    auto answer = co_await spec->run(*this, std::move(c.argument));
    touch();
    log_failure(*spec, answer);
    if (answer.code != 0)
        co_await send(std::move(answer));
}

// The store's own line says what failed; this one says for whom.
void session::log_failure(const command_spec& spec, const reply& answer) const {
    if (answer.code == 451 || answer.code == 452 || answer.code == 552)
        config::log::warning("command failed", {{"session", id},
                                                {"user", user_name},
                                                {"verb", spec.verb},
                                                {"directory", directory.text()},
                                                {"reply", answer.text}});
}

void session::start_operation(const command_spec& spec, during_operation role,
                              std::string argument) {
    operation = operation_state();
    operation.running = true;
    operation.what = spec.verb_text() + ' ' + to_client(argument);
    operation.uses_data = role == during_operation::is_transfer;
    operation.asks = role == during_operation::asks;
    operation.since = clock::now();
    operation.progress.may_commit = [this] { return !has_left(); };
    // The frame holds the session until the operation has ended.
    auto work = run_operation(spec, std::move(argument));
    asio::co_spawn(context, std::move(work), [self = shared_from_this()](std::exception_ptr bug) {
        if (!bug)
            return;
        config::log::error("operation ended by an exception", {{"session", self->id}});
        self->operation.running = false;
        if (self->operation_ended_)
            self->operation_ended_->cancel();
        self->kill();
    });
}

awaitable<void> session::run_operation(const command_spec& spec, std::string argument) {
    auto answer = co_await spec.run(*this, std::move(argument));
    if (operation.uses_data) {
        data.clear();
        restart_at = announced_size = 0;
    }
    no_data_expected();
    touch();
    log_failure(spec, answer);
    if (answer.code != 0)
        co_await send(std::move(answer));
    for (; operation.abors_to_answer > 0; --operation.abors_to_answer) {
        reply abor(226, "ABOR successful.");
        co_await send(std::move(abor));
    }
    operation.running = false;
    operation.stop = std::stop_source(); // what is asked for next was not aborted
    if (operation_ended_)
        operation_ended_->cancel();
    if (!held_.empty() || draining_)
        wake_reader();
}

bool session::said_quit() const {
    return std::any_of(held_.begin(), held_.end(),
                       [](const command& c) { return c.verb == "QUIT"; });
}

awaitable<void> session::operation_end() {
    while (operation.running) {
        operation_ended_.emplace(context, asio::steady_timer::time_point::max());
        co_await operation_ended_->async_wait(as_tuple);
    }
    operation_ended_.reset();
}

void session::abort_operation() {
    if (!std::exchange(operation.progress.aborted, true))
        operation.aborted_since = clock::now();
    operation.stop.request_stop();
    if (operation.uses_data)
        data.cancel();
}

void session::log_reply(const reply& r) const {
    config::log::debug("reply", {{"session", id}, {"code", r.code}, {"text", r.text}});
}

awaitable<void> session::send(reply r) {
    log_reply(r);
    co_await replies_.send(to_wire(r));
}

void session::send_soon(const reply& r) {
    log_reply(r);
    replies_.send_soon(to_wire(r), shared_from_this());
}

awaitable<void> session::send_raw(std::string lines) {
    co_await replies_.send(std::move(lines));
}

bool session::may(config::right wanted) const {
    return account && (account->rights & static_cast<config::rights>(wanted)) != 0;
}

storage::parents session::missing_parents() const {
    return account->strict_parents ? storage::parents::must_exist : storage::parents::create;
}

result<> session::reset_login() {
    if (account) {
        if (!shared.limits.log_out(*place))
            return asio::error::no_buffer_space;
        control_deadline_ = clock::now() + shared.settings.server.login_timeout;
    }
    account.reset();
    files.reset();
    user_name.clear();
    awaiting_password = false;
    directory = storage::virtual_path();
    type = representation::ascii;
    restart_at = 0;
    announced_size = 0;
    rename_from.reset();
    copy_from.reset();
    facts = default_facts;
    hash = storage::hash_algorithm::sha256;
    utf8_requested = false;
    extended_passive_only = false;
    data.clear();
    return {};
}

void session::drain() {
    draining_ = true;
    if (!operation.running)
        wake_reader();
}

// Makes next_command look again at what has changed beside it.
void session::wake_reader() {
    if (reading_)
        control_.wake();
}

void session::kill() {
    abort_operation();
    control_.cancel();
}

} // namespace objftpd::server
