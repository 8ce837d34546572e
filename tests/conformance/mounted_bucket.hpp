#pragma once

#include "storage/virtual_filesystem.hpp"
#include "tests/conformance/adapter_test.hpp"
#include "tests/conformance/file_tree_model.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace objftpd::tests {

/// A bucket as a user's whole tree, for a file_tree to compare with.
class mounted_bucket {
    using kind = tree_operation::kind;

public:
    /// `layered` is the store itself or a layer in front of it. `bucket` runs what is asked.
    mounted_bucket(bucket_speech& bucket, std::shared_ptr<storage::adapter> store,
                   std::shared_ptr<storage::adapter> layered)
        : bucket_(bucket), store_(mounts(std::move(store))), files_(mounts(std::move(layered))) {}

    /// Does it through the file system, as the server would; the answer is in file_tree's words.
    result<std::string> perform(const tree_operation& o) {
        switch (o.what) {
        case kind::store:
        case kind::abandon:
            return upload(o);
        case kind::remove:
            return done(files_.remove(path_of(o.path)));
        case kind::make_directory:
            return done(files_.make_directory(path_of(o.path), o.missing));
        case kind::remove_directory:
            return done(files_.remove_directory(path_of(o.path)));
        case kind::rename:
            return done(files_.rename(path_of(o.path), path_of(o.to), options_of(o)));
        case kind::copy:
            return size_of(bucket_.run(files_.copy(path_of(o.path), path_of(o.to), options_of(o))));
        case kind::remove_tree:
            return done(files_.remove_tree(path_of(o.path), {}, nullptr));
        case kind::stat:
            return stat(o.path, storage::expected::file);
        case kind::enter:
            return stat(o.path, storage::expected::directory);
        case kind::read:
            return read(o);
        case kind::list:
            return list(o);
        }
        return errc::unsupported;
    }

    /// All files, those that a directory hides from listings, too. Layers do not learn of it.
    result<storage::tree_size> measure() {
        return bucket_.run(store_.measure(storage::virtual_path(), {}, nullptr));
    }

private:
    static storage::virtual_path path_of(const std::string& path) {
        return *storage::virtual_path::resolve(storage::virtual_path(), path);
    }

    static std::vector<storage::mount> mounts(std::shared_ptr<storage::adapter> store) {
        storage::mount all;
        all.store = std::move(store);
        all.bucket = "main/files";
        return {all};
    }

    static storage::rename_options options_of(const tree_operation& o) {
        storage::rename_options options;
        options.existing = o.existing;
        options.missing = o.missing;
        return options;
    }

    result<std::string> done(awaitable<result<>> work) {
        const auto ended = bucket_.run(std::move(work));
        if (!ended)
            return ended.error();
        return std::string();
    }

    static result<std::string> size_of(const result<storage::put_result>& stored) {
        if (!stored)
            return stored.error();
        return std::to_string(stored->size);
    }

    static std::string kind_of(const storage::entry& found) {
        return found.directory ? "directory" : std::to_string(found.size);
    }

    result<std::string> upload(const tree_operation& o) {
        storage::upload_options options;
        options.existing = o.existing;
        options.missing = o.missing;
        options.offset = o.offset;
        const auto to = bucket_.run(files_.open_upload(path_of(o.path), std::move(options)));
        if (!to)
            return to.error();
        const auto sent = o.in_pieces ? o.content.size() / 2 : 0;
        result<> written;
        if (o.in_pieces)
            written = bucket_.write(**to, o.content.substr(0, sent));
        result<std::string> ended = std::string();
        if (!written)
            ended = written.error();
        else if (o.what == kind::store)
            ended = size_of(bucket_.commit(**to, o.content.substr(sent)));
        if (!ended || o.what == kind::abandon)
            bucket_.abort(**to);
        return ended;
    }

    result<std::string> stat(const std::string& path, storage::expected what) {
        const auto found = bucket_.run(files_.stat(path_of(path), what));
        if (!found)
            return found.error();
        return kind_of(*found);
    }

    result<std::string> read(const tree_operation& o) {
        const auto from = bucket_.run(files_.read(path_of(o.path), o.offset));
        if (!from)
            return from.error();
        std::string content;
        std::vector<char> buffer(1 << 16);
        while (true) {
            const auto n = bucket_.run((*from)->read_some(buffer));
            if (!n)
                return n.error();
            if (*n == 0)
                return summary(content);
            content.append(buffer.data(), *n);
        }
    }

    result<std::string> list(const tree_operation& o) {
        auto listing = bucket_.run(files_.list(path_of(o.path), o.name_prefix, false));
        if (!listing)
            return listing.error();
        std::multimap<std::string, std::string> by_name;
        while (!listing->done()) {
            const auto page = bucket_.run(listing->next());
            if (!page)
                return page.error();
            for (const auto& entry : *page)
                by_name.emplace(entry.name, kind_of(entry));
        }
        std::string text;
        for (const auto& [name, what] : by_name)
            text += name + ": " + what + '\n';
        return text;
    }

    bucket_speech& bucket_;
    const storage::virtual_filesystem store_;
    const storage::virtual_filesystem files_;
};

} // namespace objftpd::tests
