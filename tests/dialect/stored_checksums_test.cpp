#include "storage/object_store.hpp"
#include "storage/rest/object_store_adapter.hpp"
#include "tests/dialect/http_transport_under_test.hpp"
#include "tests/support/store_settings.hpp"

#include "config/worker_pool.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using Catch::Contains;
using storage::hash_algorithm;

namespace {

const std::string digits = "123456789";

/// An adapter in front of a scripted store.
class stored_checksums_test : public http_transport_test {
protected:
    storage::rest::object_store_adapter& bucket() {
        if (!adapter_) {
            const std::shared_ptr<rest::transport> way(std::shared_ptr<void>(), &transport());
            adapter_.emplace(std::make_shared<const rest::bucket_access>(
                rest::bucket_client("bucket", way, speech), bucket_options,
                std::make_shared<storage::memory_budget>(1 << 20)));
        }
        return *adapter_;
    }

    static std::string object(const std::string& content, const std::string& headers) {
        return refusal(200, content, "ETag: \"e-2\"\r\n" + headers);
    }
    static std::string head_of_nine_bytes(const std::string& headers) {
        return "HTTP/1.1 200 X\r\nx-amz-request-id: id\r\nETag: \"e-2\"\r\nContent-Length: 9\r\n" +
               headers + "\r\n";
    }

    result<std::string> read(std::uint64_t offset = 0) { return loop.run(content_from(offset)); }

    result<std::string> digest(hash_algorithm algorithm) {
        return loop.run(bucket().digest("key", algorithm, {}));
    }

    static std::string range_of_nine_bytes(const std::string& range, const std::string& content) {
        return "HTTP/1.1 206 X\r\nx-amz-request-id: id\r\nETag: \"e-2\"\r\nContent-Range: bytes " +
               range + "/9\r\nContent-Length: " + std::to_string(content.size()) + "\r\n\r\n" +
               content;
    }

    rest::bucket_settings bucket_options;

private:
    awaitable<result<std::string>> content_from(std::uint64_t offset) {
        const std::string key = "key";
        const auto body = co_await bucket().read(key, offset, std::stop_token());
        if (!body)
            co_return body.error();
        std::string all;
        std::vector<char> buffer(4);
        while ((*body)->remaining() > 0) {
            const auto n = co_await (*body)->read_some(buffer);
            if (!n)
                co_return n.error();
            all.append(buffer.data(), *n);
        }
        co_return all;
    }

