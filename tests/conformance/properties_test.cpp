#include "storage/http/client_pool.hpp"
#include "storage/http/request.hpp"
#include "tests/conformance/adapter_test.hpp"

#include "config/ascii_text.hpp"

#include <cstdlib>

using namespace objftpd;
using namespace objftpd::tests;
using storage::archive_state;
using storage::named_value;
using storage::property;

namespace {

using values = std::vector<named_value>;

const std::stop_token never;

class properties_test : public adapter_test {
public:
    /// Whether the store has such things; all over HTTP have some.
    bool knows(property which) {
        put("probe", "x");
        const auto told = get("probe", which);
        return told || told.error() != errc::unsupported;
    }
    /// Swift tells of what it does not let anybody set.
    bool takes(property which, const std::string& value) {
        put("probe", "x");
        const auto name = which == property::tags ? "name" : "";
        const auto done = set("probe", which, {{name, value}});
        return done || done.error() != errc::unsupported;
    }
    bool is_embedded() { return can().real_directories; }

    result<values> get(const std::string& key, property which) {
        return run(store().property_of(key, which));
    }
    result<> set(const std::string& key, property which, values to) {
        return run(store().set_property(key, which, std::move(to)));
    }

    static values one(const std::string& value) { return {named_value(std::string(), value)}; }

    static std::string find(const values& all, const std::string& name) {
        for (const auto& v : all)
            if (v.name == name)
                return v.value;
        return {};
    }
};

} // namespace

TEST_CASE_METHOD(properties_test, "metadata is replaced and the content stays", "[properties]") {
    if (is_embedded()) {
        put("f", "x");
        CHECK(error_of(get("f", property::metadata)) == errc::unsupported);
        CHECK(error_of(set("f", property::metadata, {})) == errc::unsupported);
        return;
    }
    storage::upload_request request("f", overwrite::allowed);
    request.content_type = "text/html";
    const auto to = value_of(run(store().open_upload(std::move(request))));
    value_of(commit(*to, "<p>"));
    CHECK(value_of(get("f", property::metadata)).empty());
    value_of(set("f", property::metadata, {{"colour", "blue"}, {"mtime", "1354040105.5"}}));
    auto told = value_of(get("f", property::metadata));
    CHECK(told.size() == 2);
    CHECK(find(told, "colour") == "blue");
    CHECK(find(told, "mtime") == "1354040105.5");
    value_of(set("f", property::metadata, {{"colour", "red"}, {"mtime", ""}}));
    CHECK(value_of(get("f", property::metadata)) == values{{"colour", "red"}});
    CHECK(content("f") == "<p>");
    CHECK(version("f").content_type == "text/html");
    CHECK(error_of(get("missing", property::metadata)) == errc::not_found);
    CHECK(error_of(set("missing", property::metadata, {})) == errc::not_found);
}

TEST_CASE_METHOD(properties_test, "headers are what HEAD tells", "[properties]") {
    if (is_embedded())
        return;
    put("f", "12345");
    CHECK(find(value_of(get("f", property::headers)), "content-length") == "5");
    CHECK(error_of(get("missing", property::headers)) == errc::not_found);
    CHECK(error_of(get("d/", property::headers)) == errc::is_a_directory);
}

TEST_CASE_METHOD(properties_test, "tags are replaced by others", "[properties]") {
    if (!takes(property::tags, "value"))
        return;
    put("f", "x");
    CHECK(value_of(get("f", property::tags)).empty());
    value_of(set("f", property::tags, {{"team", "a & b"}, {"year", "2026"}}));
    CHECK(find(value_of(get("f", property::tags)), "team") == "a & b");
    CHECK(find(value_of(get("f", property::tags)), "year") == "2026");
    value_of(set("f", property::tags, {{"year", "2027"}, {"team", ""}}));
    CHECK(value_of(get("f", property::tags)) == values{{"year", "2027"}});
    value_of(set("f", property::metadata, {{"colour", "red"}}));
    CHECK(value_of(get("f", property::tags)) == values{{"year", "2027"}});
    CHECK(error_of(get("missing", property::tags)) == errc::not_found);
}

TEST_CASE_METHOD(properties_test, "an ACL can be set and read", "[properties]") {
    if (!takes(property::acl, "private"))
        return;
    put("f", "x");
    value_of(set("f", property::acl, one("public-read")));
    const auto told = value_of(get("f", property::acl));
    REQUIRE(told.size() == 1);
    const auto& acl = told.front().value;
    INFO(acl);
    CHECK((acl == "public-read" || acl.find("READ to AllUsers") != acl.npos));
    value_of(set("f", property::metadata, {{"colour", "red"}}));
    CHECK(value_of(get("f", property::acl)) == told); // it stays
    value_of(set("f", property::acl, one("private")));
    CHECK(value_of(get("f", property::acl)).front().value.find("AllUsers") == std::string::npos);
}

