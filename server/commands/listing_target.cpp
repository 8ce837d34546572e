#include "server/commands/listing_target.hpp"

#include "server/protocol/charset.hpp"
#include "server/protocol/glob.hpp"
#include "server/session.hpp"
#include "storage/error.hpp"

namespace objftpd::server {

awaitable<result<listing_target>> find_listing_target(session& s, std::string argument,
                                                      bool directory_itself) {
    listing_target target;
    auto path = s.resolve(argument);
    if (!path)
        co_return path.error();
    const auto found = co_await s.files->stat(*path);
    if (found && found->directory && !directory_itself) {
        target.directory = *path;
        target.directory_part = argument;
        if (!argument.empty() && !argument.ends_with('/'))
            target.directory_part += '/';
        co_return target;
    }
    const auto slash = argument.rfind('/');
    target.directory_part = slash == argument.npos ? "" : argument.substr(0, slash + 1);
    if (found) {
        target.single = *found;
        target.single_name = path->is_root() ? "." : std::string(path->name());
        co_return target;
    }
    if (found.error() != storage::errc::not_found && found.error() != storage::errc::invalid_name)
        co_return found.error();
    const auto pattern = decode_name(argument.substr(target.directory_part.size()), s.charset());
    if (!pattern || !is_glob(*pattern))
        co_return found.error();
    const auto directory = s.resolve(target.directory_part);
    if (!directory)
        co_return directory.error();
    target.directory = *directory;
    target.pattern = *pattern;
    co_return target;
}

} // namespace objftpd::server
