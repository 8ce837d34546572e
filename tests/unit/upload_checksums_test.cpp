#include "storage/checksum/crc.hpp"
#include "storage/checksum/md5.hpp"
#include "storage/http/encoding.hpp"
#include "storage/rest/object_upload.hpp"
#include "storage/s3/s3_dialect.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/results.hpp"
#include "tests/unit/crc_vectors.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using namespace objftpd::storage;
using rest::operation;

namespace {

constexpr std::uint64_t part_size = 5 << 20; // bytes; S3's smallest

/// A store that speaks S3. What it tells of checksums is up to the test.
class checksum_store final : public rest::transport {
public:
    struct request {
        explicit request(const rest::call& c) : what(c.what), headers(c.headers) {
            for (const auto& piece : c.body)
                body.append(piece.begin(), piece.end());
        }
        /// Empty if there is no such header.
        std::string header(std::string_view name) const {
            const auto* const value = http::find(headers, name);
            return value == nullptr ? std::string() : *value;
        }

        operation what;
        std::vector<http::header> headers;
        std::string body;
    };

    awaitable<rest::answer> send(const rest::call& c) override {
        const auto& r = requests.emplace_back(c);
        rest::answer a;
        a.status = 200;
        a.headers = {{"etag", "\"e\""}, {"content-length", std::to_string(size)}};
        if (c.what == operation::create_upload) {
            a.text = "<InitiateMultipartUploadResult><UploadId>1</UploadId>"
                     "</InitiateMultipartUploadResult>";
            a.headers.insert(a.headers.end(), begun.begin(), begun.end());
        } else if (c.what == operation::copy_part) {
            a.text = "<CopyPartResult><ETag>\"p\"</ETag>" + copied + "</CopyPartResult>";
        } else if (c.what == operation::complete_upload) {
            a.text = "<CompleteMultipartUploadResult><ETag>\"e-2\"</ETag>" + completed +
                     "</CompleteMultipartUploadResult>";
        } else if (c.what == operation::head_object && !exists) {
            a.failed = errc::not_found;
        } else if (c.what == operation::head_object && r.header("x-amz-checksum-mode").empty()) {
            // tells what it does not have to decrypt
        } else if (c.what == operation::head_object) {
            a.failed = refuses_to_decrypt ? make_error_code(errc::permission_denied) : error_code();
            a.headers.insert(a.headers.end(), standing.begin(), standing.end());
        } else if (tells) {
            for (const auto& h : r.headers)
                if (h.name.starts_with("x-amz-checksum-"))
                    a.headers.emplace_back(h.name, wrong.empty() ? h.value : wrong);
        } else if (etag_is_md5) {
            a.headers[0].value = '"' + http::to_hex(md5::of(r.body)) + '"';
        }
        if (c.what == loses) {
            a.failed = errc::unavailable;
            a.may_have_worked = true;
        }
        co_return a;
    }

    std::vector<request> of(operation what) const {
        std::vector<request> some;
        for (const auto& r : requests)
            if (r.what == what)
                some.push_back(r);
        return some;
    }

    std::vector<request> requests;
    bool exists = true;
    bool tells = true; // of what it stores, the checksum that it was sent
    bool etag_is_md5 = false;
    bool refuses_to_decrypt = false;
    std::optional<operation> loses; // the answers to those
    std::string wrong;              // told in its place
    std::vector<http::header> begun;
    std::vector<http::header> standing; // HEAD tells those who ask for checksums
    std::string copied;
    std::string completed;
    std::uint64_t size = 0;
};

class upload_checksums_test {
protected:
    upload_checksums_test() { loop.leave_background(); }

    rest::object_upload upload_by(std::optional<crc_kind> checksum) {
        rest::bucket_settings settings;
        settings.part_size = part_size;
        settings.parallel_parts = 1;
        rest::bucket_client client(
            "bucket", store,
            std::make_shared<s3::s3_dialect>(s3::s3_dialect::etags::md5, checksum));
        access = std::make_shared<const rest::bucket_access>(
            std::move(client), settings, std::make_shared<memory_budget>(64 << 20));
        return {access, upload_request("key", overwrite::allowed), loop.context().get_executor()};
    }

    void keeps(crc_kind kind, const std::string& type = "FULL_OBJECT") {
        store->begun = {{"x-amz-checksum-algorithm", std::string(rest::name_of(kind))},
                        {"x-amz-checksum-type", type}};
    }

    result<put_result> send(rest::object_upload& to, const std::string& bytes) {
        store->size = bytes.size();
        const auto written = loop.run(to.write(bytes));
        return written ? loop.run(to.commit({})) : written.error();
    }

