#include "tests/oss_server/catalog.hpp"

#include "config/log.hpp"
#include "storage/error.hpp"
#include "storage/http/signing.hpp"
#include "tests/oss_server/text.hpp"

#include <algorithm>
#include <stdexcept>

namespace objftpd::oss_server {
namespace {

constexpr std::size_t lock_count = 64;

const std::string no_key; // the bucket itself

// The folders' names put a bucket in front of what is in it when paths are sorted.
std::string bucket_path(const std::string& bucket) {
    return "buckets/" + bucket + ".json";
}

// A key may hold what no file name can.
std::string object_path(const std::string& bucket, const std::string& key) {
    const auto digest = http::sha256_hex(key);
    return "objects/" + bucket + '/' + digest.substr(0, 2) + '/' + digest + ".json";
}

std::string upload_folder(const std::string& bucket, const std::string& id) {
    return "uploads/" + bucket + '/' + id + '/';
}

std::string upload_path(const std::string& bucket, const std::string& id) {
    return upload_folder(bucket, id) + "about.json";
}

std::string part_path(const std::string& bucket, const std::string& id, unsigned number) {
    return upload_folder(bucket, id) + "part-" + std::to_string(number) + ".json";
}

std::vector<std::string> segments_of(std::string_view path) {
    std::vector<std::string> out;
    while (true) {
        const auto slash = path.find('/');
        out.emplace_back(path.substr(0, slash));
        if (slash == path.npos)
            return out;
        path.remove_prefix(slash + 1);
    }
}

// "a/" and "a/b/" of "a/b/c" and "a/b/c/".
std::vector<std::string> directories_above(const std::string& key) {
    std::vector<std::string> all;
    for (auto slash = key.find('/'); slash != key.npos && slash + 1 < key.size();
         slash = key.find('/', slash + 1))
        all.push_back(key.substr(0, slash + 1));
    return all;
}

} // namespace

catalog::catalog(asio::any_io_executor executor, std::shared_ptr<storage::adapter> records,
                 blob_store& blobs)
    : records_(std::move(records)), blobs_(blobs) {
    for (std::size_t i = 0; i < lock_count; ++i)
        locks_.emplace_back(executor);
}

awaitable<void> catalog::load() {
    std::vector<std::string> paths;
    std::string token;
    do {
        storage::list_request request("", token, 1000);
        request.recursive = true;
        request.names_only = true;
        const auto page = co_await records_->list(std::move(request));
        if (!page)
            throw std::runtime_error("cannot list the records: " + page.error().message());
        for (const auto& entry : page->entries)
            if (!entry.directory)
                paths.push_back(entry.key);
        token = page->next;
    } while (!token.empty());
    std::ranges::sort(paths); // a bucket before its objects, an upload before its parts
    for (const auto& path : paths) {
        const auto text = co_await read(path);
        adopt(path, text);
    }

    std::set<std::string> known;
    for (const auto& [name, bucket] : buckets_) {
        for (const auto& [key, object] : bucket.objects)
            for (const auto& p : object->pieces)
                known.insert(p.data->name());
        for (const auto& [key, upload] : bucket.uploads)
            for (const auto& [number, part] : upload.parts)
                for (const auto& p : part.pieces)
                    known.insert(p.data->name());
    }
    const auto swept = co_await blobs_.sweep(known);
    if (!swept)
        throw std::runtime_error("cannot remove what is left over: " + swept.error().message());
}

// One record of an earlier run. What belongs to nothing was left by a crash.
void catalog::adopt(const std::string& path, const std::string& text) {
    const auto segments = segments_of(path);
    if (segments.front() == "buckets") {
        auto r = parse_bucket(text);
        auto name = r.name;
        buckets_[std::move(name)].about = std::move(r);
        return;
    }
    const auto found = segments.size() == 4 ? buckets_.find(segments[1]) : buckets_.end();
    if (found == buckets_.end())
        return;
    auto& bucket = found->second;
    if (segments.front() == "objects") {
        auto r = std::make_shared<object_record>(parse_object(text, blobs_));
        auto key = r->key;
        bucket.objects[std::move(key)] = std::move(r);
        return;
    }
    if (segments.back() == "about.json") {
        auto r = parse_upload(text);
        bucket.uploads[{r.key, r.id}].about = r;
        return;
    }
    for (auto& [key, upload] : bucket.uploads)
        if (upload.about.id == segments[2]) {
            auto r = parse_part(text, blobs_);
            const auto number = r.number;
            upload.parts.insert_or_assign(number, std::move(r));
        }
}

awaitable<outcome<>> catalog::write(std::string path, std::string text) {
    storage::upload_request request(std::move(path), storage::overwrite::allowed);
    auto upload = co_await records_->open_upload(std::move(request));
    if (!upload)
        co_return store_failure(upload.error());
    const auto stored = co_await (*upload)->commit(text);
    if (!stored)
        co_return store_failure(stored.error());
    co_return outcome<>();
}

awaitable<outcome<>> catalog::erase(std::string path) {
    const auto removed = co_await records_->remove(std::move(path));
    if (!removed && removed.error() != storage::errc::not_found)
        co_return store_failure(removed.error());
    co_return outcome<>();
}

awaitable<std::string> catalog::read(std::string path) {
    auto body = co_await records_->read(path, 0, std::stop_token());
    if (!body)
        throw std::runtime_error("cannot read the record " + path);
    std::string text(static_cast<std::size_t>((*body)->remaining()), '\0');
    for (std::size_t filled = 0; filled < text.size();) {
        const auto n = co_await (*body)->read_some(std::span(text).subspan(filled));
        if (!n || *n == 0)
            throw std::runtime_error("cannot read the record " + path);
        filled += *n;
    }
    co_return text;
}

std::vector<bucket_record> catalog::buckets() const {
    const std::lock_guard guarded(mutex_);
    std::vector<bucket_record> all;
    for (const auto& [name, bucket] : buckets_)
        all.push_back(bucket.about);
    return all;
}

std::optional<bucket_record> catalog::find_bucket(const std::string& name) const {
    std::optional<bucket_record> found;
    with_bucket(name, [&](const bucket_state& b) { found = b.about; });
    return found;
}

awaitable<outcome<>> catalog::create_bucket(bucket_record r) {
    const auto held = co_await lock(r.name, no_key);
    if (find_bucket(r.name))
        co_return oss_error("BucketAlreadyExists").with("BucketName", r.name);
    const auto stored = co_await write(bucket_path(r.name), to_json(r));
    if (!stored)
        co_return stored.error();
    const std::lock_guard guarded(mutex_);
    buckets_[r.name].about = r;
    co_return outcome<>();
}

awaitable<outcome<>> catalog::change_bucket(bucket_record r) {
    const auto held = co_await lock(r.name, no_key);
    if (!find_bucket(r.name))
        co_return oss_error("NoSuchBucket").with("BucketName", r.name);
    const auto stored = co_await write(bucket_path(r.name), to_json(r));
    if (!stored)
        co_return stored.error();
    const std::lock_guard guarded(mutex_);
    buckets_[r.name].about = r;
    co_return outcome<>();
}

awaitable<outcome<>> catalog::remove_bucket(std::string name) {
    const auto held = co_await lock(name, no_key);
    {
        const std::lock_guard guarded(mutex_);
        const auto found = buckets_.find(name);
        if (found == buckets_.end())
            co_return oss_error("NoSuchBucket").with("BucketName", name);
        if (!found->second.objects.empty() || !found->second.uploads.empty())
            co_return oss_error("BucketNotEmpty").with("BucketName", name);
        buckets_.erase(found);
    }
    co_return co_await erase(bucket_path(name));
}

object_ptr catalog::find(const std::string& bucket, const std::string& key) const {
    object_ptr found;
    with_bucket(bucket, [&](const bucket_state& b) {
        if (const auto at = b.objects.find(key); at != b.objects.end())
            found = at->second;
    });
    return found;
}

awaitable<async_lock::guard> catalog::lock(const std::string& bucket, const std::string& key) {
    const auto number = std::hash<std::string>()(bucket + '/' + key) % lock_count;
    return locks_[number].acquire();
}

// Each key has its turn in one of them, and nobody waits for another while it has one.
awaitable<std::vector<async_lock::guard>> catalog::lock_all() {
    std::vector<async_lock::guard> all;
    all.reserve(lock_count);
    for (auto& one : locks_)
        all.push_back(co_await one.acquire());
    co_return all;
}

awaitable<outcome<>> catalog::publish(std::string bucket, object_ptr object) {
    const auto about = find_bucket(bucket);
    if (about && about->hierarchical)
        for (const auto& above : directories_above(object->key)) {
            if (find(bucket, above))
                continue;
            const auto made = co_await publish_one(bucket, make_directory(above, object->modified));
            if (!made)
                co_return made.error();
        }
    co_return co_await publish_one(std::move(bucket), std::move(object));
}

awaitable<outcome<>> catalog::publish_one(std::string bucket, object_ptr object) {
    const auto path = object_path(bucket, object->key);
    const auto stored = co_await write(path, to_json(*object));
    if (!stored)
        co_return stored.error();
    object_ptr replaced; // let go after the mutex
    {
        const std::lock_guard guarded(mutex_);
        const auto found = buckets_.find(bucket);
        if (found != buckets_.end()) {
            replaced = std::exchange(found->second.objects[object->key], object);
            co_return outcome<>();
        }
    }
    co_await erase(path); // the bucket has gone meanwhile
    co_return oss_error("NoSuchBucket").with("BucketName", bucket);
}

awaitable<outcome<>> catalog::remove(std::string bucket, std::string key) {
    const auto removed = co_await erase(object_path(bucket, key));
    if (!removed)
        co_return removed.error();
    object_ptr old;
    const std::lock_guard guarded(mutex_);
    const auto found = buckets_.find(bucket);
    if (found != buckets_.end())
        if (const auto at = found->second.objects.find(key); at != found->second.objects.end()) {
            old = std::move(at->second);
            found->second.objects.erase(at);
        }
    co_return outcome<>();
}

awaitable<outcome<>> catalog::rename(std::string bucket, std::vector<object_ptr> from,
                                     std::vector<object_ptr> to) {
    for (const auto& object : to) {
        const auto stored = co_await write(object_path(bucket, object->key), to_json(*object));
        if (!stored)
            co_return stored.error();
    }
    {
        const std::lock_guard guarded(mutex_);
        auto& objects = buckets_[bucket].objects;
        for (const auto& object : from)
            objects.erase(object->key);
        for (const auto& object : to)
            objects[object->key] = object;
    }
    for (const auto& object : from) {
        const auto erased = co_await erase(object_path(bucket, object->key));
        if (!erased)
            co_return erased.error();
    }
    co_return outcome<>();
}

awaitable<outcome<>> catalog::create_upload(std::string bucket, upload_record r) {
    const auto stored = co_await write(upload_path(bucket, r.id), to_json(r));
    if (!stored)
        co_return stored.error();
    {
        const std::lock_guard guarded(mutex_);
        const auto found = buckets_.find(bucket);
        if (found != buckets_.end()) {
            found->second.uploads[{r.key, r.id}].about = r;
            co_return outcome<>();
        }
    }
    co_await erase(upload_path(bucket, r.id));
    co_return oss_error("NoSuchBucket").with("BucketName", bucket);
}

std::optional<upload_record> catalog::find_upload(const std::string& bucket, const std::string& key,
                                                  const std::string& id) const {
    std::optional<upload_record> found;
    with_bucket(bucket, [&](const bucket_state& b) {
        if (const auto at = b.uploads.find({key, id}); at != b.uploads.end())
            found = at->second.about;
    });
    return found;
}

std::optional<upload_state> catalog::copy_upload(const std::string& bucket, const std::string& key,
                                                 const std::string& id) const {
    std::optional<upload_state> found;
    with_bucket(bucket, [&](const bucket_state& b) {
        if (const auto at = b.uploads.find({key, id}); at != b.uploads.end())
            found = at->second;
    });
    return found;
}

awaitable<outcome<>> catalog::put_part(std::string bucket, upload_key upload, part_record part) {
    // One part may come twice at the same time: file and memory must agree on which is the last.
    const auto held = co_await lock(bucket, upload.second);
    const auto path = part_path(bucket, upload.second, part.number);
    const auto stored = co_await write(path, to_json(part));
    if (!stored)
        co_return stored.error();
    {
        const std::lock_guard guarded(mutex_);
        const auto found = buckets_.find(bucket);
        if (found != buckets_.end())
            if (const auto at = found->second.uploads.find(upload);
                at != found->second.uploads.end()) {
                const auto number = part.number;
                at->second.parts.insert_or_assign(number, std::move(part));
                co_return outcome<>();
            }
    }
    co_await erase(path); // completed or aborted meanwhile
    co_return oss_error("NoSuchUpload").with("UploadId", upload.second);
}

awaitable<outcome<>> catalog::remove_upload(std::string bucket, upload_key upload) {
    upload_state gone;
    {
        const std::lock_guard guarded(mutex_);
        const auto found = buckets_.find(bucket);
        if (found == buckets_.end())
            co_return oss_error("NoSuchBucket").with("BucketName", bucket);
        auto node = found->second.uploads.extract(upload);
        if (node.empty())
            co_return oss_error("NoSuchUpload").with("UploadId", upload.second);
        gone = std::move(node.mapped());
    }
    // Its own record first: parts without one belong to nothing at the next start.
    const auto removed = co_await erase(upload_path(bucket, upload.second));
    if (!removed)
        co_return removed.error();
    for (const auto& [number, part] : gone.parts) {
        const auto erased = co_await erase(part_path(bucket, upload.second, number));
        if (!erased)
            co_return erased.error();
    }
    co_await records_->remove_directory(upload_folder(bucket, upload.second));
    co_return outcome<>();
}

} // namespace objftpd::oss_server
