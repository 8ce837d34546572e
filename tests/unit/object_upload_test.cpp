#include "tests/unit/uploading_store.hpp"

#include <boost/asio/error.hpp>
#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using namespace objftpd::storage;

namespace {

using rest::operation;

constexpr const char* key = "key";

class object_upload_test : public upload_test {
protected:
    object_upload_test() { open(8 << 20); }

    /// Uploads three parts and a bit.
    result<put_result> put() {
        upload = upload_of(key);
        const std::string bytes(static_cast<std::size_t>(part) * 7 / 2, 'x');
        const auto written = loop.run(upload->write(bytes));
        if (!written)
            return written.error();
        return loop.run(upload->commit({}));
    }

    /// What answers of that kind are made to, from the `first` one on.
    void change(operation what, std::function<void(rest::answer&)> how, int first = 1,
                int times = 1000) {
        store.changes = [=, met = 0](const rest::call& c, rest::answer& a) mutable {
            if (c.what == what && ++met >= first && met < first + times)
                how(a);
        };
    }

    std::unique_ptr<rest::object_upload> upload;
};

void damage_crc64(rest::answer& a) {
    for (auto& header : a.headers)
        if (header.name == "x-oss-hash-crc64ecma")
            header.value = "1";
}

} // namespace

TEST_CASE_METHOD(object_upload_test, "an upload that is stopped before its first part is removed") {
    const std::string owner = GENERATE("", "alice");
    upload_request request(key, overwrite::allowed);
    request.owner = owner;
    request.stop = stop.get_token();
    rest::object_upload stopped(bucket, std::move(request), loop.context().get_executor());
    store.transport->on_send = [&] { stop.request_stop(); };
    const std::string bytes(3 * part, 'x');
    CHECK(loop.run(stopped.write(bytes)).error() == asio::error::operation_aborted);
    CHECK(store.asked == std::vector{operation::create_upload});
    loop.run(stopped.suspend());
    CHECK(store.asked.back() == operation::abort_upload);
    CHECK_FALSE(bucket->in_use->has(key));
}

TEST_CASE_METHOD(object_upload_test, "parts become an object with the checksum of all bytes") {
    const auto made = put();
    REQUIRE(made);
    const auto bytes = std::string(static_cast<std::size_t>(part) * 7 / 2, 'x');
    CHECK(made->size == bytes.size());
    CHECK(made->crc64 == crc64(0, bytes.data(), bytes.size()));
    CHECK(store.objects[key].crc64 == made->crc64);
    CHECK(store.count(operation::head_object) == 0);
}

TEST_CASE_METHOD(object_upload_test,
                 "a part that the store refuses ends the upload with its error") {
    const auto number = GENERATE(1, 2, 4);
    change(
        operation::upload_part, [](auto& a) { uploading_store::refuse(a, errc::quota); }, number);
    CHECK(put().error() == errc::quota);
    CHECK(store.count(operation::complete_upload) == 0);
    loop.run(upload->abort());
    CHECK(store.asked.back() == operation::abort_upload);
    CHECK(store.objects.empty());
}

TEST_CASE_METHOD(object_upload_test, "an upload that cannot be begun ends with the store's error") {
    change(operation::create_upload, [](auto& a) { uploading_store::refuse(a, errc::no_bucket); });
    CHECK(put().error() == errc::no_bucket);
    CHECK(store.count(operation::upload_part) == 0);
}

TEST_CASE_METHOD(object_upload_test,
                 "a part that arrived damaged is sent again, three times in all") {
    SECTION("until it has arrived") {
        change(operation::upload_part, damage_crc64, 2, 2);
        CHECK(put());
        CHECK(store.count(operation::upload_part) == 4 + 2);
    }
    SECTION("or the upload fails") {
        change(operation::upload_part, damage_crc64, 4);
        CHECK(put().error() == errc::checksum_mismatch);
        CHECK(store.count(operation::upload_part) == 3 + 3);
        CHECK(store.objects.empty());
    }
}

TEST_CASE_METHOD(object_upload_test,
                 "a part without a checksum in its answer is sent with its MD5") {
    std::vector<bool> with_md5;
    store.changes = [&](const rest::call& c, rest::answer& a) {
        if (c.what != operation::upload_part)
            return;
        std::erase_if(a.headers, [](const auto& h) { return h.name == "x-oss-hash-crc64ecma"; });
        with_md5.push_back(http::find(c.headers, "content-md5") != nullptr);
    };
    CHECK(put());
    CHECK(std::ranges::count(with_md5, true) == 4);
}

