#include "config/hex.hpp"
#include "tests/oss_server/operations.hpp"

namespace objftpd::oss_server {
namespace {

// As in other requests, but for the slash at a directory's end, which may be left out.
std::string without_slash(std::string name) {
    if (name.ends_with('/'))
        name.pop_back();
    return name;
}

outcome<> check_hierarchical(const service& s, const call& c) {
    const auto bucket = s.records.find_bucket(c.bucket());
    if (!bucket || !bucket->hierarchical)
        return oss_error("OperationNotSupported",
                         "The hierarchical namespace of the bucket is not enabled.");
    return {};
}

outcome<> check_free(const service& s, const call& c, const std::string& name) {
    if (s.records.find(c.bucket(), name) || s.records.find(c.bucket(), name + '/'))
        return oss_error("FileAlreadyExists").with("Key", name);
    return {};
}

outcome<> check_parent(const service& s, const call& c, const std::string& name) {
    const auto above = name.substr(0, name.rfind('/') + 1);
    if (!above.empty() && !s.records.find(c.bucket(), above))
        return oss_error("NoSuchKey", "The parent directory does not exist.").with("Key", above);
    return {};
}

// The object of that name, or the directory with all in it.
std::vector<object_ptr> find_all(const service& s, const call& c, const std::string& name) {
    if (auto object = s.records.find(c.bucket(), name))
        return {std::move(object)};
    std::vector<object_ptr> all;
    s.records.with_bucket(c.bucket(), [&](const bucket_state& bucket) {
        const auto directory = name + '/';
        for (auto at = bucket.objects.lower_bound(directory);
             at != bucket.objects.end() && at->first.starts_with(directory); ++at)
            all.push_back(at->second);
    });
    return all;
}

} // namespace

awaitable<reply> operations::create_directory(service& s, call& c) {
    if (const auto may = check_hierarchical(s, c); !may)
        co_return may.error();
    const auto name = without_slash(c.key());
    const auto held = co_await s.records.lock_all();
    if (const auto is_free = check_free(s, c, name); !is_free)
        co_return is_free.error();
    if (const auto there = check_parent(s, c, name); !there)
        co_return there.error();
    const auto made = co_await s.records.publish(c.bucket(), make_directory(name + '/', s.now()));
    if (!made)
        co_return made.error();
    co_return answer();
}

awaitable<reply> operations::rename_object(service& s, call& c) {
    if (const auto may = check_hierarchical(s, c); !may)
        co_return may.error();
    const auto told =
        config::percent_decode(c.header_text("x-oss-rename-source"), config::plus_sign::kept);
    if (!told || told->empty() || told->starts_with('/'))
        co_return invalid_argument("The source is not valid.", "x-oss-rename-source",
                                   c.header_text("x-oss-rename-source"));
    const auto from = without_slash(*told);
    const auto to = without_slash(c.key());
    if ((to + '/').starts_with(from + '/'))
        co_return invalid_argument("The source holds the destination.", "x-oss-rename-source",
                                   *told);
    const auto held = co_await s.records.lock_all();
    auto all = find_all(s, c, from);
    if (all.empty())
        co_return oss_error("NoSuchKey").with("Key", from);
    if (const auto is_free = check_free(s, c, to); !is_free)
        co_return is_free.error();
    if (const auto there = check_parent(s, c, to); !there)
        co_return there.error();
    std::vector<object_ptr> renamed;
    for (const auto& object : all) {
        object_record copy(*object);
        copy.key = to + object->key.substr(from.size());
        renamed.push_back(std::make_shared<const object_record>(std::move(copy)));
    }
    const auto done = co_await s.records.rename(c.bucket(), std::move(all), std::move(renamed));
    if (!done)
        co_return done.error();
    co_return answer();
}

} // namespace objftpd::oss_server
