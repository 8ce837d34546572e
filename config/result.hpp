#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <cerrno>

namespace objftpd {

namespace asio = boost::asio;
using asio::awaitable;
using boost::system::error_code;

/// What an operation that can fail because of the world returns: a value or an error_code.
/// Errors are passed on in plain sight: `if (!r) co_return r.error();`
template <class T = void>
using result = boost::system::result<T>;

/// What the system call that has just failed left in errno.
inline error_code last_system_error() {
    return {errno, boost::system::system_category()};
}

/// Completion token of every awaited Asio operation: the error is a value, never an exception.
inline constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);

} // namespace objftpd