TEST_CASE_METHOD(object_upload_test, "an upload ends as too large when all numbers are used up") {
    upload = upload_with_parts(key, 9'998, part);
    const std::string bytes(static_cast<std::size_t>(settings.largest_part), 'x');
    const auto written = loop.run(upload->write(bytes)); // on little memory: 8 MiB are a part
    CHECK(written.error() == errc::too_large);
    CHECK(store.sizes(key).size() == 2);
}

TEST_CASE_METHOD(object_upload_test, "the last number is as good as the others") {
    upload = upload_with_parts(key, 9'999, part);
    const std::string end = "the end";
    CHECK(loop.run(upload->write(end)));
    const auto made = loop.run(upload->commit({}));
    REQUIRE(made);
    CHECK(made->size == 9'999 * part + end.size());
    CHECK(store.uploads[key].contains(10'000));
}

namespace {

/// How a completion ended whose answer was lost, or is not to be believed.
struct ending {
    std::string name;
    std::function<void(uploading_store&, rest::answer&)> completion;
    std::function<void(uploading_store&)> what_stands; // afterwards
    error_code expected;                               // none: the file is stored
};

void lose(uploading_store&, rest::answer& a) {
    uploading_store::refuse(a, errc::unavailable);
    a.may_have_worked = true;
}
void say_no_such_upload(uploading_store&, rest::answer& a) {
    uploading_store::refuse(a, errc::not_found);
    a.may_have_worked = true;
}
void tell_error_in_success(uploading_store&, rest::answer& a) {
    a.headers.clear();
    a.text = "<Error><Code>InternalError</Code></Error>";
}
void tell_other_checksum(uploading_store&, rest::answer& a) {
    damage_crc64(a);
}

void as_it_was_sent(uploading_store&) {}
void nothing(uploading_store& store) {
    store.objects.clear();
}
void another_object(uploading_store& store) {
    ++store.objects[key].crc64;
}
void a_longer_object(uploading_store& store) {
    ++store.objects[key].size;
}
void without_checksum(uploading_store& store) {
    store.objects[key].tells_crc64 = false;
}
void without_checksum_and_still_unfinished(uploading_store& store) {
    without_checksum(store);
    store.changes = [](const rest::call& c, rest::answer& a) {
        if (c.what != operation::list_parts)
            return;
        a.failed = error_code();
        a.text = "<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>";
    };
}
void nobody_says(uploading_store& store) {
    store.changes = [](const rest::call& c, rest::answer& a) {
        if (c.what == operation::head_object)
            uploading_store::refuse(a, errc::unavailable);
    };
}

const std::vector<ending>& endings() {
    static const std::vector<ending> all{
        {"lost, and the object proves it", lose, as_it_was_sent, {}},
        {"lost, and there is nothing", lose, nothing, errc::unavailable},
        {"lost, and another object stands", lose, another_object, errc::unavailable},
        {"lost, and a longer one stands", lose, a_longer_object, errc::unavailable},
        {"lost, no checksum, and the upload is no more", lose, without_checksum, {}},
        {"lost, no checksum, and the upload is still there", lose,
         without_checksum_and_still_unfinished, errc::unavailable},
        {"lost, and nobody says what stands", lose, nobody_says, errc::unavailable},
        {"repeated, and the object proves it", say_no_such_upload, as_it_was_sent, {}},
        {"repeated, and there is nothing", say_no_such_upload, nothing, errc::unavailable},
        {"an error in a 200, and there is nothing", tell_error_in_success, nothing,
         errc::unavailable},
        {"an error in a 200, and the object proves it", tell_error_in_success, as_it_was_sent, {}},
        {"another checksum, and the object has it, too", tell_other_checksum, another_object,
         errc::checksum_mismatch},
        {"another checksum, and the object proves it", tell_other_checksum, as_it_was_sent, {}},
        {"another checksum, and there is nothing", tell_other_checksum, nothing,
         errc::checksum_mismatch},
        {"another checksum, and nobody says what stands", tell_other_checksum, nobody_says,
         errc::checksum_mismatch},
    };
    return all;
}

} // namespace

TEST_CASE_METHOD(
    object_upload_test,
    "what became of an upload is read from the object where the answer does not tell") {
    for (const auto& row : endings()) {
        INFO(row.name);
        store.objects.clear();
        store.asked.clear();
        store.changes = [&](const rest::call& c, rest::answer& a) {
            if (c.what != operation::complete_upload)
                return;
            row.completion(store, a);
            const auto happens = row.what_stands; // takes the place of this function
            happens(store);
        };
        const auto made = put();
        CHECK(store.count(operation::head_object) == 1);
        CHECK((made ? error_code() : made.error()) == row.expected);
        if (!made)
            loop.run(upload->abort());
    }
}

TEST_CASE_METHOD(object_upload_test, "a completion that the store refuses is not looked into") {
    change(operation::complete_upload,
           [](auto& a) { uploading_store::refuse(a, errc::permission_denied); });
    CHECK(put().error() == errc::permission_denied);
    CHECK(store.count(operation::head_object) == 0);
}

TEST_CASE_METHOD(object_upload_test,
                 "a whole object is as much under way as parts are: it outlives an outage") {
    std::vector<rest::stage> reached;
    store.changes = [&](const rest::call& c, rest::answer& a) {
        reached.push_back(c.reached);
        if (c.what == operation::put_object)
            lose(store, a);
    };
    upload = upload_of(key, 0, overwrite::refused);
    const std::string bytes = "small";
    CHECK(loop.run(upload->commit(bytes)));
    CHECK(store.asked ==
          std::vector{operation::head_object, operation::put_object, operation::head_object});
    CHECK(reached == std::vector(3, rest::stage::under_way));
}

TEST_CASE_METHOD(object_upload_test, "who is followed on an upload sends none of its parts again") {
    std::vector<bool> stopped;
    store.changes = [&](const rest::call& c, rest::answer&) {
        if (c.what == operation::create_upload)
            store.transport->holds = true; // what comes now
        if (c.what == operation::upload_part)
            stopped.push_back(c.stop.stop_requested());
    };
    upload = upload_of(key);
    const std::string bytes(static_cast<std::size_t>(part) * 5 / 2, 'x');
    CHECK(loop.run(upload->write(bytes)));
    const auto follower = upload_with_parts(key, 1, part);
    go_on();
    store.transport->release();
    go_on();
    CHECK(stopped == std::vector{true, true});
}