    static std::string text_of(crc_kind kind, const std::string& bytes) {
        return rest::text_of({kind, crc(kind, 0, bytes.data(), bytes.size())});
    }

    static std::string three_parts() {
        std::string bytes(3 * part_size, '\0');
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<char>(i % 251);
        return bytes;
    }

    event_loop loop;
    std::shared_ptr<checksum_store> store = std::make_shared<checksum_store>();
    std::shared_ptr<const rest::bucket_access> access;
};

/// An upload of which one part, 5 MiB, has arrived before it broke off: byte i is i modulo 251.
class resumed_checksums_test : public upload_checksums_test {
protected:
    /// `listed` is the checksum that the store tells of that part.
    void go_on(std::optional<crc_kind> wanted, std::optional<crc_kind> begun_with,
               std::optional<crc_kind> listed) {
        rest::unfinished_upload broken_off(rest::upload_name("key", "1"), timestamp());
        auto& first = broken_off.parts.emplace_back();
        first.number = 1;
        first.size = part_size;
        first.etag = "p";
        if (listed == crc_kind::crc32c)
            first.crcs.set({crc_kind::crc32c, 0x09ab50e2});
        if (listed == crc_kind::crc64nvme)
            first.crcs.set({crc_kind::crc64nvme, 0x6e0a75212d554998});
        broken_off.checksum = {begun_with, begun_with.has_value()};
        store->exists = false;
        auto upload = upload_by(wanted);
        upload.go_on(broken_off, 1);
        const std::string tail = "tail-part";
        CHECK(loop.run(upload.commit(tail)));
        sent = store->of(operation::upload_part).at(0);
        completed = store->of(operation::complete_upload).at(0);
    }

    checksum_store::request sent{{operation::upload_part, ""}};
    checksum_store::request completed{{operation::complete_upload, ""}};
};

using Catch::Contains;

} // namespace

TEST_CASE_METHOD(upload_checksums_test,
                 "a small object is sent with the checksum in place of MD5") {
    const auto [kind, header, text] =
        GENERATE(std::tuple(crc_kind::crc32c, "x-amz-checksum-crc32c", "4waSgw=="),
                 std::tuple(crc_kind::crc64nvme, "x-amz-checksum-crc64nvme", "rosUhgp5mIg="));
    auto upload = upload_by(kind);
    CHECK(send(upload, digits));
    REQUIRE(store->requests.size() == 1);
    CHECK(store->requests[0].header(header) == text);
    CHECK(store->requests[0].header("content-md5").empty());
}

TEST_CASE_METHOD(upload_checksums_test, "without the option MD5s are sent, as every store knows") {
    store->etag_is_md5 = true;
    auto upload = upload_by(std::nullopt);
    CHECK(send(upload, digits));
    CHECK(store->requests[0].header("content-md5") == "JfnnlDI7RTiF9RgfG2JNCw==");
    for (const auto& h : store->requests[0].headers)
        CHECK_THAT(h.name, !Contains("checksum"));
}

TEST_CASE_METHOD(upload_checksums_test,
                 "an object that the store has taken for another ends with an error") {
    auto upload = upload_by(crc_kind::crc32c);
    store->wrong = "y/Q5Jg==";
    CHECK(error_of(send(upload, digits)) == errc::checksum_mismatch);
}

TEST_CASE_METHOD(upload_checksums_test,
                 "an object is compared by its MD5 where the store knows no checksums") {
    store->tells = false;
    auto upload = upload_by(crc_kind::crc32c);
    SECTION("and tells that") {
        store->etag_is_md5 = true;
        CHECK(send(upload, digits));
    }
    SECTION("and tells nothing: it was not compared at all") {
        CHECK(error_of(send(upload, digits)) == errc::checksum_mismatch);
    }
}

