#include "storage/local/unfinished_files.hpp"

#include "storage/checksum/hash.hpp"
#include "storage/error.hpp"
#include "storage/local/attributes.hpp"
#include "storage/local/beneath.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

namespace objftpd::storage::local {
namespace {

error_code unlink_beneath(int root, const std::string& path, int flags) {
    const auto where = open_parent(root, path, parents::must_exist, false);
    if (!where)
        return where.error();
    const bool removed = ::unlinkat(where->directory(), where->name().c_str(), flags) == 0;
    return removed ? error_code() : from_errno(errno);
}

} // namespace

// Names of owners and buckets may be longer than a file's, and hold a '/'.
std::string unfinished_files::tree_of(const std::string& owner) const {
    hash sum(hash_algorithm::sha256);
    sum.update(bucket_.c_str(), bucket_.size() + 1);
    sum.update(owner.data(), owner.size());
    return sum.finish();
}

result<descriptor> unfinished_files::open(const std::string& owner) const {
    return open_beneath(store_->area().unfinished(), tree_of(owner), O_RDONLY | O_DIRECTORY);
}

bool unfinished_files::is_too_old(timestamp modified) const {
    return modified + kept_for_ < std::chrono::system_clock::now();
}

error_code unfinished_files::put(const std::string& owner, const std::string& key,
                                 const std::string& name_in_area) const {
    auto where = open_parent(store_->area().unfinished(), tree_of(owner) + '/' + key,
                             parents::create, store_->durable());
    if (!where)
        return where.error();
    struct stat older {};
    struct stat newer {};
    if (::fstatat(where->directory(), where->name().c_str(), &older, AT_SYMLINK_NOFOLLOW) == 0 &&
        ::fstatat(store_->area().directory(), name_in_area.c_str(), &newer, 0) == 0 &&
        S_ISREG(older.st_mode) && older.st_size > newer.st_size &&
        !is_too_old(modified_of(older))) {
        store_->area().remove(name_in_area);
        return {};
    }
    if (::renameat(store_->area().directory(), name_in_area.c_str(), where->directory(),
                   where->name().c_str()) != 0)
        return from_errno(errno);
    if (store_->durable() && ::fsync(where->directory()) != 0)
        return from_errno(errno);
    return {};
}

error_code unfinished_files::remove(const std::string& owner, const std::string& key) const {
    const auto tree = open(owner);
    if (!tree)
        return tree.error();
    if (const auto failed = unlink_beneath(tree->get(), key, 0))
        return failed;
    // The directories above it, as far as they hold nothing else.
    for (auto slash = key.rfind('/'); slash != key.npos; slash = key.rfind('/', slash - 1))
        if (unlink_beneath(tree->get(), key.substr(0, slash), AT_REMOVEDIR))
            break;
    return {};
}

} // namespace objftpd::storage::local
