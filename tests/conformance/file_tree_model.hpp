#pragma once

#include "storage/adapter.hpp"
#include "storage/error.hpp"

#include <cstdint>
#include <iosfwd>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace objftpd::tests {

/// What a command asks of a user's tree. Paths are without the leading slash; the top is "".
struct tree_operation {
    enum class kind {
        store,   ///< STOR, REST and STOR, APPE
        abandon, ///< the same, given up before the end
        remove,
        make_directory,
        remove_directory,
        rename,
        copy,
        remove_tree,
        stat,  ///< SIZE: of the file first
        enter, ///< CWD: of the directory first
        read,  ///< from `offset`
        list,  ///< what begins with `name_prefix`
    };
    static constexpr auto kinds = static_cast<std::size_t>(kind::list) + 1;

    kind what = kind::store;
    std::string path;
    std::string to; // of rename and copy: another path
    std::uint64_t offset = 0;
    std::string content;
    bool in_pieces = false; // or all of it with the commit
    storage::overwrite existing = storage::overwrite::allowed;
    storage::parents missing = storage::parents::create;
    std::string name_prefix;

    bool has_target() const { return what == kind::rename || what == kind::copy; }
    bool uploads() const { return what == kind::store || what == kind::abandon; }
};

std::ostream& operator<<(std::ostream& out, const tree_operation& operation);

/// A content in a few words: size and checksum.
std::string summary(const std::string& content);

/// What a bucket has to hold after some operations, and what it has to answer to the next one.
///
/// With real directories a name is a file or a directory, and nothing lies below a file. Without
/// them a name may be both: what is said of a file then means the file, what is said of a directory
/// the directory, and only that one is listed. Either way directories come into being with what is
/// stored in them, and stay when that is gone.
class file_tree {
public:
    explicit file_tree(bool real_directories, bool is_cached = false)
        : real_directories_(real_directories), is_cached_(is_cached) {}

    /// Whether it may succeed or not: an upload to the name of a directory that is not real is
    /// refused by a cache that happens to know of it.
    bool is_uncertain(const tree_operation& operation) const {
        return is_cached_ && operation.uploads() && is_directory(operation.path);
    }

    /// Why it has to fail; none: it has to succeed. Of several reasons, which one a store finds
    /// first is not promised; nor that it finds any before an upload is given up.
    std::set<storage::errc> refusals(const tree_operation& operation) const;

    /// What a success tells: the size of what was stored, the content, the entry, the listing;
    /// nothing for the others.
    std::string answer(const tree_operation& operation) const;

    /// Does it, if it has to succeed.
    void apply(const tree_operation& operation);

    const std::map<std::string, std::string>& files() const { return files_; }
    const std::set<std::string>& directories() const { return directories_; }

private:
    using reasons = std::set<storage::errc>;

    bool is_file(const std::string& path) const { return files_.count(path) > 0; }
    bool is_directory(const std::string& path) const { return directories_.count(path) > 0; }
    bool is_empty(const std::string& directory) const;
    bool lies_below_a_file(const std::string& path) const;

    static reasons refusals_at_top(const tree_operation& operation);
    reasons without_file(const std::string& path) const;
    reasons without_directory(const std::string& path) const;
    reasons at_new_name(const std::string& path, storage::parents missing) const;
    reasons at_file_place(const std::string& path, const tree_operation& operation) const;
    reasons of_upload(const tree_operation& operation) const;
    reasons of_rename(const tree_operation& operation) const;

    std::string stored(const tree_operation& operation) const;
    std::string listing(const std::string& directory, const std::string& name_prefix) const;

    void add_directory(std::string path);
    void put(const std::string& path, std::string content);
    void move_directory(const std::string& from, const std::string& to);
    void remove_tree(const std::string& directory);

    bool real_directories_;
    bool is_cached_;
    std::map<std::string, std::string> files_;
    std::set<std::string> directories_{std::string()}; // with all above them
};

} // namespace objftpd::tests
