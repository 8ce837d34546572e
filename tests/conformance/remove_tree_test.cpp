#include "tests/conformance/adapter_test.hpp"

#include <stop_token>

using namespace objftpd;
using namespace objftpd::tests;

TEST_CASE_METHOD(adapter_test, "a directory is removed with all that is in it", "[tree]") {
    put("d/a", "1");
    put("d/b c", "2");
    put("d/e/f/g", "3");
    value_of(make_directory("d/empty/"));
    put("d-sibling", "4");
    put("dd/h", "5");
    value_of(remove_tree("d/"));
    CHECK_FALSE(exists("d/"));
    CHECK_FALSE(exists("d/a"));
    CHECK_FALSE(exists("d/e/f/g"));
    CHECK(content("d-sibling") == "4");
    CHECK(content("dd/h") == "5");
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(adapter_test, "it counts the files that are gone", "[tree]") {
    for (int i = 0; i < 7; ++i)
        put("d/" + std::to_string(i), "x");
    put("d/e/f", "x");
    storage::remove_tree_request request("d/");
    request.progress = std::make_shared<storage::work_progress>();
    const auto progress = request.progress;
    value_of(run(store().remove_tree(std::move(request))));
    CHECK(progress->done == 8);
}

TEST_CASE_METHOD(adapter_test, "more objects than one batch holds are removed", "[tree]") {
    std::multiset<std::string> all;
    for (int i = 0; i < 1'100; ++i)
        all.insert("d/" + std::to_string(i));
    put_all(all);
    put("e", "x");
    value_of(remove_tree("d/"));
    CHECK(keys() == std::multiset<std::string>{"e"});
}

TEST_CASE_METHOD(adapter_test, "the directory above stays when its last one is removed", "[tree]") {
    put("a/d/f", "x");
    value_of(remove_tree("a/d/"));
    CHECK(stat("a/").directory);
    CHECK_FALSE(exists("a/d/"));
}

TEST_CASE_METHOD(adapter_test, "only a directory that is there is removed", "[tree]") {
    put("f", "x");
    CHECK(error_of(remove_tree("missing/")) == errc::not_found);
    CHECK(error_of(remove_tree("")) == errc::permission_denied);
    const auto file = error_of(remove_tree("f/"));
    CHECK((file == errc::not_a_directory || file == errc::not_found));
    CHECK(content("f") == "x");
}

TEST_CASE_METHOD(adapter_test, "a removal that is stopped before it began removes nothing",
                 "[tree]") {
    put("d/a", "1");
    std::stop_source stop;
    storage::remove_tree_request request("d/");
    request.stop = stop.get_token();
    stop.request_stop();
    CHECK(error_of(run(store().remove_tree(std::move(request)))) == asio::error::operation_aborted);
    CHECK(content("d/a") == "1");
}
