// A working directory and what a client asked for in it, apart by a LF: no path may leave the
// root or carry what a store, a reply or a system call would misread.

#include "config/utf8.hpp"
#include "storage/path.hpp"

#include <cstdio>
#include <cstdlib>

using objftpd::storage::virtual_path;

namespace {

void require(bool promise, const char* what) {
    if (promise)
        return;
    std::fprintf(stderr, "broken promise: %s\n", what);
    std::abort();
}

void check(const virtual_path& path) {
    const std::string_view text = path.text();
    require(text.starts_with('/'), "a path is absolute");
    require(text.size() <= virtual_path::max_length, "a path is within the limit");
    require(text.find_first_of(std::string_view("\0\r\n", 3)) == text.npos, "no NUL, CR or LF");
    require(objftpd::config::is_utf8(text), "a path is UTF-8");
    require(path.is_root() == (text == "/"), "only / is the root");
    if (!path.is_root()) {
        const auto closed = std::string(text) + '/';
        for (const auto segment : {"//", "/./", "/../"})
            require(closed.find(segment) == closed.npos, "no empty, . or .. segment");
    }

    const auto again = virtual_path::resolve(virtual_path(), text);
    require(again && *again == path, "a path resolves to itself");
    require(path.is_within(virtual_path()) && path.is_within(path), "a path is below the root");
    require(path.is_within(path.parent()), "a path is below its parent");
    require(path.below(path).empty(), "nothing is between a path and itself");
    if (!path.is_root())
        require(path.below(path.parent()) == path.name(), "a name is what the parent lacks");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto end = input.find('\n');
    const auto base = virtual_path::resolve(virtual_path(), input.substr(0, end));
    if (!base)
        return 0;
    check(*base);
    if (end == input.npos)
        return 0;
    const auto argument = input.substr(end + 1);
    const auto path = virtual_path::resolve(*base, argument);
    if (!path)
        return 0;
    check(*path);
    if (argument.starts_with('/'))
        require(*path == virtual_path::resolve(virtual_path(), argument).value(),
                "an absolute path does not depend on the directory");
    return 0;
}
