#pragma once

#include "config/eventual.hpp"
#include "server/commands/command_table.hpp"
#include "server/data/data_channel.hpp"
#include "server/data/stream.hpp"
#include "server/data/transfer.hpp"
#include "server/protocol/command.hpp"
#include "server/protocol/facts.hpp"
#include "server/protocol/reply.hpp"
#include "server/reply_writer.hpp"
#include "server/security.hpp"
#include "server/services.hpp"
#include "server/told_sizes.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace objftpd::server {

/// A connection that a listener has taken: connected and non-blocking.
struct accepted_connection {
    int socket;
    asio::ip::tcp::endpoint local;
    asio::ip::tcp::endpoint peer;
    const config::listener_settings& listener;
    config::listener_scheme scheme;
};

/// One client: its control connection and everything it is in the middle of. One coroutine,
/// `run`, reads commands and answers them in order. A command that may take long (a transfer, a
/// listing, a question to the store) runs as the session's one operation beside it, so that ABOR,
/// STAT and NOOP are answered meanwhile; the commands behind it wait.
///
/// Lives on one I/O thread; every call must come from there.
class session : public std::enable_shared_from_this<session> {
public:
    using clock = std::chrono::steady_clock;

    /// Takes over the socket.
    session(services& shared, asio::io_context& context, accepted_connection from,
            std::unique_ptr<session_limits::place> place, std::uint64_t id);

    /// The session from greeting to farewell.
    awaitable<void> run();

    /// Enforces the time limits. Called every now and then.
    void tick(clock::time_point now);

    /// Says 421 and ends; a running transfer may finish first.
    void drain();

    /// Ends at once; what runs is aborted.
    void kill();

    // --- for the commands' handlers ---

    /// Sends a reply that is not the command's last (1xx). It leaves when the handler waits for
    /// something, or together with the last reply if it never does: a small transfer over an
    /// open data connection then takes one write.
    void send_soon(const reply& r);
    awaitable<void> send(reply r);
    /// Sends parts of a reply too long to hold in memory. REQUIRES: well-formed reply lines.
    awaitable<void> send_raw(std::string lines);

    /// What a path argument means here: decoded from the client's charset, taken from the
    /// working directory.
    result<storage::virtual_path> resolve(std::string_view argument) const;
    /// What is at `path`. It is not waited for longer than server.finalize_timeout
    /// (asio::error::timed_out), nor after ABOR (asio::error::operation_aborted).
    /// REQUIRES: the command is an operation.
    awaitable<result<storage::entry>> look_up(storage::virtual_path path,
                                              storage::expected kind = storage::expected::file);
    /// What a path argument names, if it is there; the same holds.
    struct named_entry {
        storage::virtual_path path;
        storage::entry entry;
    };
    awaitable<result<named_entry>> find(std::string argument,
                                        storage::expected kind = storage::expected::file);
    /// The client learns the size of that: where an upload broke off, it will go on from there.
    void tell(const storage::virtual_path& path, const storage::entry& e);
    /// Where this client, or its user in another session, thinks the end to be; bytes.
    std::optional<std::uint64_t> told(const storage::virtual_path& path) const;
    void forget_told(const storage::virtual_path& path);
    /// A path or name as the client's charset has it; '?' where that is impossible.
    std::string to_client(std::string_view utf8) const;
    config::charset charset() const;

    bool may(config::right wanted) const;
    /// What becomes of directories that an upload, MKD or RNTO would need.
    storage::parents missing_parents() const;

    /// The running operation gets no more time than this without progress.
    void expect_data_within(std::chrono::seconds limit);
    void no_data_expected() { data_deadline_ = clock::time_point::max(); }

    /// The passive port that has just been promised is closed when the client does not use it.
    void expect_client_on_port();

    /// Sends `accepted` and begins TLS on the control connection; where that fails the session
    /// ends. SECURITY: so it does when commands have come in clear behind AUTH, which anybody on
    /// the way could have put there.
    awaitable<void> upgrade_to_tls(reply accepted);
    /// Sends `accepted` and goes on in clear.
    awaitable<void> downgrade_to_clear(reply accepted);

    /// Whether replies no longer reach the client.
    bool is_unheard() const { return control_.cancelled(); }
    /// Whether the client has closed the control connection, without QUIT.
    bool has_left() const { return !said_quit() && control_.peer_is_gone(); }

