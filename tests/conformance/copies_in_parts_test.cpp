#include "tests/conformance/adapter_test.hpp"
#include "tests/conformance/object_store_bucket.hpp"
#include "tests/support/sizes.hpp"

using namespace objftpd;
using namespace objftpd::tests;

namespace {

/// A bucket over HTTP where large objects are those of more than 11 MiB: with parts of at least
/// 5 MiB none may be shorter.
class copies_in_parts_test : public bucket_speech {
public:
    copies_in_parts_test()
        : copies_in_parts_test(GENERATE(from_range(object_stores_under_test()))) {}
    ~copies_in_parts_test() { use(nullptr); }

    std::size_t leftovers() { return bucket_.leftovers(); }

    const std::string large = pattern(28 * MiB + 5);

private:
    explicit copies_in_parts_test(config::store_settings settings)
        : bucket_(loop(), with_small_copies(settings)) {
        use(bucket_.adapter());
    }

    static config::store_settings& with_small_copies(config::store_settings& settings) {
        settings.remote.largest_copy = 11 * MiB;
        return settings;
    }

    object_store_bucket bucket_;
};

} // namespace

TEST_CASE_METHOD(copies_in_parts_test, "a large object is copied in parts and stays the same") {
    storage::upload_request request("f", overwrite::allowed);
    request.content_type = "text/html";
    const auto to = value_of(run(store().open_upload(std::move(request))));
    const auto stored = value_of(commit(*to, large));
    const auto copied = value_of(copy("f", "d/g"));
    CHECK(copied.size == large.size());
    CHECK(copied.crc64 == stored.crc64);
    CHECK(content("d/g") == large);
    CHECK(version("d/g").content_type == "text/html");
    CHECK(version("d/g").crc64 == stored.crc64);
    CHECK(content("f") == large);
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(copies_in_parts_test, "a large object that is renamed has its new name only") {
    put("f", large);
    put("g", "old");
    CHECK(error_of(rename("f", "g", overwrite::refused)) == errc::already_exists);
    CHECK(content("g") == "old");
    value_of(rename("f", "g"));
    CHECK_FALSE(exists("f"));
    CHECK(content("g") == large);
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(copies_in_parts_test, "a directory with large objects is renamed") {
    put("from/small", "small");
    put("from/large", large);
    put("from/a/large", large.substr(0, 12 * MiB));
    value_of(rename("from/", "to/"));
    CHECK(content("to/small") == "small");
    CHECK(content("to/large") == large);
    CHECK(content("to/a/large") == large.substr(0, 12 * MiB));
    CHECK(keys("from/").empty());
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(copies_in_parts_test,
                 "what is kept in front of an append is all there, however long it is",
                 "[copied twice]") {
    const std::string tails[] = {"", "tail", pattern(13 * MiB)};
    put("f", large);
    for (const std::size_t kept : {5 * MiB, 10 * MiB + 1, 12 * MiB, 17 * MiB + 3, large.size()})
        for (const auto& tail : tails) {
            INFO("kept: " << kept << ", appended: " << tail.size());
            value_of(copy("f", "g"));
            const auto whole = large.substr(0, kept) + tail;
            const auto stored = value_of(try_put("g", tail, overwrite::allowed, kept));
            CHECK(stored.size == whole.size());
            CHECK(content("g") == whole);
            if (stored.crc64)
                CHECK(stored.crc64 == version("g").crc64);
        }
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(copies_in_parts_test,
                 "the checksum of an append to a large object is known before it is stored") {
    put("f", large);
    const bool told = version("f").crc64.has_value();
    const auto stored = value_of(try_put("f", "tail", overwrite::allowed, at_end));
    CHECK(stored.crc64.has_value() == told);
    CHECK(stored.crc64 == version("f").crc64);
}

TEST_CASE_METHOD(copies_in_parts_test,
                 "an append that is given up while it copies leaves nothing") {
    put("f", large);
    abort(*begin("f", overwrite::allowed, at_end));
    run(begin("f", overwrite::allowed, at_end)->suspend());
    { const auto dropped = begin("f", overwrite::allowed, 20 * MiB); }
    CHECK(content("f") == large);
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(copies_in_parts_test,
                 "a large object replaced during an append is precondition_failed") {
    put("f", large);
    const auto to = begin("f", overwrite::allowed, at_end);
    put("f", "somebody else's");
    CHECK(error_of(commit(*to, "tail")) == errc::precondition_failed);
    abort(*to);
    CHECK(content("f") == "somebody else's");
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(copies_in_parts_test,
                 "a large object removed during an append is precondition_failed") {
    put("f", large);
    const auto to = begin("f", overwrite::allowed, at_end);
    value_of(remove("f"));
    CHECK(error_of(commit(*to, "tail")) == errc::precondition_failed);
    abort(*to);
    CHECK_FALSE(exists("f"));
    CHECK(leftovers() == 0);
}
