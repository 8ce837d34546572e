#include "tests/session/scripted_session_test.hpp"

#include <set>

using namespace objftpd;
using namespace objftpd::tests;
using storage::errc;

TEST_CASE_METHOD(scripted_session_test,
                 "a control connection that closes before the commit does not lose the upload") {
    store.holds_at(moment::commit);
    auto upload = begin_upload(login(), "f", "all of the new content");
    upload.data.ends();
    store.wait_until_reached(moment::commit);
    upload.control.disconnects();
    CHECK(content("f") == "old content");
    store.release(moment::commit);
    wait_until_all_have_left();
    CHECK(content("f") == "all of the new content");
}

TEST_CASE_METHOD(scripted_session_test, "ABOR during the commit comes too late") {
    store.holds_at(moment::commit);
    auto upload = begin_upload(login(), "f", "new");
    upload.data.ends();
    store.wait_until_reached(moment::commit);
    CHECK(upload.control.says("STAT").find(", storing") != std::string::npos);
    upload.control.sends("ABOR");
    store.release(moment::commit);
    CHECK(upload.control.hears() == "226 Transfer complete.");
    CHECK(upload.control.hears() == "226 ABOR successful.");
    CHECK(content("f") == "new");
}

TEST_CASE_METHOD(scripted_session_test, "ABOR before the last bytes of a download is in time") {
    drop_in("two", std::string(1500, 'x')); // in two pieces
    store.holds_at(moment::read);
    auto download = begin_download(login(), "two");
    store.wait_until_reached(moment::read);
    download.control.sends("ABOR");
    download.control.expects("NOOP", 200); // it has been read
    store.release(moment::read);
    CHECK(download.control.hears_code() == 426);
    CHECK(download.control.hears() == "226 ABOR successful.");
}

TEST_CASE_METHOD(scripted_session_test, "226 does not come before the commit has ended") {
    store.holds_at(moment::commit);
    auto upload = begin_upload(login(), "f", "new");
    upload.data.ends();
    store.wait_until_reached(moment::commit);
    CHECK(upload.control.code("NOOP") == 200);
    CHECK_FALSE(upload.control.has_heard());
    store.release(moment::commit);
    CHECK(upload.control.hears_code() == 226);
}

