#include "config/secret.hpp"

#include "config/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace objftpd::config {
namespace {

constexpr std::size_t largest = std::size_t{64} << 10;

class file_descriptor {
public:
    explicit file_descriptor(const std::string& path)
        : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~file_descriptor() {
        if (fd_ >= 0)
            ::close(fd_);
    }
    file_descriptor(const file_descriptor&) = delete;
    file_descriptor& operator=(const file_descriptor&) = delete;
    int get() const { return fd_; }

private:
    int fd_;
};

std::string system_message() {
    return std::system_category().message(errno);
}

std::string octal(mode_t mode) {
    std::string digits;
    for (int shift = 9; shift >= 0; shift -= 3)
        digits += static_cast<char>('0' + ((mode >> shift) & 7));
    return digits;
}

// SECURITY: asked of the open file, so that it cannot be exchanged between check and use.
std::string check_file(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0)
        return system_message();
    if (!S_ISREG(status.st_mode))
        return "not a regular file";
    if ((status.st_mode & S_IRWXO) != 0)
        return "open to everyone on this machine (mode " + octal(status.st_mode & 07777) +
               "); run: chmod o-rwx";
    return {};
}

secret failure(const std::string& path, const std::string& why) {
    return {{}, "cannot use " + toml_quote(path) + ": " + why};
}

} // namespace

secret read_secret_text(const std::string& path) {
    const auto fail = [&](const std::string& why) { return failure(path, why); };
    const file_descriptor file(path);
    if (file.get() < 0)
        return fail(system_message());
    if (const auto problem = check_file(file.get()); !problem.empty())
        return fail(problem);

    std::string content;
    std::array<char, 4096> buffer{};
    while (true) {
        const auto n = ::read(file.get(), buffer.data(), buffer.size());
        if (n < 0)
            return fail(system_message());
        if (n == 0)
            break;
        content.append(buffer.data(), static_cast<std::size_t>(n));
        if (content.size() > largest)
            return fail("larger than 64 KiB");
    }
    if (content.empty())
        return fail("it is empty");
    return {content, {}};
}

secret read_secret_file(const std::string& path) {
    auto found = read_secret_text(path);
    if (!found.problem.empty())
        return found;
    auto& line = found.value;
    line.erase(std::min(line.find('\n'), line.size()));
    if (line.ends_with('\r'))
        line.pop_back();
    if (line.empty())
        return failure(path, "its first line is empty");
    return found;
}

secret read_secret_variable(const std::string& name) {
    const char* const text = std::getenv(name.c_str());
    if (!text || *text == '\0')
        return {{}, "the environment variable " + toml_quote(name) + " is not set"};
    return {text, {}};
}

} // namespace objftpd::config
