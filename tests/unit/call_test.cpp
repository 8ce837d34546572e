#include "storage/rest/call.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::storage::rest;
using namespace std::chrono_literals;

TEST_CASE("copies and completions get the minutes they take, in silence") {
    for (const auto what :
         {operation::copy_object, operation::copy_part, operation::complete_upload}) {
        INFO(name_of(what));
        CHECK(time_limits_of(what, 60s).stall == 10min);
        CHECK(time_limits_of(what, 60s).answer == 10min);
        CHECK(time_limits_of(what, 60s).total == 1h);
    }
}

TEST_CASE("uploads and downloads may take any time as long as bytes flow") {
    for (const auto what : {operation::get_object, operation::put_object, operation::upload_part}) {
        INFO(name_of(what));
        CHECK(time_limits_of(what, 60s).stall == 60s);
        CHECK(time_limits_of(what, 60s).answer >= 120s);
        CHECK(time_limits_of(what, 60s).total == 0s);
    }
}

TEST_CASE("what is small has an end, however slowly it trickles") {
    for (const auto what :
         {operation::head_object, operation::list_objects, operation::delete_object,
          operation::delete_objects, operation::create_upload, operation::abort_upload,
          operation::list_parts, operation::list_uploads}) {
        INFO(name_of(what));
        CHECK(time_limits_of(what, 60s).total == 180s);
        CHECK(time_limits_of(what, 1s).total == 1min);
    }
}

TEST_CASE("only what stores content must not be too slow") {
    for (std::size_t i = 0; i < operation_count; ++i) {
        const auto what = static_cast<operation>(i);
        const bool stores = what == operation::put_object || what == operation::upload_part;
        INFO(name_of(what));
        CHECK(time_limits_of(what, 60s, 1024).lowest_speed == (stores ? 1024 : 1));
        CHECK(time_limits_of(what, 60s).lowest_speed == 1);
    }
}