TEST_CASE_METHOD(upload_checksums_test,
                 "an upload in parts carries the checksums of the parts and of the whole") {
    const auto kind = GENERATE(crc_kind::crc32c, crc_kind::crc64nvme);
    const std::string name(rest::name_of(kind));
    keeps(kind);
    auto upload = upload_by(kind);
    const auto bytes = three_parts();
    store->completed = "<Checksum" + name + ">" + text_of(kind, bytes) + "</Checksum" + name +
                       "><ChecksumType>FULL_OBJECT</ChecksumType>";
    CHECK(send(upload, bytes));
    const auto begun = store->of(operation::create_upload).at(0);
    CHECK(begun.header("x-amz-checksum-algorithm") == name);
    CHECK(begun.header("x-amz-checksum-type") == "FULL_OBJECT");
    const auto parts = store->of(operation::upload_part);
    CHECK(parts.size() == 3);
    const auto last = store->of(operation::complete_upload).at(0);
    for (const auto& p : parts) {
        CHECK(p.header(rest::header_of(kind)) == text_of(kind, p.body));
        CHECK(p.header("content-md5").empty());
        CHECK_THAT(last.body, Contains("<Checksum" + name + ">" + text_of(kind, p.body) +
                                       "</Checksum" + name + ">"));
    }
    CHECK(last.header(rest::header_of(kind)) == text_of(kind, bytes));
    CHECK(last.header("x-amz-checksum-type") == "FULL_OBJECT");
    CHECK(store->of(operation::head_object).empty());
}

TEST_CASE_METHOD(upload_checksums_test,
                 "parts are covered by MD5s where the store does not say that it keeps checksums") {
    auto upload = upload_by(crc_kind::crc32c);
    store->tells = false;
    CHECK(send(upload, three_parts()));
    const auto parts = store->of(operation::upload_part);
    CHECK(parts.size() == 3);
    for (const auto& p : parts)
        CHECK(p.header("content-md5") == http::to_base64(md5::of(p.body)));
    const auto last = store->of(operation::complete_upload).at(0);
    CHECK(last.header("x-amz-checksum-crc32c").empty());
    CHECK_THAT(last.body, !Contains("Checksum"));
}

TEST_CASE_METHOD(upload_checksums_test,
                 "a store that keeps checksums of parts alone is told none of the whole") {
    keeps(crc_kind::crc32c, "COMPOSITE");
    auto upload = upload_by(crc_kind::crc32c);
    store->completed = "<ChecksumCRC32C>KLAeGg==-3</ChecksumCRC32C>";
    CHECK(send(upload, three_parts()));
    const auto last = store->of(operation::complete_upload).at(0);
    CHECK(last.header("x-amz-checksum-crc32c").empty());
    CHECK_THAT(last.body, Contains("ChecksumCRC32C"));
}

TEST_CASE_METHOD(upload_checksums_test,
                 "a part that arrives damaged is sent again, and in the end is an error") {
    keeps(crc_kind::crc32c);
    auto upload = upload_by(crc_kind::crc32c);
    store->wrong = "y/Q5Jg==";
    CHECK(error_of(send(upload, three_parts())) == errc::checksum_mismatch);
    CHECK(store->of(operation::upload_part).size() == 3); // of the same part
}

TEST_CASE_METHOD(upload_checksums_test,
                 "a whole of another checksum than its parts make is an error") {
    keeps(crc_kind::crc32c);
    auto upload = upload_by(crc_kind::crc32c);
    store->completed = "<ChecksumCRC32C>y/Q5Jg==</ChecksumCRC32C>"
                       "<ChecksumType>FULL_OBJECT</ChecksumType>";
    const auto bytes = three_parts();
    SECTION("whether HEAD tells the same") {
        store->standing = {{"x-amz-checksum-crc32c", "y/Q5Jg=="}};
        CHECK(error_of(send(upload, bytes)) == errc::checksum_mismatch);
    }
    SECTION("or nothing") {
        CHECK(error_of(send(upload, bytes)) == errc::checksum_mismatch);
    }
    SECTION("unless HEAD proves it right") {
        store->standing = {{"x-amz-checksum-crc32c", text_of(crc_kind::crc32c, bytes)}};
        CHECK(send(upload, bytes));
    }
    CHECK(store->of(operation::head_object).at(0).header("x-amz-checksum-mode") == "ENABLED");
}

TEST_CASE_METHOD(upload_checksums_test,
                 "a lost answer is settled by the checksum that the store tells who asks for it") {
    keeps(crc_kind::crc32c);
    const auto what = GENERATE(operation::put_object, operation::complete_upload);
    const auto bytes = what == operation::put_object ? digits : three_parts();
    store->loses = what;
    store->standing = {{"x-amz-checksum-crc32c", text_of(crc_kind::crc32c, bytes)}};
    auto upload = upload_by(crc_kind::crc32c);
    SECTION("which proves it") {
        CHECK(send(upload, bytes));
    }
    SECTION("which is another object's") {
        store->standing = {{"x-amz-checksum-crc32c", "y/Q5Jg=="}};
        CHECK(error_of(send(upload, bytes)) == errc::unavailable);
    }
    SECTION("unless it refuses that") {
        store->refuses_to_decrypt = true;
        CHECK(error_of(send(upload, bytes)) == errc::unavailable);
    }
    const auto heads = store->of(operation::head_object);
    REQUIRE(heads.size() == 2);
    CHECK(heads[0].header("x-amz-checksum-mode").empty());
    CHECK(heads[1].header("x-amz-checksum-mode") == "ENABLED");
}

