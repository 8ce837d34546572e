#pragma once

#include "config/result.hpp"

#include <type_traits>

namespace objftpd::storage {

/// What can go wrong with an object, whatever the store. Adapters translate their vendor's
/// errors into these once; nobody else looks at errno values or HTTP statuses.
enum class errc {
    not_found = 1,
    already_exists, ///< and the caller asked not to replace
    is_a_directory, ///< a file was wanted
    not_a_link,
    not_a_directory, ///< a directory was wanted, or a file stands where a parent should
    directory_not_empty,
    invalid_name,          ///< the store cannot hold such a name
    invalid_value,         ///< the store does not know such a class, ACL, tag...
    invalid_path,          ///< no path at all: NUL, CR or LF, or not UTF-8
    permission_denied,     ///< the store refuses us
    precondition_failed,   ///< the object changed meanwhile
    unfinished,            ///< an upload of the name broke off, and it is not clear what is meant
    range_not_satisfiable, ///< an offset beyond the object's end
    nested_rename,         ///< a directory into itself
    too_many,              ///< more objects or bytes than are allowed at once
    no_space,              ///< the store is full
    quota,                 ///< the user's or the store's allowance is used up
    too_large,             ///< more than the store takes as one object
    archived,              ///< must be restored before it can be read
    no_bucket,             ///< the bucket does not exist
    refused_credentials,   ///< the store refuses who we say we are: the operator's matter
    checksum_mismatch,     ///< bytes were damaged on their way
    throttled,             ///< the store asks for fewer requests
    unavailable,           ///< the store fails or does not answer
    to_be_finished,        ///< the change is half made: the rest is done later, by itself
    unsupported,
};

/// Questions that callers ask of an error without knowing all of them.
enum class condition {
    temporary = 1, ///< the same request may succeed later
};

error_code make_error_code(errc e);
boost::system::error_condition make_error_condition(condition c);

/// Translates errno of a failed system call. Unknown values become `unavailable`.
error_code from_errno(int value);

} // namespace objftpd::storage

template <>
struct boost::system::is_error_code_enum<objftpd::storage::errc> : std::true_type {};
template <>
struct boost::system::is_error_condition_enum<objftpd::storage::condition> : std::true_type {};
