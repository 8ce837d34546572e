#pragma once

#include "storage/checksum/crc64.hpp"
#include "storage/checksum/crc_combine.hpp"
#include "storage/oss/oss_dialect.hpp"
#include "storage/rest/object_upload.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/results.hpp"
#include "tests/support/scripted_transport.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace objftpd::tests {

/// A store as far as uploads see it: it takes parts and makes objects of them, of which it keeps
/// sizes and checksums. A test may change any answer.
class uploading_store {
public:
    using operation = storage::rest::operation;

    struct piece {
        std::uint64_t size = 0;
        std::uint64_t crc64 = 0;
    };
    struct object : piece {
        bool tells_crc64 = true;
    };

    explicit uploading_store(const asio::any_io_executor& executor)
        : transport(std::make_shared<scripted_transport>(executor)) {
        transport->on_answer = [this](const storage::rest::call& c, storage::rest::answer& a) {
            asked.push_back(c.what);
            if (!a.failed)
                answer_to(c, a);
            if (changes)
                changes(c, a);
        };
    }
    uploading_store(const uploading_store&) = delete;

    std::ptrdiff_t count(operation o) const { return std::ranges::count(asked, o); }

    /// The sizes of all parts of a key that came, by their numbers.
    std::vector<std::uint64_t> sizes(const std::string& key) const {
        std::vector<std::uint64_t> all;
        if (const auto found = uploads.find(key); found != uploads.end())
            for (const auto& [number, part] : found->second)
                all.push_back(part.size);
        return all;
    }

    const std::shared_ptr<scripted_transport> transport;
    std::vector<operation> asked;
    std::map<std::string, std::map<unsigned, piece>> uploads; // by key and number
    std::map<std::string, object> objects;
    std::function<void(const storage::rest::call&, storage::rest::answer&)> changes;

    static void refuse(storage::rest::answer& a, storage::errc why) {
        a.failed = why;
        a.text.clear();
        a.headers.clear();
    }

private:
    static piece piece_of(const storage::http::request_body& body) {
        piece p;
        for (const auto& bytes : body) {
            p.size += bytes.size();
            p.crc64 = storage::crc64(p.crc64, bytes.data(), bytes.size());
        }
        return p;
    }

    static void tell(storage::rest::answer& a, const piece& p) {
        a.headers.emplace_back("etag", "\"an etag\"");
        a.headers.emplace_back("x-oss-hash-crc64ecma", std::to_string(p.crc64));
    }

    void complete(const std::string& key) {
        auto& made = objects[key] = object();
        made.tells_crc64 = uploads[key].begin()->first == 1; // else the first parts are unknown
        for (const auto& [number, part] : uploads[key]) {
            made.size += part.size;
            made.crc64 =
                storage::crc_combine(storage::crc_kind::crc64, made.crc64, part.crc64, part.size);
        }
    }

    void answer_to(const storage::rest::call& c, storage::rest::answer& a) {
        a.status = 200;
        switch (c.what) {
        case operation::create_upload:
            uploads[c.key].clear();
            a.text = "<InitiateMultipartUploadResult><UploadId>" + c.key +
                     "</UploadId></InitiateMultipartUploadResult>";
            break;
        case operation::upload_part: {
            const auto number = static_cast<unsigned>(std::stoul(*c.query.front().value));
            tell(a, uploads[c.key][number] = piece_of(c.body));
            break;
        }
        case operation::complete_upload:
            complete(c.key);
            a.text = "<CompleteMultipartUploadResult><ETag>\"an etag\"</ETag>"
                     "</CompleteMultipartUploadResult>";
            if (objects[c.key].tells_crc64)
                tell(a, objects[c.key]);
            break;
        case operation::put_object:
            static_cast<piece&>(objects[c.key] = object()) = piece_of(c.body);
            tell(a, objects[c.key]);
            break;
        case operation::head_object:
            if (!objects.contains(c.key))
                return refuse(a, storage::errc::not_found);
            a.headers.emplace_back("content-length", std::to_string(objects[c.key].size));
            if (objects[c.key].tells_crc64)
                tell(a, objects[c.key]);
            break;
        case operation::list_parts:
            if (objects.contains(c.key))
                return refuse(a, storage::errc::not_found);
            a.text = "<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>";
            break;
        default:
            break;
        }
    }
};

/// Ground of tests of uploads: a bucket of an OSS, with parts of 100 KiB unless a test wants
/// others.
class upload_test {
public:
    static constexpr std::uint64_t part = 100 << 10; // bytes

    upload_test() {
        settings.part_size = part;
        loop.leave_background();
    }
    ~upload_test() {
        stop.request_stop();
        go_on();
    }

    /// Makes the bucket of what the test has set.
    void open(std::size_t memory) {
        budget = std::make_shared<storage::memory_budget>(memory, [this] { return now(); });
        storage::rest::bucket_client client("bucket", store.transport, speech);
        bucket = std::make_shared<const storage::rest::bucket_access>(std::move(client), settings,
                                                                      budget);
    }

    std::unique_ptr<storage::rest::object_upload>
    upload_of(const std::string& key, std::uint64_t expected_size = 0,
              storage::overwrite existing = storage::overwrite::allowed) {
        storage::upload_request request(key, existing);
        request.stop = stop.get_token();
        request.expected_size = expected_size;
        return std::make_unique<storage::rest::object_upload>(bucket, std::move(request),
                                                              loop.context().get_executor());
    }

    /// One that has `count` parts of a size already.
    std::unique_ptr<storage::rest::object_upload>
    upload_with_parts(const std::string& key, unsigned count, std::uint64_t size) {
        auto upload = upload_of(key);
        storage::rest::unfinished_upload before(storage::rest::upload_name(key, key), {});
        for (unsigned number = 1; number <= count; ++number) {
            auto& p = before.parts.emplace_back();
            p.number = number;
            p.size = size;
            p.etag = "an etag";
        }
        upload->go_on(before, count);
        return upload;
    }

    /// All that can go on does, until it waits for time or for the test.
    void go_on() {
        loop.context().restart();
        loop.context().poll();
    }

    event_loop loop;
    std::stop_source stop; // of all uploads
    uploading_store store{loop.context().get_executor()};
    storage::rest::bucket_settings settings;
    std::shared_ptr<const storage::rest::dialect> speech =
        std::make_shared<storage::oss::oss_dialect>(storage::oss::signature::v4);
    std::function<storage::memory_budget::clock::time_point()> now =
        storage::memory_budget::clock::now;
    std::shared_ptr<storage::memory_budget> budget;
    std::shared_ptr<const storage::rest::bucket_access> bucket;
};

} // namespace objftpd::tests
