#include "storage/oss/oss_dialect.hpp"
#include "storage/rest/object_properties.hpp"
#include "storage/s3/s3_dialect.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/results.hpp"

#include "storage/error.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using namespace objftpd::storage;

namespace {

/// A store of one object, whose HEAD tells what it is told to tell.
class archive final : public rest::transport {
public:
    explicit archive(std::vector<http::header> headers) : headers_(std::move(headers)) {
        headers_.emplace_back("content-length", "1");
    }

    awaitable<rest::answer> send(const rest::call& c) override {
        rest::answer a;
        a.status = 200;
        if (c.what == rest::operation::restore_object) {
            asked.assign(c.body.front().begin(), c.body.front().end());
            a.failed = restore_fails;
        } else {
            a.headers = headers_;
        }
        co_return a;
    }

    std::string asked; // the body of RestoreObject
    error_code restore_fails;

private:
    std::vector<http::header> headers_;
};

std::shared_ptr<const rest::bucket_access> access_to(std::shared_ptr<archive> store,
                                                     std::shared_ptr<const rest::dialect> speech) {
    rest::bucket_client client("bucket", std::move(store), std::move(speech));
    return std::make_shared<const rest::bucket_access>(std::move(client), rest::bucket_settings(),
                                                       std::make_shared<memory_budget>(1 << 20));
}

} // namespace

TEST_CASE("the state of an archived object, and what asks for it") {
    struct row {
        const char* name;
        std::vector<http::header> headers;
        bool oss;
        archive_state alone; // when no restore is asked for
        archive_state asked;
    };
    using enum archive_state;
    const auto r = GENERATE(
        row{"standard", {}, false, readable, readable},
        row{"infrequent access",
            {{"x-amz-storage-class", "STANDARD_IA"}},
            false,
            readable,
            readable},
        row{"instant", {{"x-amz-storage-class", "GLACIER_IR"}}, false, readable, readable},
        row{"Glacier", {{"x-amz-storage-class", "GLACIER"}}, false, archived, begun},
        row{"deep", {{"x-amz-storage-class", "DEEP_ARCHIVE"}}, false, archived, begun},
        row{"intelligent",
            {{"x-amz-storage-class", "INTELLIGENT_TIERING"},
             {"x-amz-archive-status", "ARCHIVE_ACCESS"}},
            false,
            archived,
            begun},
        row{"under way",
            {{"x-amz-storage-class", "GLACIER"}, {"x-amz-restore", "ongoing-request=\"true\""}},
            false,
            under_way,
            under_way},
        row{"restored",
            {{"x-amz-storage-class", "GLACIER"},
             {"x-amz-restore", "ongoing-request=\"false\", expiry-date=\"Fri, 21 Dec 2026\""}},
            false,
            readable,
            readable},
        row{"OSS", {{"x-oss-storage-class", "ColdArchive"}}, true, archived, begun},
        row{"OSS, restored",
            {{"x-oss-storage-class", "Archive"}, {"x-oss-restore", "ongoing-request=\"false\""}},
            true,
            readable,
            readable});
    INFO(r.name);
    event_loop loop;
    const auto store = std::make_shared<archive>(r.headers);
    std::shared_ptr<const rest::dialect> speech = std::make_shared<s3::s3_dialect>();
    if (r.oss)
        speech = std::make_shared<oss::oss_dialect>(oss::signature::v4);
    const auto bucket = access_to(store, speech);
    CHECK(value_of(loop.run(rest::restore(bucket, "key", 0))) == r.alone);
    CHECK(store->asked.empty());
    CHECK(value_of(loop.run(rest::restore(bucket, "key", 3))) == r.asked);
    CHECK(store->asked ==
          (r.asked == begun ? "<RestoreRequest><Days>3</Days></RestoreRequest>" : ""));
}

TEST_CASE("a restore that somebody else has asked for is under way") {
    event_loop loop;
    const auto store =
        std::make_shared<archive>(std::vector<http::header>{{"x-amz-storage-class", "GLACIER"}});
    store->restore_fails = errc::archived; // RestoreAlreadyInProgress
    const auto bucket = access_to(store, std::make_shared<s3::s3_dialect>());
    CHECK(value_of(loop.run(rest::restore(bucket, "key", 3))) == archive_state::under_way);
    store->restore_fails = errc::permission_denied;
    CHECK(error_of(loop.run(rest::restore(bucket, "key", 3))) == errc::permission_denied);
}
