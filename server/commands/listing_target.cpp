#include "server/commands/listing_target.hpp"

#include "server/commands/unconfirmed.hpp"
#include "server/protocol/charset.hpp"
#include "server/protocol/glob.hpp"
#include "server/session.hpp"
#include "storage/error.hpp"

namespace objftpd::server {

namespace {

using storage::errc;

bool may_be_pattern(const error_code& e) {
    return e == errc::not_found || e == errc::invalid_name;
}

awaitable<result<listing_target>> find_pattern(session& s, const std::string& argument,
                                               listing_target target, error_code missing,
                                               bool names_only) {
    const auto pattern = decode_name(argument.substr(target.directory_part.size()), s.charset());
    if (!pattern || !is_glob(*pattern))
        co_return missing;
    const auto directory = s.resolve(target.directory_part);
    if (!directory)
        co_return directory.error();
    target.directory = *directory;
    target.pattern = *pattern;
    auto listing = co_await open_listing(s, *directory, literal_prefix(*pattern), names_only);
    if (!listing)
        co_return listing.error();
    target.listing = std::move(*listing);
    co_return target;
}

} // namespace

awaitable<result<std::optional<storage::directory_listing>>>
open_listing(session& s, storage::virtual_path directory, std::string name_prefix,
             bool names_only) {
    std::optional<storage::directory_listing> listing;
    auto work =
        s.files->list(directory, std::move(name_prefix), names_only, s.operation.stop.get_token());
    auto begun = co_await commands::open_unless_left(s, std::move(work));
    if (begun)
        listing.emplace(std::move(*begun));
    else if (begun.error() != errc::not_found || directory != s.directory)
        co_return begun.error();
    co_return listing;
}

awaitable<result<listing_target>> find_listing_target(session& s, std::string argument,
                                                      bool directory_itself, bool names_only) {
    listing_target target;
    const auto path = s.resolve(argument);
    if (!path)
        co_return path.error();
    const auto slash = argument.rfind('/');
    target.directory_part = slash == argument.npos ? "" : argument.substr(0, slash + 1);
    if (!directory_itself) {
        auto listing = co_await open_listing(s, *path, std::string(), names_only);
        if (listing) {
            target.directory = *path;
            target.directory_part = argument;
            if (!argument.empty() && !argument.ends_with('/'))
                target.directory_part += '/';
            target.listing = std::move(*listing);
            co_return target;
        }
        if (listing.error() != errc::not_a_directory && !may_be_pattern(listing.error()))
            co_return listing.error();
        // What broke off is no file yet, but its owner's to see.
        const bool may_be_unfinished =
            s.account->on_interrupt == config::interrupted_upload::resume &&
            !is_glob(argument.substr(target.directory_part.size()));
        if (listing.error() != errc::not_a_directory && !may_be_unfinished)
            co_return co_await find_pattern(s, argument, std::move(target), listing.error(),
                                            names_only);
    }
    const auto found = co_await s.look_up(*path);
    if (found) {
        s.tell(*path, *found);
        target.single = *found;
        target.single_name = path->is_root() ? "." : std::string(path->name());
        co_return target;
    }
    if (!may_be_pattern(found.error()))
        co_return found.error();
    co_return co_await find_pattern(s, argument, std::move(target), found.error(), names_only);
}

} // namespace objftpd::server
