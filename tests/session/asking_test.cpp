#include "tests/session/scripted_session_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

namespace {

class asking_test : public scripted_session_test {
public:
    /// One that the store does not answer.
    void ask(ftp_client& c, const std::string& command, moment when = moment::stat) {
        store.holds_at(when);
        c.sends(command);
        store.wait_until_reached(when);
    }

    void drop_in_a_thousand() {
        for (int i = 0; i < 1000; ++i)
            drop_in("d/" + std::to_string(i), "");
    }
};

} // namespace

TEST_CASE_METHOD(asking_test, "ABOR ends a question that the store does not answer") {
    auto c = login();
    for (const auto* command :
         {"SIZE f", "MDTM f", "MLST f", "CWD f", "RNFR f", "CDUP", "MFMT 20260101000000 f",
          "HASH f", "SITE CHMOD 644 f", "STAT -d f"}) {
        INFO(command);
        ask(c, command);
        CHECK(c.says("ABOR") == "426 Aborted.");
        CHECK(c.hears() == "226 ABOR successful.");
        store.release(moment::stat);
    }
    CHECK(c.says("SIZE f") == "213 11");
}

TEST_CASE_METHOD(asking_test,
                 "NOOP and STAT in Telnet's way are answered while the store is asked") {
    auto c = login();
    const auto [command, when] = GENERATE(table<std::string, moment>({{"SIZE f", moment::stat},
                                                                      {"DELE f", moment::change},
                                                                      {"RMD d", moment::change},
                                                                      {"MKD d", moment::change}}));
    ask(c, command, when);
    c.sends_bytes(interrupt + "NOOP\r\n" + interrupt + "STAT\r\n");
    CHECK(c.hears() == "200 OK.");
    CHECK(c.hears().find("Running: " + command) != std::string::npos);
    CHECK_FALSE(c.has_heard());
    store.release(when);
    CHECK(c.hears_code() / 100 != 4);
}

TEST_CASE_METHOD(asking_test, "commands behind a question wait for its answer") {
    auto c = login();
    ask(c, "SIZE f");
    c.sends_bytes("NOOP\r\nRNFR f\r\nRNTO g\r\n");
    store.release(moment::stat);
    for (const auto code : {213, 200, 350, 250})
        CHECK(c.hears_code() == code);
    CHECK(content("g") == "old content");
}

TEST_CASE_METHOD(asking_test, "what the store does not answer in time is 451") {
    settings.server.finalize_timeout = 1s;
    auto c = login();
    ask(c, "SIZE f");
    CHECK(c.hears() == "451 The store takes too long to answer, please try again.");
    CHECK(c.code("NOOP") == 200);
    store.release(moment::stat);
    CHECK(c.says("SIZE f") == "213 11");
}

TEST_CASE_METHOD(asking_test, "a change that the store does not confirm is left to it by ABOR") {
    drop_in("d/file", "");
    auto c = login();
    for (const auto& [command, reply] :
         {std::pair{"DELE f", "451 Removal not confirmed: the store takes too long to answer."},
          {"RMD d", "451 Removal not confirmed: the store takes too long to answer."},
          {"MKD e", "451 Directory not confirmed: the store takes too long to answer."}}) {
        INFO(command);
        ask(c, command, moment::change);
        CHECK(c.says("ABOR") == reply);
        CHECK(c.hears() == "226 ABOR successful.");
        CHECK(c.says("NOOP") == "200 OK.");
        store.release(moment::change);
    }
    while (!content("f").empty()) // it ends without its client
        std::this_thread::yield();
    CHECK(c.code("SIZE f") == 550);
}

TEST_CASE_METHOD(asking_test, "a change that the store does not confirm in time is left to it") {
    settings.server.finalize_timeout = 1s;
    auto c = login();
    ask(c, "DELE f", moment::change);
    CHECK(c.hears() == "451 Removal not confirmed: the store takes too long to answer.");
    CHECK(c.says("NOOP") == "200 OK.");
    CHECK(content("f") == "old content");
    store.release(moment::change);
    while (!content("f").empty())
        std::this_thread::yield();
}

TEST_CASE_METHOD(asking_test, "ABOR ends a transfer that the store does not open") {
    drop_in("d/file", "");
    auto c = login();
    for (const auto& [command, when] : {std::pair{"STOR f", moment::open_upload},
                                        {"APPE f", moment::open_upload},
                                        {"STOU", moment::open_upload},
                                        {"RETR f", moment::open},
                                        {"LIST d", moment::stat},
                                        {"MLSD d", moment::stat}}) {
        INFO(command);
        const auto data = c.opens_data();
        ask(c, command, when);
        CHECK(c.says("ABOR") == "426 Aborted.");
        CHECK(c.hears() == "226 ABOR successful.");
        CHECK(c.says("NOOP") == "200 OK.");
        store.release(when);
    }
    CHECK(c.retrieves("f") == "old content");
}

TEST_CASE_METHOD(asking_test, "who ends its direction hears the answers to what it has asked") {
    auto c = login();
    ask(c, "SIZE f");
    c.sends_bytes("PWD\r\nMDTM missing\r\nQUIT\r\n");
    c.control().finish();
    store.release(moment::stat);
    for (const auto code : {213, 257, 550, 221})
        CHECK(c.hears_code() == code);
    CHECK(c.is_disconnected());
}

TEST_CASE_METHOD(asking_test, "a listing by STAT ends with ABOR, inside of its reply") {
    drop_in_a_thousand();
    auto c = login();
    ask(c, "STAT d", moment::next_page);
    c.sends_bytes(interrupt + "NOOP\r\nABOR\r\n");
    const auto listing = c.hears();
    CHECK(listing.starts_with("212-"));
    CHECK(listing.ends_with("\n212 The listing is not complete: aborted."));
    CHECK(listing.find("200 OK") == std::string::npos);
    CHECK(c.hears() == "226 ABOR successful.");
    CHECK(c.hears() == "200 OK.");
    store.release(moment::next_page);
}

TEST_CASE_METHOD(asking_test, "a listing by STAT ends when its client is gone") {
    drop_in_a_thousand();
    auto c = login();
    ask(c, "STAT d", moment::next_page);
    SECTION("at once when the connection breaks") {
        c.breaks();
        wait_until_all_have_left();
        store.release(moment::next_page);
    }
    SECTION("by the first lines that nobody takes") {
        c.disconnects();
        store.release(moment::next_page);
        wait_until_all_have_left();
    }
    CHECK(store.times(moment::next_page) < 50); // of 100
}