TEST_CASE_METHOD(resumed_checksums_test,
                 "an upload is gone on with by the checksum that it was begun with") {
    struct row {
        crc_kind begun_with;
        const char* of_part;
        const char* of_whole;
    };
    const auto r = GENERATE(row{crc_kind::crc32c, "cwuY4Q==", "LHrtmg=="},
                            row{crc_kind::crc64nvme, "HrIiX5eylaM=", "WjUt5cWt+1I="});
    go_on(GENERATE(crc_kind::crc32c, crc_kind::crc64nvme), r.begun_with, r.begun_with);
    CHECK(sent.header(rest::header_of(r.begun_with)) == r.of_part);
    CHECK(sent.header("content-md5").empty());
    CHECK(completed.header(rest::header_of(r.begun_with)) == r.of_whole);
    CHECK_THAT(completed.body, Contains(r.of_part));
}

TEST_CASE_METHOD(resumed_checksums_test,
                 "nothing is said of the whole where the checksum of a part is not known") {
    go_on(crc_kind::crc32c, crc_kind::crc32c, std::nullopt);
    CHECK(sent.header("x-amz-checksum-crc32c") == "cwuY4Q==");
    CHECK(completed.header("x-amz-checksum-crc32c").empty());
    CHECK_THAT(completed.body, Contains("<ChecksumCRC32C>cwuY4Q==</ChecksumCRC32C>"));
}

TEST_CASE_METHOD(resumed_checksums_test, "an upload that was begun with MD5s is gone on with so") {
    SECTION("by one that sends checksums now") {
        go_on(crc_kind::crc32c, std::nullopt, std::nullopt);
    }
    SECTION("where Amazon has added a checksum by itself") {
        go_on(std::nullopt, crc_kind::crc64nvme, crc_kind::crc64nvme);
    }
    CHECK(sent.header("content-md5") == http::to_base64(md5::of("tail-part")));
    for (const auto& h : sent.headers)
        CHECK_THAT(h.name, !Contains("checksum"));
    CHECK_THAT(completed.body, !Contains("Checksum"));
}

TEST_CASE_METHOD(
    resumed_checksums_test,
    "one that sends MD5s now goes on with the checksum that an upload was begun with") {
    go_on(std::nullopt, crc_kind::crc32c, crc_kind::crc32c);
    CHECK(sent.header("x-amz-checksum-crc32c") == "cwuY4Q==");
    CHECK(completed.header("x-amz-checksum-crc32c") == "LHrtmg==");
}

TEST_CASE_METHOD(upload_checksums_test,
                 "an append is of the checksum that copied and new parts make together") {
    keeps(crc_kind::crc32c);
    const bool told = GENERATE(true, false);
    if (told)
        store->copied = "<ChecksumCRC32C>CatQ4g==</ChecksumCRC32C>";
    auto upload = upload_by(crc_kind::crc32c);
    rest::object_head standing;
    standing.etag = "e";
    standing.size = part_size;
    CHECK(loop.run(upload.keep(standing, part_size)));
    const std::string tail = "tail-part";
    store->size = part_size + tail.size();
    CHECK(loop.run(upload.commit(tail)));
    const auto last = store->of(operation::complete_upload).at(0);
    CHECK(last.header("x-amz-checksum-crc32c") == (told ? "LHrtmg==" : ""));
    CHECK_THAT(last.body, Contains("<ChecksumCRC32C>cwuY4Q==</ChecksumCRC32C>"));
}

TEST_CASE_METHOD(upload_checksums_test, "what was noted of the content is not true of more of it") {
    auto upload = upload_by(std::nullopt);
    rest::object_head standing;
    standing.etag = "e";
    standing.size = part_size;
    standing.kept = {{"x-amz-meta-md5chksum", "JfnnlDI7RTiF9RgfG2JNCw=="},
                     {"x-amz-meta-mtime", "1"},
                     {"x-amz-meta-colour", "red"}};
    CHECK(loop.run(upload.keep(standing, part_size)));
    const auto begun = store->of(operation::create_upload).at(0);
    CHECK(begun.header("x-amz-meta-colour") == "red");
    CHECK(begun.header("x-amz-meta-mtime").empty());
    CHECK(begun.header("x-amz-meta-md5chksum").empty());
    loop.run(upload.abort());
}
