#include "storage/rest/trust.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::storage::rest;

namespace {

answer answer_with(std::vector<objftpd::storage::http::header> headers, std::string text = {}) {
    answer a;
    a.status = 200;
    a.headers = std::move(headers);
    a.text = std::move(text);
    return a;
}

const call head(operation::head_object, "HEAD", "key");
const call get(operation::get_object, "GET", "key");
const call put(operation::put_object, "PUT", "key");
const call part(operation::upload_part, "PUT", "key");

} // namespace

TEST_CASE("a document is told from a part of it and from others") {
    struct row {
        const char* text;
        bool whole;
    };
    const row rows[] = {
        {"<R><a>1</a></R>", true},
        {"<R/>", true},
        {"<R attribute=\"x\"></R>\n", true},
        {" \n<?xml version=\"1.0\"?>\n<!-- <Error> -->\n<n:R xmlns:n=\"u\"><n:a/></n:R>\r\n", true},
        {"", false},
        {"   ", false},
        {"<?xml version=\"1.0\"?>", false},
        {"<R>", false},
        {"<R><a>1</a>", false},
        {"<R><a>1</a></R", false},
        {"<R><a/>", false},
        {"<RR></RR>", false},
        {"<Error><Code>InternalError</Code></Error>", false},
        {"<!DOCTYPE html><html><body>R</body></html>", false},
        {"<R", false},
        {"<", false},
        {"<!--", false},
    };
    for (const auto& r : rows) {
        INFO(r.text);
        CHECK(is_document(r.text, "R") == r.whole);
    }
}

TEST_CASE("an answer without an id and without an ETag is somebody else's") {
    for (const auto* const c : {&head, &get, &put, &part}) {
        CHECK(is_foreign(*c, answer_with({})));
        CHECK_FALSE(is_foreign(*c, answer_with({{"etag", "e"}})));
        CHECK_FALSE(is_foreign(*c, answer_with({{"x-amz-request-id", "1"}})));
        CHECK_FALSE(is_foreign(*c, answer_with({{"x-oss-request-id", "1"}})));
    }
}

TEST_CASE("a success that tells nothing but its status must have an id") {
    for (const auto what : {operation::rename, operation::create_directory, operation::put_acl,
                            operation::put_tags, operation::put_link, operation::restore_object}) {
        INFO(name_of(what));
        const call c(what, "PUT", "key");
        CHECK(is_foreign(c, answer_with({})));
        CHECK_FALSE(is_foreign(c, answer_with({{"x-oss-request-id", "1"}})));
        CHECK_FALSE(is_foreign(c, answer_with({{"x-amz-request-id", "1"}})));
    }
}

TEST_CASE("an object may be a page, the answer to an upload is none") {
    const auto page = answer_with({{"etag", "e"}, {"content-type", "text/html"}});
    CHECK_FALSE(is_foreign(head, page));
    CHECK_FALSE(is_foreign(get, page));
    CHECK(is_foreign(put, page));
    CHECK(is_foreign(part, page));
    CHECK_FALSE(is_foreign(
        put, answer_with({{"etag", "e"}, {"content-type", "text/html"}, {"content-length", "0"}})));
}

TEST_CASE("what was stored must be told by an ETag or a checksum") {
    for (const auto* const c : {&put, &part}) {
        CHECK_FALSE(is_complete(*c, answer_with({{"x-amz-request-id", "1"}})));
        CHECK(is_complete(*c, answer_with({{"etag", "e"}})));
        CHECK(is_complete(*c, answer_with({{"x-oss-hash-crc64ecma", "1"}})));
        CHECK(is_complete(*c, answer_with({{"x-amz-checksum-crc32c", "1"}})));
        CHECK_FALSE(is_complete(*c, answer_with({{"etag", "e"}}, "<Error><Code>X</Code></Error>")));
    }
}

TEST_CASE("a success must hold its document") {
    const std::pair<operation, const char*> rows[] = {
        {operation::list_objects, "ListBucketResult"},
        {operation::copy_object, "CopyObjectResult"},
        {operation::copy_part, "CopyPartResult"},
        {operation::create_upload, "InitiateMultipartUploadResult"},
        {operation::complete_upload, "CompleteMultipartUploadResult"},
        {operation::list_parts, "ListPartsResult"},
        {operation::list_uploads, "ListMultipartUploadsResult"},
    };
    for (const auto& [what, root] : rows) {
        INFO(root);
        const call c(what, "POST");
        const std::string name(root);
        CHECK(is_complete(c, answer_with({}, "<" + name + "><x/></" + name + ">")));
        for (const auto& text : {std::string(), "<" + name + "><x/>", "<Error></Error>" + name})
            CHECK_FALSE(is_complete(c, answer_with({}, text)));
    }
}

TEST_CASE("a batch that was deleted needs no document if the store has answered") {
    const call c(operation::delete_objects, "POST");
    CHECK(is_complete(c, answer_with({{"x-oss-request-id", "1"}})));
    CHECK_FALSE(is_complete(c, answer_with({})));
    CHECK(is_complete(c, answer_with({}, "<DeleteResult/>")));
    CHECK_FALSE(is_complete(c, answer_with({}, "<html></html>")));
}

TEST_CASE("a listing that begins again is not followed") {
    list_answer page;
    CHECK(leads_on(page, "b", list_version::v1)); // the last one
    page.truncated = true;
    page.next = "b";
    CHECK(leads_on(page, "", list_version::v1));
    CHECK(leads_on(page, "a", list_version::v1));
    CHECK_FALSE(leads_on(page, "b", list_version::v1));
    CHECK_FALSE(leads_on(page, "c", list_version::v1));
    CHECK(leads_on(page, "c", list_version::v2));
    CHECK_FALSE(leads_on(page, "b", list_version::v2));
    page.next = "\xc3\xa9"; // by bytes, as stores sort
    CHECK(leads_on(page, "z", list_version::v1));
}
