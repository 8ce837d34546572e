#include "tests/session/session_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

namespace {

class upload_length_test : public session_test {
public:
    upload_length_test() { drop_in("f", "old content"); }

    /// The reply to an upload that announces its length.
    std::string tries(ftp_client& c, std::size_t announced, const std::string& command,
                      const std::string& bytes) {
        c.expects("ALLO " + std::to_string(announced), 200);
        return c.tries(command, bytes);
    }

    void nothing_has_changed() {
        CHECK(content("f") == "old content");
        CHECK(leftovers() == 0);
    }
};

} // namespace

TEST_CASE_METHOD(upload_length_test, "ALLO is a hint by default") {
    auto c = login();
    CHECK(tries(c, 100, "STOR f", "new") == "226 Transfer complete.");
    CHECK(tries(c, 1, "STOR f", "newer") == "226 Transfer complete.");
    CHECK(content("f") == "newer");
}

TEST_CASE_METHOD(upload_length_test, "where ALLO is strict, other lengths are refused") {
    alice().allo = config::announced_size::strict;
    auto c = login();
    const std::string large(1'000'000, 'x');
    for (const auto& bytes : {std::string("12345"), large}) {
        CHECK(tries(c, bytes.size() + 1, "STOR f", bytes) ==
              "451 Not as many bytes came as ALLO announced; nothing has been stored.");
        CHECK(tries(c, bytes.size() - 1, "STOR f", bytes) ==
              "552 More bytes came than ALLO announced; nothing has been stored.");
        nothing_has_changed();
    }
    CHECK(tries(c, 5, "STOR f", "12345").starts_with("226"));
    c.stores("f", "without ALLO");
    CHECK(content("f") == "without ALLO");
}

TEST_CASE_METHOD(upload_length_test, "what adds to a file announces its own length or the whole") {
    alice().allo = config::announced_size::strict;
    auto c = login();
    CHECK(tries(c, 5, "APPE f", "12345").starts_with("226"));
    CHECK(content("f") == "old content12345");
    for (const std::size_t announced : {5, 9}) {
        c.expects("ALLO " + std::to_string(announced), 200);
        c.expects("REST 4", 350);
        CHECK(c.tries("STOR f", "12345").starts_with("226"));
        CHECK(content("f") == "old 12345");
    }
}

TEST_CASE_METHOD(upload_length_test, "a file may not become larger than max_file_size") {
    alice().max_file_size = 100'000;
    auto c = login();
    const std::string largest(100'000, 'x');
    const std::string refusal =
        "552 The file would be larger than it may be; nothing has been stored.";
    CHECK(c.tries("STOR f", largest + 'x') == refusal);
    CHECK(c.tries("STOR f", largest + largest) == refusal);
    CHECK(c.tries("STOU g", largest + 'x') == refusal);
    CHECK(c.tries("APPE f", largest.substr(10)) == refusal); // of 11 + 99,990
    c.expects("REST 4", 350);
    CHECK(c.tries("STOR f", largest) == refusal);
    nothing_has_changed();
    c.expects("REST 4", 350);
    CHECK(c.tries("STOR f", largest.substr(4)).starts_with("226"));
    CHECK(content("f") == "old " + largest.substr(4));
    CHECK(c.tries("APPE f", "x") == refusal);
    c.stores("f", largest);
    CHECK(content("f") == largest);
}

TEST_CASE_METHOD(upload_length_test, "ALLO of more than max_file_size is refused before 150") {
    alice().max_file_size = 100;
    auto c = login();
    const auto* const command = GENERATE("STOR f", "STOU f", "APPE f");
    CHECK(tries(c, 101, command, "new") == "552 Quota or size limit exceeded.");
    nothing_has_changed();
    CHECK(tries(c, 50, command, "new").starts_with("226"));
}

TEST_CASE_METHOD(
    upload_length_test,
    "a control connection that ends does not lose an upload as long as ALLO announced") {
    auto c = login();
    const std::string bytes = "part of the new content";
    const std::size_t missing = GENERATE(0, 1);
    c.expects("ALLO " + std::to_string(bytes.size() + missing), 200);
    auto upload = begin_upload(std::move(c), "f", bytes);
    const auto all = std::to_string(bytes.size()) + " bytes in";
    while (upload.control.says("STAT").find(all) == std::string::npos) {
    }
    upload.control.disconnects();
    upload.data.ends();
    stop();
    wait_for_end();
    CHECK(content("f") == (missing == 0 ? bytes : "old content"));
    CHECK(leftovers() == 0);
}