    /// Ends the running operation with 426 as soon as it can be ended.
    void abort_operation();

    /// Forgets who is logged in and all that was set.
    /// Nothing is allowed but to log in again, within the time a new session has. Error: the
    /// places of sessions that have not logged in are all taken.
    [[nodiscard]] result<> reset_login();

    services& shared;
    asio::io_context& context;
    const std::uint64_t id;

private: // here because what follows is made with them
    stream control_;
    reply_writer replies_;

public:
    const asio::ip::tcp::endpoint local;
    const asio::ip::tcp::endpoint peer;
    security protection;
    std::string host_name;                        // HOST
    std::unique_ptr<session_limits::place> place; // until the session is over

    // --- login ---
    std::string user_name; // as given in USER
    bool awaiting_password = false;
    unsigned login_failures = 0;
    auth::account account; // null until logged in
    std::shared_ptr<const storage::virtual_filesystem> files;

    // --- what the next command finds ---
    storage::virtual_path directory;
    enum class representation { ascii, image } type = representation::ascii;
    std::uint64_t restart_at = 0;     // REST, for the next transfer
    std::uint64_t announced_size = 0; // ALLO, for the next upload
    std::optional<storage::virtual_path> rename_from;
    std::optional<storage::virtual_path> copy_from; // SITE CPFR
    told_sizes told_here; // what others do with the files since does not change it
    fact_set facts = default_facts;
    storage::hash_algorithm hash = storage::hash_algorithm::sha256;
    bool utf8_requested = false;        // OPTS UTF8 ON
    bool extended_passive_only = false; // EPSV ALL
    bool closing = false;               // the reply under way is the last
    unsigned not_understood = 0;        // commands in a row

    // --- data connection ---
    data_channel data;

    // --- the running operation ---
    struct operation_state {
        bool running = false;
        bool announced = false; // its 1xx reply is sent: STAT and NOOP run beside it
        bool uses_data = false; // is a transfer
        bool asks = false;      // during_operation::asks
        bool speaks = false;    // its reply has begun: only ABOR runs beside it
        bool streaming = false; // data are expected to move; else a stall is no fault
        bool timed_out = false;
        unsigned abors_to_answer = 0; // replies to ABOR that are due after the operation's
        std::string what;             // "RETR /a/b"
        clock::time_point since;
        transfer_progress progress;
        std::shared_ptr<const storage::work_progress> steps; // of what is no transfer; may be null
        clock::time_point answer_due = clock::time_point::max(); // of asking or telling a store
        std::stop_source stop; // for work in the store that no connection's end would stop
        clock::time_point aborted_since;
        /// Once it is aborted, or its answer overdue: lets work go on in the store without the
        /// client.
        std::function<void()> leave;
    } operation;

private:
    using question = eventual<result<storage::entry>>; // to the store

    awaitable<std::optional<command>> next_command();
    awaitable<void> execute(command c);
    bool runs_beside_operation(const command& c) const;
    std::optional<reply> refuse(const command_spec* spec, const command& c);
    void forget_what_does_not_last(const command_spec* spec);
    void start_operation(const command_spec& spec, during_operation role, std::string argument);
    awaitable<void> run_operation(const command_spec& spec, std::string argument);
    awaitable<void> operation_end();
    static awaitable<void> ask(std::shared_ptr<const storage::virtual_filesystem> files,
                               storage::virtual_path path, storage::expected kind,
                               std::shared_ptr<question> asked);
    void log_reply(const reply& r) const;
    void log_failure(const command_spec& spec, const reply& answer) const;
    bool said_quit() const; // the client wants to leave when the operation has ended
    void touch();
    void wake_reader();
    awaitable<bool> shake_hands();
    awaitable<void> leave();

    const config::listener_scheme scheme_;
    line_reader lines_;
    std::array<char, 512> received_;
    std::deque<command> held_;        // came while an operation runs
    std::shared_ptr<question> asked_; // the last one, if nobody has taken its answer
    bool draining_ = false;
    bool idle_too_long_ = false;
    bool reading_ = false;
    bool first_line_ = true;
    std::optional<asio::steady_timer> operation_ended_; // cancelled by the operation's end
    clock::time_point control_deadline_;
    clock::time_point data_deadline_ = clock::time_point::max();
    clock::time_point port_deadline_ = clock::time_point::max();
    clock::time_point handshake_deadline_ = clock::time_point::max();
};

} // namespace objftpd::server