TEST_CASE_METHOD(properties_test, "a link leads to another object", "[properties]") {
    if (!knows(property::link))
        return;
    put("d/target x", "content");
    value_of(set("link", property::link, one("d/target x")));
    CHECK(value_of(get("link", property::link)) == one("d/target x"));
    CHECK(content("link") == "content");
    CHECK(error_of(get("d/target x", property::link)) == errc::not_a_link);
    CHECK(error_of(set("link", property::link, one("other"))) == errc::already_exists);
    CHECK(error_of(rename("link", "other")) == errc::unsupported);
    CHECK(error_of(copy("link", "other")) == errc::unsupported);
    CHECK(error_of(set("link", property::metadata, {{"a", "b"}})) == errc::unsupported);
    CHECK(content("d/target x") == "content");
    value_of(remove("d/target x"));
    value_of(remove("link")); // though it leads nowhere
    CHECK(keys().count("link") == 0);
}

TEST_CASE_METHOD(properties_test, "what is in no archive can be read", "[properties]") {
    if (is_embedded())
        return;
    put("f", "x");
    CHECK(value_of(run(store().restore("f", 1))) == archive_state::readable);
    CHECK(error_of(run(store().restore("missing", 1))) == errc::not_found);
}

TEST_CASE_METHOD(properties_test, "anybody reads by a signed URL", "[properties]") {
    if (is_embedded())
        return;
    put("d/f x", "content");
    const auto signed_for = value_of(run(store().sign_url("d/f x", std::chrono::seconds(60))));
    CHECK_FALSE(signed_for.may_end_sooner);
    const auto& url = signed_for.url;
    INFO(url);
    REQUIRE(url.starts_with("http://"));
    storage::http::request request;
    request.method = "GET";
    request.scheme = "http";
    const auto path = url.find('/', 7);
    const auto question = url.find('?');
    REQUIRE(question != url.npos);
    request.host = url.substr(7, path - 7);
    // All of it is encoded already, and goes out as it is.
    request.path = url.substr(path);
    const auto fetch = [&]() -> awaitable<result<std::string>> {
        const auto executor = co_await asio::this_coro::executor;
        auto& client = storage::http::client_pool::find(
            executor, std::make_shared<const storage::http::client_settings>());
        const storage::http::request_body nothing;
        const storage::http::time_limits patience;
        auto answer = co_await client.send(request, nothing, std::stop_token(), patience, nullptr);
        if (!answer)
            co_return answer.error();
        co_return co_await (*answer)->read_all(1'000);
    };
    CHECK(value_of(run(fetch())) == "content");
}

TEST_CASE_METHOD(properties_test, "unfinished uploads are told and given up", "[properties]") {
    if (is_embedded())
        return;
    const auto to = begin("d/f");
    value_of(write(*to, pattern(20 << 20)));
    auto told = value_of(run(store().uploads_in_parts("d", 10, never)));
    // Parts are on their way while more bytes are taken.
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while ((told.empty() || told[0].parts == 0) && std::chrono::steady_clock::now() < give_up)
        told = value_of(run(store().uploads_in_parts("d", 10, never)));
    REQUIRE(told.size() == 1);
    CHECK(told[0].key == "d/f");
    CHECK(told[0].parts > 0);
    CHECK(told[0].bytes > 0);
    CHECK(value_of(run(store().uploads_in_parts("d/f", 10, never))).size() == 1);
    CHECK(value_of(run(store().uploads_in_parts("d/g", 10, never))).empty());
    CHECK(error_of(run(store().abort_upload("d/f", ""))) == errc::not_found);
    CHECK(error_of(run(store().abort_upload("d/f", "unknown"))) == errc::not_found);
    value_of(run(store().abort_upload("d/f", told[0].id)));
    CHECK(value_of(run(store().uploads_in_parts("d", 10, never))).empty());
    CHECK_FALSE(commit(*to));
    abort(*to);
    CHECK_FALSE(exists("d/f"));
}

TEST_CASE_METHOD(properties_test, "a bucket without versions tells of the one there is",
                 "[properties]") {
    if (!knows(property::versions))
        return;
    put("f", "12345");
    put("f2", "x");
    const auto told = value_of(get("f", property::versions));
    REQUIRE(told.size() == 1);
    CHECK(told[0].value.find("latest") != std::string::npos);
    CHECK(told[0].value.find("5 bytes") != std::string::npos);
    CHECK(error_of(get("missing", property::versions)) == errc::not_found);
}
