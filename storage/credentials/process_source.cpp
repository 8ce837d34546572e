#include "storage/credentials/process_source.hpp"

#include "config/async.hpp"
#include "config/log.hpp"
#include "storage/credentials/documents.hpp"
#include "storage/local/descriptor.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace objftpd::storage::credentials {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t longest_output = 64 << 10;
constexpr std::size_t most_complaints = 20; // lines
constexpr std::size_t most_left = 3;        // of processes that do not end
constexpr std::chrono::milliseconds look_for_end(20);
constexpr const char* look_at_command = "run credentials_command by hand, as this server's user";

/// A child in a process group of its own, killed with all of it in the end. Nothing waits for it: a
/// process may survive (another user's, or in a system call that does not return), and is `left`
/// to be looked for later.
class child_process {
public:
    child_process(pid_t id, std::vector<pid_t>& left) : id_(id), left_(left) {}
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;
    ~child_process() {
        if (id_ > 0 && !end())
            left_.push_back(id_);
    }

    /// Whether it has ended. Its id stays its own until end().
    bool has_ended() {
        siginfo_t info{};
        if (::waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOHANG | WNOWAIT) == 0)
            return info.si_pid != 0;
        id_ = 0; // it was not kept: whoever started us ignores SIGCHLD
        return true;
    }

    /// Kills what is left of it. Its status if it has ended, 0 if that is not known.
    std::optional<int> end() {
        if (id_ == 0)
            return 0;
        ::kill(-id_, SIGKILL);
        ::kill(id_, SIGKILL); // it may have gone to another group
        int status = 0;
        if (::waitpid(id_, &status, WNOHANG) == 0)
            return std::nullopt;
        id_ = 0;
        return status;
    }

private:
    pid_t id_;
    std::vector<pid_t>& left_;
};

// SECURITY: a program that fetches one store's keys need not know those of others.
std::vector<char*> environment_without(const std::vector<std::string>& hidden) {
    std::vector<char*> kept;
    for (auto** each = environ; *each != nullptr; ++each) {
        const std::string_view variable = *each;
        if (std::ranges::find(hidden, variable.substr(0, variable.find('='))) == hidden.end())
            kept.push_back(*each);
    }
    kept.push_back(nullptr);
    return kept;
}

/// How a child begins.
class preparations {
public:
    preparations(int output, int complaints) {
        ::posix_spawn_file_actions_init(&files_);
        ::posix_spawn_file_actions_addopen(&files_, 0, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&files_, output, 1);
        ::posix_spawn_file_actions_adddup2(&files_, complaints, 2);
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

    result<pid_t> start(std::vector<std::string> command,
                        const std::vector<std::string>& hidden) const {
        std::vector<char*> words;
        for (auto& word : command)
            words.push_back(word.data());
        words.push_back(nullptr);
        auto variables = environment_without(hidden);
        pid_t id = 0;
        const int failed = ::posix_spawnp(&id, words.front(), &files_, &attributes_, words.data(),
                                          variables.data());
        if (failed != 0)
            return error_code(failed, boost::system::system_category());
        return id;
    }

private:
    posix_spawn_file_actions_t files_{};
    posix_spawnattr_t attributes_{};
};

/// Our end of what a child writes.
class child_output {
public:
    child_output() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            return;
        ours_ = local::descriptor(ends[0]);
        childs_ = local::descriptor(ends[1]);
        ::fcntl(ours_.get(), F_SETFL, O_NONBLOCK);
    }

    explicit operator bool() const { return static_cast<bool>(ours_); }
    int childs() const { return childs_.get(); }
    void close_childs() { childs_.reset(); }

    /// Takes what is there by now.
    void read() {
        std::array<char, 4096> buffer{};
        while (!is_too_long()) {
            const auto n = ::read(ours_.get(), buffer.data(), buffer.size());
            if (n <= 0)
                return;
            text_.append(buffer.data(), static_cast<std::size_t>(n));
        }
    }

    bool is_too_long() const { return text_.size() > longest_output; }
    const std::string& text() const { return text_; }

private:
    std::string text_;
    local::descriptor ours_;
    local::descriptor childs_;
};

// SECURITY: a line of the log for each of its lines, so that it forges none, and few of them.
void log_lines(const std::string& program, std::string_view text) {
    for (std::size_t i = 0; i < most_complaints && !text.empty(); ++i) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (!line.empty())
            config::log::warning("credentials_command complains",
                                 {{"program", program}, {"text", loggable(line)}});
    }
}

std::string text_of(int status) {
    return WIFSIGNALED(status) ? "was ended by signal " + std::to_string(WTERMSIG(status))
                               : "ended with code " + std::to_string(WEXITSTATUS(status));
}

} // namespace

awaitable<fetch_result> process_source::fetch() {
    const auto program = "\"" + command_.front() + "\" ";
    std::erase_if(left_, [](pid_t id) { return ::waitpid(id, nullptr, WNOHANG) != 0; });
    if (left_.size() >= most_left)
        co_return failure(program + "does not end, though it was killed", look_at_command);
    child_output output;
    child_output complaints;
    if (!output || !complaints)
        co_return failure("no pipe: " + last_system_error().message(), "raise the limit of files");
    const auto started =
        preparations(output.childs(), complaints.childs()).start(command_, hidden_);
    output.close_childs();
    complaints.close_childs();
    if (!started)
        co_return failure(program + "cannot be run: " + started.error().message(),
                          "check credentials_command");
    child_process child(*started, left_);

    // What it has started may hold the pipes open, so that its own end is what counts.
    const auto deadline = clock::now() + time_;
    bool ended = false;
    for (;;) {
        ended = child.has_ended();
        output.read();
        complaints.read();
        if (ended || output.is_too_long() || complaints.is_too_long() || clock::now() >= deadline)
            break;
        co_await sleep_for(look_for_end);
    }
    const auto status = child.end();
    log_lines(command_.front(), complaints.text());
    if (output.is_too_long() || complaints.is_too_long())
        co_return failure(program + "writes more than 64 KiB", look_at_command);
    if (!ended || !status) // it may have died of our own signal by now
        co_return failure(program + "takes too long", look_at_command);
    if (*status != 0)
        co_return failure(program + text_of(*status), look_at_command);
    co_return parse_json(output.text());
}

} // namespace objftpd::storage::credentials
