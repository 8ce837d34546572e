#pragma once

#include "config/result.hpp"
#include "storage/error.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <type_traits>

/// How tests take results apart and how failed assertions show errors.
namespace Catch {

template <>
struct StringMaker<boost::system::error_code> {
    static std::string convert(const boost::system::error_code& e) {
        return e ? "\"" + e.message() + "\"" : "success";
    }
};

template <>
struct StringMaker<objftpd::storage::errc> {
    static std::string convert(objftpd::storage::errc e) {
        return StringMaker<boost::system::error_code>::convert(make_error_code(e));
    }
};

template <class T>
struct StringMaker<objftpd::result<T>> {
    static std::string convert(const objftpd::result<T>& r) {
        return r ? "a value" : StringMaker<boost::system::error_code>::convert(r.error());
    }
};

} // namespace Catch

namespace objftpd::tests {

/// The error of a result; success when it holds a value.
template <class T>
error_code error_of(const result<T>& r) {
    return r ? error_code() : r.error();
}

/// The value of a result that has to hold one.
template <class T>
T value_of(result<T> r) {
    REQUIRE(error_of(r) == error_code());
    if constexpr (!std::is_void_v<T>)
        return std::move(*r);
}

} // namespace objftpd::tests
