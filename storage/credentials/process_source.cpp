#include "storage/credentials/process_source.hpp"

#include "config/async.hpp"
#include "storage/credentials/documents.hpp"
#include "storage/local/descriptor.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>

namespace objftpd::storage::credentials {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t longest_output = 64 << 10;
constexpr std::chrono::milliseconds look_for_end(20);
constexpr const char* look_at_command = "run credentials_command by hand, as this server's user";

/// A child in a process group of its own, killed with all of it unless it has ended.
class child_process {
public:
    explicit child_process(pid_t id) : id_(id) {}
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;
    ~child_process() {
        if (id_ <= 0)
            return;
        ::kill(-id_, SIGKILL);
        ::waitpid(id_, nullptr, 0); // of a killed process: at once
    }

    /// Its status, once it has ended.
    std::optional<int> ended() {
        int status = 0;
        if (::waitpid(id_, &status, WNOHANG) != id_)
            return std::nullopt;
        id_ = 0;
        return status;
    }

private:
    pid_t id_;
};

/// How a child begins.
class preparations {
public:
    explicit preparations(int output) {
        ::posix_spawn_file_actions_init(&files_);
        ::posix_spawn_file_actions_addopen(&files_, 0, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&files_, output, 1);
        // SECURITY: no socket and no file of ours.
        ::posix_spawn_file_actions_addclosefrom_np(&files_, 3);
        ::posix_spawnattr_init(&attributes_);
        sigset_t none, all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                     POSIX_SPAWN_SETPGROUP);
    }
    preparations(const preparations&) = delete;
    preparations& operator=(const preparations&) = delete;
    ~preparations() {
        ::posix_spawn_file_actions_destroy(&files_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    result<pid_t> start(std::vector<std::string> command) const {
        std::vector<char*> words;
        for (auto& word : command)
            words.push_back(word.data());
        words.push_back(nullptr);
        pid_t id = 0;
        const int failed =
            ::posix_spawnp(&id, words.front(), &files_, &attributes_, words.data(), environ);
        if (failed != 0)
            return error_code(failed, boost::system::system_category());
        return id;
    }

private:
    posix_spawn_file_actions_t files_{};
    posix_spawnattr_t attributes_{};
};

/// What a child writes.
struct child_output {
    child_output(const asio::any_io_executor& executor, int end) : stream(executor, end) {}

    asio::posix::stream_descriptor stream;
    bool late = false;
};

enum class reading { complete, too_long, broken };

awaitable<reading> read_all(asio::posix::stream_descriptor& from, std::string& text) {
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto [failed, n] =
            co_await from.async_read_some(asio::buffer(buffer.data(), buffer.size()), as_tuple);
        text.append(buffer.data(), n);
        if (failed == asio::error::eof)
            co_return reading::complete;
        if (failed)
            co_return reading::broken;
        if (text.size() > longest_output)
            co_return reading::too_long;
    }
}

std::string text_of(int status) {
    return WIFSIGNALED(status) ? "was ended by signal " + std::to_string(WTERMSIG(status))
                               : "ended with code " + std::to_string(WEXITSTATUS(status));
}

} // namespace

awaitable<fetch_result> process_source::fetch() {
    const auto executor = co_await asio::this_coro::executor;
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        co_return failure("no pipe: " + last_system_error().message(), "raise the limit of files");
    const auto output = std::make_shared<child_output>(executor, ends[0]);
    local::descriptor input(ends[1]);
    const auto started = preparations(input.get()).start(command_);
    input.reset();
    if (!started)
        co_return failure("\"" + command_.front() +
                              "\" cannot be run: " + started.error().message(),
                          "check credentials_command");
    child_process child(*started);

    const auto deadline = clock::now() + time_;
    asio::steady_timer timer(executor, deadline);
    // The handler may run after the coroutine has ended.
    timer.async_wait([output](const error_code& cancelled) {
        if (cancelled)
            return;
        output->late = true;
        output->stream.cancel();
    });
    std::string text;
    const auto got = co_await read_all(output->stream, text);
    timer.cancel();
    auto status = child.ended();
    while (got == reading::complete && !status && clock::now() < deadline) {
        co_await sleep_for(look_for_end);
        status = child.ended();
    }
    const auto program = "\"" + command_.front() + "\" ";
    if (got == reading::too_long)
        co_return failure(program + "writes more than 64 KiB", look_at_command);
    if (output->late || !status)
        co_return failure(program + "takes too long", look_at_command);
    if (*status != 0)
        co_return failure(program + text_of(*status), look_at_command);
    co_return parse_json(text);
}

} // namespace objftpd::storage::credentials