    std::optional<storage::rest::object_store_adapter> adapter_;
};

struct stored_row {
    const char* header;
    const char* of_digits;
    const char* of_something_else;
};
const std::vector<stored_row> stored_rows = {
    {"x-amz-checksum-crc32", "y/Q5Jg==", "4waSgw=="},
    {"x-amz-checksum-crc32c", "4waSgw==", "y/Q5Jg=="},
    {"x-amz-checksum-crc64nvme", "rosUhgp5mIg=", "AAAAAAAAAAA="},
    {"x-amz-checksum-sha1", "98O8HYCOBHMq32eZZczDTKeuNEE=", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="},
};

const std::string whole = "x-amz-checksum-type: FULL_OBJECT\r\n";

} // namespace

TEST_CASE_METHOD(stored_checksums_test,
                 "a download of what was stored in parts is compared with the store's checksum") {
    for (const auto& row : stored_rows) {
        INFO(row.header);
        const auto header = std::string(row.header) + ": ";
        server.answers(object(digits, whole + header + row.of_digits + "\r\n"));
        server.answers(object(digits, whole + header + row.of_something_else + "\r\n"));
        CHECK(value_of(read()) == digits);
        CHECK(error_of(read()) == errc::checksum_mismatch);
    }
    CHECK_THAT(head(0), Contains("x-amz-checksum-mode: ENABLED\r\n"));
}

TEST_CASE_METHOD(stored_checksums_test,
                 "a checksum that is made of those of parts says nothing of a download") {
    server.answers(object(digits, "x-amz-checksum-type: COMPOSITE\r\n"
                                  "x-amz-checksum-crc32c: KLAeGg==-2\r\n"));
    server.answers(object(digits, "x-amz-checksum-crc32c: y/Q5Jg==\r\n"));
    CHECK(value_of(read()) == digits);
    CHECK(value_of(read()) == digits);
}

TEST_CASE_METHOD(stored_checksums_test, "the rest of an object is not compared with the whole") {
    server.answers("HTTP/1.1 206 X\r\nx-amz-request-id: id\r\nETag: \"e\"\r\nContent-Range: bytes "
                   "4-8/9\r\nContent-Length: 5\r\nx-amz-checksum-crc32c: 4waSgw==\r\n\r\n56789");
    CHECK(value_of(read(4)) == "56789");
    CHECK_THAT(head(0), !Contains("x-amz-checksum-mode"));
}

TEST_CASE_METHOD(stored_checksums_test,
                 "a download in ranges is compared with the checksum that a HEAD tells") {
    bucket_options.parallel_reads = 2;
    bucket_options.part_size = 5;
    const auto sum = GENERATE("4waSgw==", "y/Q5Jg==");
    server.answers(range_of_nine_bytes("0-4", "12345"));
    server.answers(head_of_nine_bytes(whole + "x-amz-checksum-crc32c: " + sum + "\r\n"));
    server.answers(range_of_nine_bytes("5-8", "6789"));
    const auto got = read();
    if (std::string(sum) == "4waSgw==")
        CHECK(value_of(got) == digits);
    else
        CHECK(error_of(got) == errc::checksum_mismatch);
    CHECK_THAT(head(1), Catch::StartsWith("HEAD ") && Contains("x-amz-checksum-mode: ENABLED\r\n"));
}

TEST_CASE_METHOD(stored_checksums_test, "a download that broke and went on is compared whole") {
    const auto sum = GENERATE("4waSgw==", "y/Q5Jg==");
    server.answers_and_closes("HTTP/1.1 200 X\r\nx-amz-request-id: id\r\nETag: \"e\"\r\n"
                              "x-amz-checksum-crc32c: " +
                              std::string(sum) + "\r\nContent-Length: 9\r\n\r\n1234");
    server.answers("HTTP/1.1 206 X\r\nx-amz-request-id: id\r\nETag: \"e\"\r\nContent-Range: bytes "
                   "4-8/9\r\nContent-Length: 5\r\n\r\n56789");
    const auto got = read();
    if (std::string(sum) == "4waSgw==")
        CHECK(value_of(got) == digits);
    else
        CHECK(error_of(got) == errc::checksum_mismatch);
}

TEST_CASE_METHOD(stored_checksums_test, "a hash that the store keeps is one HEAD") {
    struct row {
        hash_algorithm algorithm;
        const char* header;
        const char* hex;
    };
    using enum hash_algorithm;
    const auto r = GENERATE(
        row{crc32, "x-amz-checksum-crc32: y/Q5Jg==\r\n", "cbf43926"},
        row{sha1, "x-amz-checksum-sha1: 98O8HYCOBHMq32eZZczDTKeuNEE=\r\n",
            "f7c3bc1d808e04732adf679965ccc34ca7ae3441"},
        row{sha256, "x-amz-checksum-sha256: FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=\r\n",
            "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"},
        row{md5, "x-amz-meta-md5chksum: JfnnlDI7RTiF9RgfG2JNCw==\r\n",
            "25f9e794323b453885f5181f1b624d0b"});
    server.answers(head_of_nine_bytes(whole + r.header));
    CHECK(value_of(digest(r.algorithm)) == r.hex);
    REQUIRE(server.requests().size() == 1);
    CHECK_THAT(line(0), Contains("HEAD "));
    CHECK_THAT(head(0), Contains("x-amz-checksum-mode: ENABLED\r\n"));
}

TEST_CASE_METHOD(stored_checksums_test, "a hash that the store does not keep is computed") {
    server.answers(head_of_nine_bytes("x-amz-checksum-crc32: y/Q5Jg==-2\r\n"));
    server.answers(object(digits, ""));
    CHECK(value_of(digest(hash_algorithm::crc32)) == "cbf43926");
    CHECK(server.requests().size() == 2);
}

TEST_CASE_METHOD(stored_checksums_test, "OSS is not asked for hashes that it never keeps") {
    is_oss();
    server.answers("HTTP/1.1 200 X\r\nx-oss-request-id: id\r\nETag: \"e\"\r\nContent-Length: 9\r\n"
                   "x-oss-hash-crc64ecma: 11051210869376104954\r\n\r\n123456789");
    CHECK(value_of(digest(hash_algorithm::crc32)) == "cbf43926");
    CHECK(server.requests().size() == 1);
}

TEST_CASE_METHOD(stored_checksums_test, "size and time are asked for without checksums") {
    server.answers(head_of_nine_bytes(""));
    CHECK(value_of(loop.run(bucket().stat("key", storage::detail::basic))).size == 9);
    CHECK_THAT(head(0), !Contains("x-amz-checksum-mode"));
}

TEST_CASE_METHOD(stored_checksums_test,
                 "the option of the store says what an upload is sent with") {
    struct row {
        config::upload_checksum option;
        const char* header;
        const char* other;
    };
    using enum config::upload_checksum;
    const auto r =
        GENERATE(row{md5, "content-md5: JfnnlDI7RTiF9RgfG2JNCw==\r\n", "x-amz-checksum"},
                 row{crc32c, "x-amz-checksum-crc32c: 4waSgw==\r\n", "content-md5"},
                 row{crc64nvme, "x-amz-checksum-crc64nvme: rosUhgp5mIg=\r\n", "content-md5"});
    auto option = store_at(config::store_type::s3, "http://" + server.host());
    option.remote.checksum = r.option;
    worker_pool pool(1);
    storage::object_store store(option, std::make_shared<storage::memory_budget>(8 << 20), pool);
    server.answers(200, "",
                   "x-amz-request-id: id\r\nETag: \"25f9e794323b453885f5181f1b624d0b\"\r\n"
                   "Connection: close\r\n");
    loop.leave_background();
    const auto bucket = store.open_bucket("bucket", {});
    const storage::upload_request request("key", storage::overwrite::allowed);
    const auto upload = value_of(loop.run(bucket->open_upload(request)));
    CHECK(loop.run(upload->commit(digits)));
    CHECK_THAT(head(0), Contains(r.header) && !Contains(r.other));
}
