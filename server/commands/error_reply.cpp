#include "server/commands/error_reply.hpp"

#include "storage/error.hpp"
#include "storage/refused_action.hpp"

#include <boost/asio/error.hpp>

namespace objftpd::server {

namespace {

reply usual_reply(const error_code& error, purpose wanted) {
    const bool storing = wanted == purpose::store;
    if (const auto action = storage::refused_action_of(error))
        return {550, "Permission denied: the store does not allow this server " + *action + "."};
    if (error == asio::error::operation_aborted)
        return {426, "Aborted."};
    if (error == asio::error::timed_out)
        return {451, "The store takes too long to answer, please try again."};
    if (error.category() != make_error_code(storage::errc::not_found).category())
        return {451, "Local error in processing, please try again."};
    switch (static_cast<storage::errc>(error.value())) {
    case storage::errc::not_found:
        return {550, "No such file or directory."};
    case storage::errc::already_exists:
        return {storing ? 553 : 550, "The name exists already."};
    case storage::errc::is_a_directory:
        return {storing ? 553 : 550, "Is a directory."};
    case storage::errc::not_a_link:
        return {550, "Not a symbolic link."};
    case storage::errc::not_a_directory:
        return {storing ? 553 : 550, "Not a directory."};
    case storage::errc::directory_not_empty:
        return {550, "Directory not empty."};
    case storage::errc::invalid_name:
        return {553, "The store cannot hold such a name."};
    case storage::errc::invalid_value:
        return {550, "The store does not take such a value."};
    case storage::errc::invalid_path:
        return {553, "Not a valid name: it must be UTF-8 without control characters."};
    case storage::errc::permission_denied:
        return {550, "Permission denied."};
    case storage::errc::precondition_failed:
        return {450, "The file has been changed by somebody else meanwhile."};
    case storage::errc::unfinished:
        return {450, "An upload of it broke off: ask for its SIZE to go on, or DELE it."};
    case storage::errc::range_not_satisfiable:
        return {554, "The restart position lies beyond the end of the file."};
    case storage::errc::nested_rename:
        return {553, "A directory cannot be moved into itself."};
    case storage::errc::too_many:
        return {553, "The directory is too large to be changed at once; nothing has been."};
    case storage::errc::no_space:
        return {552, "The store is full."};
    case storage::errc::quota:
        return {552, "Quota or size limit exceeded."};
    case storage::errc::too_large:
        return {552, "The file is too large for the store."};
    case storage::errc::archived:
        return {450, "The file is archived and must be restored before it can be read."};
    case storage::errc::no_bucket:
        return {550, "The store has no such bucket."};
    case storage::errc::refused_credentials:
        return {451, "The store refused this server's credentials; its operator must look."};
    case storage::errc::checksum_mismatch:
        return {451, "The data were damaged on their way, please try again."};
    case storage::errc::throttled:
        return {451, "The store is busy, please try again later."};
    case storage::errc::unavailable:
        return {451, "The store failed, please try again."};
    case storage::errc::to_be_finished:
        return {451, "The store failed; what it has begun will be finished by itself."};
    case storage::errc::unsupported:
        return {storing ? 553 : 550, "The store cannot do that."};
    }
    return {451, "Local error in processing, please try again."};
}

} // namespace

reply reply_for(const error_code& error, purpose wanted) {
    auto answer = usual_reply(error, wanted);
    if (wanted == purpose::send) // RFC 959, 5.4: after 150 nothing else but 425 and 426
        answer.code = 451;
    return answer;
}

} // namespace objftpd::server
