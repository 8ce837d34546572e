#include "storage/credentials/text_file.hpp"

#include "config/async.hpp"
#include "storage/local/descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>

namespace objftpd::storage::credentials {
namespace {

constexpr std::size_t longest = 64 << 10;

result<std::string> read(const std::string& path) {
    const local::descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file)
        return last_system_error();
    std::string text;
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto n = ::read(file.get(), buffer.data(), buffer.size());
        if (n < 0)
            return last_system_error();
        if (n == 0)
            break;
        text.append(buffer.data(), static_cast<std::size_t>(n));
        if (text.size() > longest)
            return error_code(EFBIG, boost::system::generic_category());
    }
    constexpr auto blank = " \t\r\n";
    text.erase(0, std::min(text.find_first_not_of(blank), text.size()));
    text.erase(text.find_last_not_of(blank) + 1);
    // SECURITY: it becomes a header or a form's field.
    const bool broken = text.find_first_of("\r\n") != text.npos;
    if (text.empty() || broken)
        return error_code(EINVAL, boost::system::generic_category());
    return text;
}

} // namespace

awaitable<result<std::string>> read_token(worker_pool& pool, std::string path) {
    auto work = [&] { return read(path); };
    co_return co_await offload(pool, work);
}

failure no_token(const std::string& path, const error_code& why) {
    return {"the token in " + path + " cannot be read: " + why.message(),
            "let the file be readable by this server, with one line"};
}

} // namespace objftpd::storage::credentials
