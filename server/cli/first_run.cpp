#include "server/cli/first_run.hpp"

#include "config/password_hash.hpp"
#include "config/text.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace objftpd::server::cli {
namespace {

// Containers often have no IPv6; a listener there would stop the server from starting.
ipv6 find_ipv6() {
    const int fd = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return ipv6::absent;
    sockaddr_in6 loopback{};
    loopback.sin6_family = AF_INET6;
    loopback.sin6_addr = in6addr_loopback;
    const bool bound =
        ::bind(fd, reinterpret_cast<const sockaddr*>(&loopback), sizeof loopback) == 0;
    ::close(fd);
    return bound ? ipv6::present : ipv6::absent;
}

// What went wrong; empty: nothing.
std::string write_new_file(const std::string& path, std::string_view text) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return std::system_category().message(errno);
    std::string problem;
    while (!text.empty() && problem.empty()) {
        const auto n = ::write(fd, text.data(), text.size());
        if (n < 0)
            problem = std::system_category().message(errno);
        else
            text.remove_prefix(static_cast<std::size_t>(n));
    }
    if (::close(fd) != 0 && problem.empty())
        problem = std::system_category().message(errno);
    if (!problem.empty())
        ::unlink(path.c_str());
    return problem;
}

} // namespace

bool is_first_run(const command_line& line) {
    struct stat status {};
    return line.command == command::serve && line.config_file.empty() && !line.quick &&
           ::lstat(default_config_file, &status) != 0 && errno == ENOENT;
}

std::string first_configuration(const std::string& user, const std::string& password_hash,
                                ipv6 v6) {
    const std::string listen = v6 == ipv6::present
                                   ? "[\"ftp://127.0.0.1:2048\", \"ftp://[::1]:2048\"]"
                                   : "[\"ftp://127.0.0.1:2048\"]";
    return R"(# Made by the first run of objftpd. All options with their defaults: objftpd reference-config
# After a change: objftpd check-config, then start the server again.

state = "state"         # the server's own files; paths begin in this file's folder

[[listener]]
addresses = )" +
           listen + R"(   # this machine only

[log]
level = "info"
file = ""               # "": standard error

[[store]]
name = "main"
type = "local"
path = "data"           # its subfolders are the buckets

[[user]]
name = )" + config::toml_quote(user) +
           R"(
password_hash = )" +
           config::toml_quote(password_hash) + R"( # another one: objftpd passwd
rights = "all"

[[user.mount]]
path = "/"
store = "main"
bucket = "files"        # so the files lie in data/files
)";
}

first_run_result make_first_configuration(const std::string& path) {
    first_run_result made{"", "demo", config::random_password()};
    const auto hash = config::hash_password(made.password);
    const auto problem = write_new_file(path, first_configuration(made.user, hash, find_ipv6()));
    if (!problem.empty())
        return {"cannot make " + path + ": " + problem, "", ""};
    return made;
}

} // namespace objftpd::server::cli
