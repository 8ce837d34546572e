#include "tests/conformance/bucket_with_options.hpp"

#include <chrono>

using namespace objftpd;
using namespace objftpd::tests;
using namespace std::chrono_literals;
using storage::property;

TEST_CASE_METHOD(bucket_with_options,
                 "times that clients set are kept in the metadata, as rclone's are",
                 "[properties]") {
    for (const auto& settings : object_stores_under_test()) {
        with(settings, [](config::object_store_settings& s) {
            s.times_in_metadata = true;
            s.stat_cache = 5s;
            s.stat_cache_entries = 100;
        });
        INFO(settings.remote.endpoint.host);
        const storage::timestamp then = std::chrono::sys_days(std::chrono::year(2012) / 11 / 27);
        put("d/f", "content");
        const auto stored = stat("d/f").modified;
        value_of(run(store().set_property("d/f", property::metadata, {{"colour", "blue"}})));
        value_of(run(store().set_modified("d/f", then)));
        CHECK(stat("d/f").modified == then);
        CHECK(metadata("d/f", "mtime") == "1353974400");
        CHECK(metadata("d/f", "colour") == "blue");
        CHECK(content("d/f") == "content");
        CHECK(keys("d/").size() == 1); // what a listing tells is not taken for it
        CHECK(stat("d/f").modified == then);
        value_of(rename("d/f", "d/g"));
        CHECK(stat("d/g").modified == then);
        value_of(run(
            store().set_property("d/g", property::metadata, {{"mtime", "1354040105.123456789"}})));
        CHECK(stat("d/g").modified == storage::timestamp(1'354'040'105s));
        value_of(try_put("d/g", "more", overwrite::allowed, at_end));
        CHECK(stat("d/g").modified >= stored);
        CHECK(metadata("d/g", "mtime").empty());
        CHECK(error_of(run(store().set_modified("missing", then))) == errc::not_found);
    }
}

TEST_CASE_METHOD(bucket_with_options, "hidden prefixes and Hadoop's markers are not listed",
                 "[properties]") {
    for (const auto& settings : object_stores_under_test()) {
        with(settings, [](config::object_store_settings& s) {
            s.hidden_prefixes = {".dlsdata/", "d/tmp"};
        });
        INFO(settings.remote.endpoint.host);
        put(".dlsdata/blocks/1", "x");
        put(".dlsdata-not", "x");
        put("d/tmp1", "x");
        put("d/file", "x");
        put("e_$folder$", "");
        const storage::list_request top("", "", 1000);
        CHECK(keys(top) == std::multiset<std::string>{".dlsdata-not", "d/"});
        const storage::list_request inner("d/", "", 1000);
        CHECK(keys(inner) == std::multiset<std::string>{"d/file"});
        CHECK(error_of(remove_tree(".dlsdata/")) == errc::permission_denied);
        CHECK(error_of(remove_tree("d/")) == errc::permission_denied);
        CHECK(content("d/file") == "x");
        CHECK(content(".dlsdata/blocks/1") == "x");
    }
}

TEST_CASE_METHOD(bucket_with_options, "an empty object of a directory's media type is a directory",
                 "[properties]") {
    for (const auto& settings : object_stores_under_test()) {
        with(settings, [](config::object_store_settings&) {});
        INFO(settings.remote.endpoint.host);
        put_as("marked", "application/x-directory");
        put_as("plain", "text/plain");
        CHECK(stat("marked").directory);
        CHECK_FALSE(stat("plain").directory);
    }
}
