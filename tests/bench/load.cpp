// The load tool of `make bench`: N FTP clients, one thread each, doing one kind of operation.
//
// It talks with the driver in lines, so that the driver can read the server's CPU time
// before and after the operations, without the logins and with the sessions still open:
//
//     load:   ready            all clients are logged in
//     driver: (any line)       begin a round
//     load:   {"bytes": ...}   its result, one line of JSON
//     ...                      more rounds
//     driver: (end of input)   log out and end
//
// Paths may contain {c}, the client's number, and {n}, the operation's number within its
// client (modulo --files, if given).

#include "ftp_client.hpp"

#include <algorithm>
#include <barrier>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <iostream>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

namespace {

using namespace load;
using steady = std::chrono::steady_clock;

constexpr const char* usage =
    "usage: objftpd_load login|idle|retr|stor|list|mlsd --port N --user U --password P\n"
    "         [--host 127.0.0.1] [--path PATTERN] [--clients 1] [--ops N | --seconds S]\n"
    "         [--size BYTES (stor)] [--files N (modulus of {n})] [--tls any|resumed]\n";

/// More failures than this end a client: the measurement is void anyway.
constexpr unsigned error_limit = 10;
constexpr unsigned idle_login_threads = 16;

struct plan {
    std::string mode;
    target server;
    std::string path;
    unsigned clients = 1;
    std::uint64_t ops = std::numeric_limits<std::uint64_t>::max(); // per client
    double seconds = std::numeric_limits<double>::infinity();
    std::uint64_t size = 4096;
    std::uint64_t files = 0;
};

/// What one client did. Each thread has its own, so nothing is shared while the clock runs.
struct tally {
    std::uint64_t bytes = 0;
    std::uint64_t ops = 0;
    std::uint64_t lines = 0; // of the last listing
    std::uint64_t retries = 0;
    unsigned errors = 0;
    std::string first_error;
    std::vector<double> first_byte;
    std::vector<double> total;

    void failed(const std::exception& error) {
        if (errors++ == 0)
            first_error = error.what();
    }
};

std::string expand(const plan& todo, unsigned client, std::uint64_t op) {
    std::string path = todo.path;
    const auto replace = [&path](const char* name, std::uint64_t value) {
        const auto at = path.find(name);
        if (at != std::string::npos)
            path.replace(at, 3, std::to_string(value));
    };
    replace("{c}", client);
    replace("{n}", todo.files ? op % todo.files : op);
    return path;
}

/// Not constant, so that no layer can be fast by luck; the same in every run.
std::string make_block() {
    std::string block(std::size_t{256} << 10, '\0');
    std::uint32_t state = 1;
    for (char& byte : block) {
        state = state * 1664525u + 1013904223u;
        byte = static_cast<char>(state >> 24);
    }
    return block;
}

const std::string block = make_block();

transfer run_once(const plan& todo, ftp_client& client, const std::string& path) {
    if (todo.mode == "retr")
        return client.retrieve(path);
    if (todo.mode == "stor")
        return client.store(path, todo.size, block);
    return client.list(todo.mode == "list" ? "LIST" : "MLSD", path);
}

/// A whole session per operation.
void login_once(const plan& todo, tally& sum) {
    const auto start = steady::now();
    ftp_client client(todo.server);
    client.login();
    client.quit();
    sum.total.push_back(std::chrono::duration<double>(steady::now() - start).count());
    ++sum.ops;
}

void transfer_once(const plan& todo, ftp_client& client, unsigned number, tally& sum) {
    // Clients that share --files begin at different ones, so that they do not read in step.
    const std::uint64_t op = todo.files ? sum.ops + number * 61u : sum.ops;
    const transfer done = run_once(todo, client, expand(todo, number, op));
    ++sum.ops;
    sum.bytes += done.bytes;
    sum.lines = done.lines;
    sum.first_byte.push_back(done.first_byte);
    sum.total.push_back(done.total);
}

/// Works until the plan's number or time is used up, or too much fails.
void work(const plan& todo, ftp_client* client, unsigned number, tally& sum) {
    const auto start = steady::now();
    while (sum.ops < todo.ops && sum.errors < error_limit &&
           std::chrono::duration<double>(steady::now() - start).count() < todo.seconds) {
        try {
            if (client)
                transfer_once(todo, *client, number, sum);
            else
                login_once(todo, sum);
        } catch (const ftp_error& error) {
            // A passive port was taken: the peers answer so now and then, and clients repeat.
            if (error.code() == 425 && sum.retries++ < 100)
                continue;
            sum.failed(error);
            if (error.code() == 0 && client)
                return;
        }
    }
}

double median(std::vector<double> values) {
    if (values.empty())
        return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return out + '"';
}

void print(const std::vector<tally>& tallies, double seconds) {
    tally sum;
    for (const tally& one : tallies) {
        sum.bytes += one.bytes;
        sum.ops += one.ops;
        sum.lines = std::max(sum.lines, one.lines);
        sum.retries += one.retries;
        if (sum.first_error.empty())
            sum.first_error = one.first_error;
        sum.errors += one.errors;
        sum.first_byte.insert(sum.first_byte.end(), one.first_byte.begin(), one.first_byte.end());
        sum.total.insert(sum.total.end(), one.total.begin(), one.total.end());
    }
    std::printf("{\"bytes\": %llu, \"seconds\": %.6f, \"ops\": %llu, \"lines\": %llu, "
                "\"first_byte_ms\": %.3f, \"op_ms\": %.3f, \"retries\": %llu, "
                "\"errors\": %u, \"first_error\": %s}\n",
                static_cast<unsigned long long>(sum.bytes), seconds,
                static_cast<unsigned long long>(sum.ops),
                static_cast<unsigned long long>(sum.lines), median(sum.first_byte) * 1e3,
                median(sum.total) * 1e3, static_cast<unsigned long long>(sum.retries), sum.errors,
                quoted(sum.first_error).c_str());
    std::fflush(stdout);
}

/// False at the end of the driver's input: log out and end.
bool driver_says_go() {
    std::string line;
    return static_cast<bool>(std::getline(std::cin, line));
}

/// Logs in all clients and holds them. The result's ops are the sessions that are open.
void hold_idle(const plan& todo) {
    std::puts("ready");
    std::fflush(stdout);
    if (!driver_says_go())
        return;
    const auto start = steady::now();
    const unsigned threads = std::min(todo.clients, idle_login_threads);
    std::vector<tally> tallies(threads);
    std::vector<std::deque<ftp_client>> sessions(threads);
    {
        std::vector<std::jthread> workers;
        for (unsigned thread = 0; thread < threads; ++thread)
            workers.emplace_back([&, thread] {
                tally& sum = tallies[thread];
                for (unsigned i = thread; i < todo.clients && sum.errors < error_limit;
                     i += threads) {
                    try {
                        sessions[thread].emplace_back(todo.server).login();
                        ++sum.ops;
                    } catch (const std::exception& error) {
                        sum.failed(error);
                    }
                }
            });
    }
    print(tallies, std::chrono::duration<double>(steady::now() - start).count());
    driver_says_go();
}

/// Transfers, listings and logins: a thread for each client, started together in each round.
class client_crowd {
public:
    explicit client_crowd(const plan& todo)
        : todo_(todo), tallies_(todo.clients), gate_(todo.clients + 1) {
        for (unsigned number = 0; number < todo.clients; ++number)
            threads_.emplace_back([this, number] { live(number); });
        gate_.arrive_and_wait(); // all are logged in
    }

