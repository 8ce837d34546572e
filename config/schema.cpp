#include "config/schema.hpp"

#include "config/listener.hpp"
#include "config/names.hpp"
#include "config/text.hpp"

namespace objftpd::config {
namespace {

using namespace std::chrono_literals;

complaint set_passive_ports(server_settings& server, const value& v) {
    const auto* const text = std::get_if<std::string>(&v);
    if (!text)
        return unexpected;
    complaint problem;
    if (const auto parsed = parse_port_range(*text, problem))
        server.passive_ports = *parsed;
    return problem;
}

complaint check_greeting(std::string& text) {
    if (text.empty() || text.size() > 500 || has_control_characters(text))
        return unexpected;
    return {};
}

} // namespace

complaint check_path(std::string& text) {
    if (text.empty() || text.find('\0') != std::string::npos)
        return unexpected;
    return {};
}

const std::vector<option<settings>>& top_options() {
    using make = row<settings>;
    static const std::vector<option<settings>> options{
        make::text("state", &settings::state_directory, "state", "a folder",
                   "Where the server keeps what it must remember itself: its lock, its certificate "
                   "if it has made one, and which directories are being renamed. Made when "
                   "missing, readable by its owner only.",
                   check_path),
    };
    return options;
}

const std::vector<option<server_settings>>& server_options() {
    using s = server_settings;
    using make = row<s>;
    static const std::vector<option<s>> options{
        make::text("greeting", &s::greeting, "objftpd ready.",
                   "one line of text, at most 500 bytes", "The text of the first reply (220).",
                   check_greeting),
        option<s>{"passive_ports", "a range of ports, such as \"50000-50999\", or \"any\"",
                  "50000-50999",
                  "The ports for passive data connections, both ends included, at least ten. "
                  "Open them in the firewall. \"any\" leaves the choice to the system.",
                  set_passive_ports},
        make::count("io_threads", &s::io_threads, 0, 0, 256,
                    "Threads that serve connections. 0 stands for one per processor core."),
        make::count("disk_threads", &s::disk_threads, 16, 1, 256,
                    "Threads for the system calls of stores of type \"local\"."),
        make::count("hash_threads", &s::hash_threads, 2, 1, 64,
                    "Threads that check passwords. Each needs the memory of one hash (12 MiB "
                    "unless the hash says more)."),
        make::count("max_sessions", &s::max_sessions, 2000, 1, 100'000,
                    "Control connections at the same time; further ones are told 421. Each may "
                    "need three file descriptors."),
        make::count("max_sessions_per_address", &s::max_sessions_per_address, 500, 1, 100'000,
                    "The same for one client address (IPv6: one /64 network)."),
        make::count("max_unauthenticated", &s::max_unauthenticated, 200, 1, 100'000,
                    "Sessions that have not logged in yet."),
        make::size("max_command_length", &s::max_command_length, 4 << 10, 1 << 10, 64 << 10,
                   "Longest command line without its end. A longer one is answered with 500 and "
                   "not kept in memory."),
        make::count("max_pending_commands", &s::max_pending_commands, 32, 1, 1000,
                    "Commands that a session may send ahead of their replies; beyond that the "
                    "server stops reading."),
        make::count("max_login_attempts", &s::max_login_attempts, 3, 1, 100,
                    "Failed logins after which a session ends with 421."),
        make::count("max_login_failures_per_address", &s::max_login_failures_per_address, 20, 0,
                    100'000,
                    "Failed logins of one client address (IPv6: one /64 network) within "
                    "login_failure_window after which it is refused for login_ban. 0 switches "
                    "this off."),
        make::duration("login_failure_window", &s::login_failure_window, 10min, 1s, 24h,
                       "Time within which the failed logins of one address are counted."),
        make::duration("login_ban", &s::login_ban, 10min, 1s, 24h * 7,
                       "Time for which an address with too many failed logins is refused."),
        make::duration("login_failure_delay", &s::login_failure_delay, 500ms, 0ms, 10s,
                       "How long the reply to a failed login is held back."),
        make::duration("login_timeout", &s::login_timeout, 60s, 5s, 10min,
                       "Time for a new connection to log in."),
        make::duration("idle_timeout", &s::idle_timeout, 300s, 10s, 24h,
                       "Time without a command and without a transfer after which a session ends "
                       "with 421. RFC 1123 asks for at least five minutes."),
        make::duration("passive_timeout", &s::passive_timeout, 30s, 1s, 5min,
                       "Time for the client to connect after PASV or EPSV."),
        make::duration("active_timeout", &s::active_timeout, 10s, 1s, 5min,
                       "Time for the server's own connection after PORT or EPRT."),
        make::duration("stall_timeout", &s::stall_timeout, 120s, 5s, 24h,
                       "Time without a single byte on a data connection after which the transfer "
                       "is aborted."),
        make::duration("finalize_timeout", &s::finalize_timeout, 50s, 1s, 24h,
                       "Time for the store to confirm an upload when all data are there. Then the "
                       "client is told 451 and the upload is finished without it: what became of "
                       "it is in the log. Most clients wait for a minute. After the same time "
                       "DELE, RMD and MKD are left to the store in the same way, and SIZE, CWD and "
                       "what else only asks for a file are answered with 451."),
        make::duration("drain_timeout", &s::drain_timeout, 30s, 0s, 24h,
                       "Time that running transfers are given after SIGTERM. A second SIGTERM "
                       "ends at once."),
        make::choice("clean_up", &s::clean_up, "remove",
                     {{"off", clean_up_policy::off},
                      {"report", clean_up_policy::report},
                      {"remove", clean_up_policy::remove}},
                     "What becomes of uploads that this server has begun, that never came to their "
                     "end, and that are older than the store's keep_unfinished: most stores bill "
                     "them without showing them. It costs a listing of unfinished uploads for each "
                     "mount, and a request for each old one. Uploads that other programs have "
                     "begun are left alone."),
        make::duration("clean_up_interval", &s::clean_up_interval, 24h, 1s, 24h * 365,
                       "How often they are looked for; the first time five minutes after the "
                       "start."),
        make::size(
            "upload_memory", &s::upload_memory, 128 << 20, 8 << 20, std::uint64_t{1} << 40,
            "Memory of all sessions together for uploads on their way to stores of type "
            "\"s3\" and \"oss\". When it is used up, clients are held back; four uploads may "
            "exceed it by 8 MiB each, or they might wait for each other for ever. What "
            "parallel_reads fetches ahead may fill half of it."),
    };
    return options;
}

const std::vector<option<log_settings>>& log_options() {
    using make = row<log_settings>;
    static const std::vector<option<log_settings>> options{
        make::choice("level", &log_settings::level, "info",
                     {{"trace", log_level::trace},
                      {"debug", log_level::debug},
                      {"info", log_level::info},
                      {"warning", log_level::warning},
                      {"error", log_level::error},
                      {"off", log_level::off}},
                     "The least important lines that are written. \"debug\" tells of each request "
                     "to a store, \"trace\" also what its signature covers, without secrets."),
        make::text("file", &log_settings::file, "", "a file, or \"\" for standard error",
                   "Where the lines go. The file is appended to and readable by its owner and "
                   "group."),
    };
    return options;
}

} // namespace objftpd::config
