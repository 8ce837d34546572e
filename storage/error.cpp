#include "storage/error.hpp"

#include "config/log.hpp"

#include <boost/system/error_category.hpp>

#include <cerrno>
#include <string>
#include <system_error>

namespace objftpd::storage {
namespace {

class category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "objftpd.storage"; }

    std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
        case errc::not_found:
            return "no such object";
        case errc::already_exists:
            return "the name exists already";
        case errc::is_a_directory:
            return "is a directory";
        case errc::not_a_link:
            return "not a symbolic link";
        case errc::not_a_directory:
            return "not a directory";
        case errc::directory_not_empty:
            return "directory not empty";
        case errc::invalid_name:
            return "the store cannot hold such a name";
        case errc::invalid_value:
            return "the store does not take such a value";
        case errc::invalid_path:
            return "not a valid path";
        case errc::permission_denied:
            return "permission denied by the store";
        case errc::precondition_failed:
            return "the object changed meanwhile";
        case errc::unfinished:
            return "an upload of that name broke off";
        case errc::range_not_satisfiable:
            return "the offset lies beyond the end";
        case errc::nested_rename:
            return "a directory cannot be moved into itself";
        case errc::too_many:
            return "more objects than are allowed at once";
        case errc::no_space:
            return "no space left in the store";
        case errc::quota:
            return "quota exceeded";
        case errc::too_large:
            return "too large for the store";
        case errc::archived:
            return "the object is archived";
        case errc::no_bucket:
            return "no such bucket";
        case errc::refused_credentials:
            return "the store refused the credentials";
        case errc::checksum_mismatch:
            return "the checksums do not agree";
        case errc::throttled:
            return "the store asks for fewer requests";
        case errc::unavailable:
            return "the store is not available";
        case errc::to_be_finished:
            return "the store failed, and the rest is done later";
        case errc::unsupported:
            return "not supported by the store";
        }
        return "unknown storage error";
    }

    bool equivalent(int value, const boost::system::error_condition& c) const noexcept override {
        if (c == boost::system::error_condition(condition::temporary)) {
            const auto e = static_cast<errc>(value);
            return e == errc::unavailable || e == errc::throttled || e == errc::checksum_mismatch;
        }
        return default_error_condition(value) == c;
    }
};

class conditions final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "objftpd.storage.condition"; }
    std::string message(int) const override { return "temporary"; }
};

} // namespace

error_code make_error_code(errc e) {
    static const category instance;
    return {static_cast<int>(e), instance};
}

boost::system::error_condition make_error_condition(condition c) {
    static const conditions instance;
    return {static_cast<int>(c), instance};
}

error_code from_errno(int value) {
    switch (value) {
    case ENOENT:
    case ENXIO: // a socket or a device without a driver: no object has the name
        return errc::not_found;
    case EEXIST:
        return errc::already_exists;
    case EISDIR:
        return errc::is_a_directory;
    case ENOTDIR:
        return errc::not_a_directory;
    case ENOTEMPTY:
        return errc::directory_not_empty;
    case ENAMETOOLONG:
    case EILSEQ:
        return errc::invalid_name;
    case EACCES:
    case EPERM:
    case EROFS:
    case EXDEV: // openat2 says so of a path that would leave the bucket
    case ELOOP:
        return errc::permission_denied;
    case ENOSPC:
        return errc::no_space;
    case EDQUOT:
    case EFBIG:
        return errc::quota;
    default:
        // Only here is it known what the system said.
        config::log::error("a system call on the store failed",
                           {{"error", std::generic_category().message(value)}});
        return errc::unavailable;
    }
}

} // namespace objftpd::storage
