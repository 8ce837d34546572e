#include "server/commands/upload_rights.hpp"

#include "server/commands/data_connection.hpp"
#include "server/commands/error_reply.hpp"
#include "server/session.hpp"
#include "storage/error.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace objftpd::server {
namespace {

using storage::errc;

storage::upload_options usual_options(session& s) {
    storage::upload_options options;
    options.missing = s.missing_parents();
    // What has arrived before ABOR is to be stored, if it is kept.
    if (s.account->on_interrupt != config::interrupted_upload::keep_partial)
        options.stop = s.operation.stop.get_token();
    options.expected_size = s.announced_size;
    options.may_go_on = conversion_of(s) == conversion::none;
    if (!s.may(config::right::overwrite))
        options.existing = storage::overwrite::refused;
    return options;
}

// How long what comes may be, where `kept` bytes of the file stay in front of it. errc::quota if it
// is known to be too long.
error_code set_bounds(session& s, std::uint64_t announced, std::uint64_t kept) {
    auto& bounds = s.operation.progress;
    bounds.announced = announced;
    bounds.kept = kept;
    bounds.must_be_whole = announced != 0 && s.account->allo == config::announced_size::strict;
    if (bounds.must_be_whole)
        bounds.most = announced;
    const std::uint64_t largest = s.account->max_file_size;
    if (largest == 0)
        return {};
    if (kept > largest || announced > largest)
        return errc::quota;
    bounds.most = std::min(bounds.most, largest - kept);
    return {};
}

// What may be done to what is there: refused before any data flow; the commit checks again for
// races.
error_code check_standing(const session& s, const result<storage::entry>& old) {
    if (!old && old.error() != errc::not_found)
        return old.error();
    if ((!old || old->unfinished) && !s.may(config::right::create))
        return errc::permission_denied;
    if (old && !old->unfinished && !s.may(config::right::overwrite))
        return errc::already_exists;
    return {};
}

// An upload that is added to what is there. `told`: how far the client thinks that it broke off.
error_code check_offset(const result<storage::entry>& old, const std::optional<std::uint64_t>& told,
                        std::uint64_t offset) {
    const bool appends = offset == storage::upload_request::at_end;
    // What follows is the rest of an upload that broke off, and not of what stands there now.
    if (told && old && !old->unfinished)
        return errc::precondition_failed;
    if (!appends && (!old || offset > old->size))
        return errc::range_not_satisfiable;
    // An append goes on where its client thinks the end is, whatever has arrived since.
    if (appends && told && !old)
        return errc::range_not_satisfiable;
    // Is it the rest, or a new file? Either, taken for the other, would be damaged.
    if (appends && !told && old && old->unfinished)
        return errc::unfinished;
    return {};
}

} // namespace

awaitable<result<storage::upload_options>> upload_rights(session& s, storage::virtual_path path,
                                                         std::uint64_t offset) {
    auto options = usual_options(s);
    options.offset = offset;
    const bool may_create = s.may(config::right::create);
    const bool may_overwrite = s.may(config::right::overwrite);
    if (!may_create && !may_overwrite)
        co_return error_code(errc::permission_denied);
    const bool appends = offset == storage::upload_request::at_end;
    const bool adds = offset != 0;
    const bool may_go_on = s.account->on_interrupt == config::interrupted_upload::resume;
    const bool is_counted =
        s.account->max_file_size != 0 ||
        (s.announced_size != 0 && s.account->allo == config::announced_size::strict);
    const bool matters = !appends || may_go_on || is_counted;
    std::uint64_t kept = 0;
    if (!may_create || !may_overwrite || (adds && matters)) {
        const auto old = co_await s.look_up(path);
        if (const auto refused = check_standing(s, old))
            co_return refused;
        const auto told = s.told(path);
        if (const auto refused = adds ? check_offset(old, told, offset) : error_code())
            co_return refused;
        options.goes_on = adds && old && old->unfinished;
        if (options.goes_on && appends)
            options.offset = *told;
        if (options.goes_on && !options.may_go_on)
            co_return error_code(errc::range_not_satisfiable);
        kept = appends && old ? old->size : 0;
    }
    if (options.offset != storage::upload_request::at_end)
        kept = options.offset;
    if (const auto refused = set_bounds(s, options.expected_size, kept))
        co_return refused;
    co_return options;
}

result<storage::upload_options> unique_upload(session& s) {
    auto options = usual_options(s);
    options.existing = storage::overwrite::refused;
    options.may_go_on = false;
    if (const auto refused = set_bounds(s, options.expected_size, 0))
        return refused;
    return options;
}

awaitable<reply> upload_refusal(session& s, storage::virtual_path path, error_code why) {
    // What broke off can be gone on with at the ends of its parts, the last of which is told.
    if (why == errc::range_not_satisfiable) {
        const auto there = co_await s.look_up(path);
        if (there && there->unfinished)
            co_return reply(554, "What broke off cannot be gone on with there: go on at " +
                                     std::to_string(there->size) + ", in TYPE I.");
    }
    co_return upload_failure(s, why);
}

} // namespace objftpd::server