TEST_CASE_METHOD(scripted_session_test,
                 "an upload that the store cannot take leaves the old file") {
    struct row {
        errc error;
        int code;
    };
    const std::string long_enough_to_write(200'000, 'x');
    auto c = login();
    for (const auto& [error, code] :
         {row{errc::no_space, 552}, row{errc::quota, 552}, row{errc::unavailable, 451},
          row{errc::permission_denied, 550}, row{errc::precondition_failed, 450}})
        for (const auto when : {moment::open_upload, moment::write, moment::commit}) {
            INFO("code " << code << " at moment " << static_cast<int>(when));
            store.fails_at(when, error);
            auto data = c.opens_data();
            c.sends("STOR f");
            auto heard = c.hears_code();
            if (heard == 150) {
                try {
                    data.sends(long_enough_to_write);
                } catch (const std::runtime_error&) { // told by a reset not to go on
                }
                data.ends();
                heard = c.hears_code();
            }
            CHECK(heard == code);
            CHECK(content("f") == "old content");
            store.works_at(when);
        }
    c.stores("f", "new");
    CHECK(content("f") == "new");
}

TEST_CASE_METHOD(scripted_session_test,
                 "a download that breaks off is 451 and does not look complete") {
    drop_in("long", std::string(10'000, 'x'));
    store.fails_at(moment::read, errc::unavailable);
    auto c = login();
    auto data = c.opens_data();
    c.expects("RETR long", 150);
    CHECK(data.sees_end() == tcp_socket::ending::reset);
    CHECK(c.hears_code() == 451);
    store.works_at(moment::read);
    CHECK(c.retrieves("long") == std::string(10'000, 'x'));
}

TEST_CASE_METHOD(scripted_session_test, "a listing that breaks off is 451, never a short one") {
    for (int i = 0; i < 50; ++i)
        drop_in("d/" + std::to_string(i), "");
    auto c = login();
    store.fails_at(moment::next_page, errc::unavailable);
    for (const auto* command : {"LIST d", "NLST d", "MLSD d", "LIST -R"}) {
        INFO(command);
        auto data = c.opens_data();
        c.expects(command, 150);
        CHECK(data.sees_end() == tcp_socket::ending::reset);
        CHECK(c.hears_code() == 451);
    }
    CHECK(c.says("STAT d").find("The listing is not complete") != std::string::npos);
    CHECK(c.code("NOOP") == 200);
    store.works_at(moment::next_page);
    CHECK(c.receives("NLST d").size() > 50);
}

TEST_CASE_METHOD(scripted_session_test, "a store that does not answer is 451, not 550") {
    auto c = login();
    store.fails_at(moment::stat, errc::unavailable);
    for (const auto* command : {"CWD d", "SIZE f", "MDTM f", "MLST f", "RNFR f", "STAT f",
                                "SITE CHMOD 644 f", "MFMT 20260101000000 f"})
        CHECK(c.says(command) == "451 The store failed, please try again.");
    store.works_at(moment::stat);
    store.fails_at(moment::change, errc::unavailable);
    for (const auto* command : {"MKD d", "RMD d", "DELE f", "MFMT 20260101000000 f"})
        CHECK(c.code(command) == 451);
    c.expects("RNFR f", 350);
    CHECK(c.code("RNTO g") == 451);
    store.fails_at(moment::open, errc::unavailable);
    CHECK(c.code("XMD5 f") == 451);
    c.opens_data();
    CHECK(c.code("RETR f") == 451);
    CHECK(content("f") == "old content");
}

TEST_CASE_METHOD(scripted_session_test,
                 "a store without times of its own lets an upload look good") {
    store.fails_at(moment::change, errc::unsupported);
    CHECK(login().says("MFMT 20260101000000 f") == "213 Modify=20260101000000; f");
}

TEST_CASE_METHOD(scripted_session_test, "a slow store delays nobody else") {
    auto waiting = login();
    store.holds_at(moment::open);
    waiting.sends("XMD5 f");
    store.wait_until_reached(moment::open);
    auto other = login();
    other.stores("g", "x");
    CHECK(other.says("SIZE g") == "213 1");
    CHECK(other.receives("NLST").find("g\r\n") != std::string::npos);
    CHECK_FALSE(waiting.has_heard());
    store.release(moment::open);
    CHECK(waiting.hears_code() == 250);
}

TEST_CASE_METHOD(scripted_session_test, "ABOR during a long command is answered after it") {
    auto c = login();
    store.holds_at(moment::change);
    c.expects("RNFR f", 350);
    c.sends("RNTO g");
    store.wait_until_reached(moment::change);
    c.sends("ABOR");
    store.release(moment::change);
    CHECK(c.hears() == "250 Renamed.");
    CHECK(c.hears() == "226 ABOR successful.");
    CHECK(c.code("NOOP") == 200);
    CHECK(content("g") == "old content");
}

TEST_CASE_METHOD(scripted_session_test, "replies do not overtake a transfer that has not begun") {
    auto c = login();
    auto data = c.opens_data();
    store.holds_at(moment::open);
    c.sends("RETR f");
    store.wait_until_reached(moment::open);
    c.sends_bytes("NOOP\r\nSTAT\r\n");
    store.release(moment::open);
    CHECK(c.hears_code() == 150);
    data.receives_all();
    std::multiset<int> others;
    for (int i = 0; i < 3; ++i)
        others.insert(c.hears_code());
    CHECK(others == std::multiset<int>{200, 211, 226});
}

TEST_CASE_METHOD(scripted_session_test,
                 "a client may vanish while the store is asked for anything") {
    for (const auto& [when, line] : {std::pair{moment::stat, "SIZE f"},
                                     {moment::open, "XMD5 f"},
                                     {moment::change, "MKD d"},
                                     {moment::first_page, "STAT /"}}) {
        auto c = login();
        store.holds_at(when);
        c.sends(line);
        store.wait_until_reached(when);
        c.breaks();
        store.release(when);
        wait_until_all_have_left();
    }
    for (const auto& [when, line] : {std::pair{moment::open, "RETR f"},
                                     {moment::first_page, "LIST"},
                                     {moment::open_upload, "STOR f"}}) {
        auto c = login();
        auto data = c.opens_data();
        store.holds_at(when);
        c.sends(line);
        if (when == moment::first_page && c.hears_code() == 150)
            data.shakes_hands();
        store.wait_until_reached(when);
        c.breaks();
        store.release(when);
        wait_until_all_have_left();
    }
    CHECK(content("f") == "old content");
}

TEST_CASE_METHOD(scripted_session_test,
                 "a listing whose directory is moved away meanwhile is 451, never a short one") {
    auto c = login();
    for (const auto* command : {"LIST d", "NLST d", "MLSD d", "LIST -R d"})
        for (const bool replaced : {false, true}) {
            INFO(command << (replaced ? ", replaced" : ", gone"));
            for (int i = 0; i < 50; ++i)
                drop_in("d/" + std::to_string(i), "");
            store.holds_at(moment::next_page);
            auto data = c.opens_data();
            c.expects(command, 150);
            data.shakes_hands();
            store.wait_until_reached(moment::next_page);
            move("d", std::string(command) + (replaced ? "1" : "2"));
            if (replaced)
                drop_in("d/another", "");
            store.release(moment::next_page);
            CHECK(data.sees_end() == tcp_socket::ending::reset);
            CHECK(c.hears_code() == 451);
        }
}

// Before it takes bytes, an append copies what it keeps in front, which takes what it takes.
TEST_CASE_METHOD(scripted_session_test,
                 "a client does not stall because the store works at its bytes") {
    settings.server.stall_timeout = 1s;
    store.holds_at(moment::write);
    auto append = login();
    auto data = append.opens_data();
    append.expects("APPE f", 150);
    data.sends(std::string(200'000, 'x')); // more than waits in memory
    store.wait_until_reached(moment::write);
    auto stalled = begin_upload(login(), "g");  // too little to reach the store
    CHECK(stalled.control.hears_code() == 426); // by then the time has passed
    store.release(moment::write);
    data.ends();
    CHECK(append.hears_code() == 226);
    CHECK(content("f").size() == 11 + 200'000);
}

TEST_CASE_METHOD(scripted_session_test,
                 "a store that takes too long to confirm is not waited for") {
    settings.server.finalize_timeout = 1s;
    store.holds_at(moment::commit);
    auto upload = begin_upload(login(), "f", "new");
    upload.data.ends();
    CHECK(upload.control.hears().starts_with("451 Upload not confirmed"));
    CHECK(content("f") == "old content");
    SECTION("the session goes on, and the upload is finished") {
        upload.control.expects("NOOP", 200);
        store.release(moment::commit);
    }
    SECTION("the upload is finished without the session") {
        upload.control.disconnects();
        wait_until_all_have_left();
        store.release(moment::commit);
    }
    while (content("f") == "old content")
        std::this_thread::yield();
    CHECK(content("f") == "new");
}