    void run_rounds() {
        std::puts("ready");
        std::fflush(stdout);
        while (driver_says_go()) {
            gate_.arrive_and_wait();
            const auto start = steady::now();
            gate_.arrive_and_wait();
            print(tallies_, std::chrono::duration<double>(steady::now() - start).count());
        }
        over_ = true;
        gate_.arrive_and_wait();
    }

private:
    void live(unsigned number) {
        tally& sum = tallies_[number];
        std::optional<ftp_client> client;
        try {
            if (todo_.mode != "login") {
                client.emplace(todo_.server).login();
                client->prepare_transfers();
            }
        } catch (const std::exception& error) {
            sum.failed(error);
        }
        gate_.arrive_and_wait();
        for (;;) {
            gate_.arrive_and_wait(); // the round begins
            if (over_)
                break;
            if (sum.errors == 0) {
                sum = tally();
                work(todo_, client ? &*client : nullptr, number, sum);
            }
            gate_.arrive_and_wait(); // it has ended for all
        }
        try {
            if (client)
                client->quit();
        } catch (const std::exception&) {
            // The results are printed already; how the session ends is not measured.
        }
    }

    const plan& todo_;
    std::vector<tally> tallies_;
    std::barrier<> gate_;
    bool over_ = false; // written before the gate opens, read after
    std::vector<std::jthread> threads_;
};

plan parse(int argc, char** argv) {
    if (argc < 2 || argc % 2 != 0)
        throw std::invalid_argument("a mode, then pairs of option and value");
    plan todo;
    todo.mode = argv[1];
    std::map<std::string, std::string> options;
    for (int i = 2; i + 1 < argc; i += 2)
        options[argv[i]] = argv[i + 1];
    const auto take = [&options](const char* name, auto set) {
        if (const auto found = options.find(name); found != options.end()) {
            set(found->second);
            options.erase(found);
        }
    };
    take("--host", [&](const std::string& v) { todo.server.host = v; });
    take("--port", [&](const std::string& v) {
        todo.server.port = static_cast<std::uint16_t>(std::stoul(v));
    });
    take("--user", [&](const std::string& v) { todo.server.user = v; });
    take("--password", [&](const std::string& v) { todo.server.password = v; });
    take("--tls", [&](const std::string& v) {
        todo.server.protect = v == "resumed" ? encryption::tls_resumed : encryption::tls;
    });
    take("--path", [&](const std::string& v) { todo.path = v; });
    take("--clients",
         [&](const std::string& v) { todo.clients = static_cast<unsigned>(std::stoul(v)); });
    take("--ops", [&](const std::string& v) { todo.ops = std::stoull(v); });
    take("--seconds", [&](const std::string& v) { todo.seconds = std::stod(v); });
    take("--size", [&](const std::string& v) { todo.size = std::stoull(v); });
    take("--files", [&](const std::string& v) { todo.files = std::stoull(v); });
    if (!options.empty())
        throw std::invalid_argument("unknown option " + options.begin()->first);
    for (const char* mode : {"login", "idle", "retr", "stor", "list", "mlsd"})
        if (todo.mode == mode)
            return todo;
    throw std::invalid_argument("unknown mode " + todo.mode);
}

void raise_descriptor_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace

int main(int argc, char** argv) {
    try {
        const plan todo = parse(argc, argv);
        raise_descriptor_limit();
        std::signal(SIGPIPE, SIG_IGN); // OpenSSL writes without MSG_NOSIGNAL
        if (todo.mode == "idle")
            hold_idle(todo);
        else
            client_crowd(todo).run_rounds();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n%s", error.what(), usage);
        return 2;
    }
}
