#include "tests/session/session_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

namespace {

const std::string first_half(300'000, 'a');
const std::string second_half = "the rest";

class resume_test : public session_test {
public:
    resume_test() { alice().on_interrupt = config::interrupted_upload::resume; }

    /// An upload of "f" that ends when the first half is there.
    ftp_client break_off(ftp_client control) {
        auto upload = begin_upload(std::move(control), "f", first_half);
        const auto all = std::to_string(first_half.size()) + " bytes in";
        while (upload.control.says("STAT").find(all) == std::string::npos) {
        }
        upload.control.expects("ABOR", 426);
        CHECK(upload.control.hears_code() == 226);
        return std::move(upload.control);
    }
    ftp_client break_off() { return break_off(login()); }

    std::uint64_t size(ftp_client& c) {
        const auto told = c.says("SIZE f");
        REQUIRE(told.starts_with("213 "));
        return std::stoull(told.substr(4));
    }

    void upload_rest(ftp_client& c, const std::string& command, std::uint64_t from) {
        auto data = c.opens_data();
        if (command == "STOR f")
            c.expects("REST " + std::to_string(from), 350);
        c.expects(command, 150);
        data.sends((first_half + second_half).substr(from));
        data.ends();
        CHECK(c.hears_code() == 226);
        CHECK(content("f") == first_half + second_half);
        CHECK(leftovers() == 0);
    }
};

} // namespace

TEST_CASE_METHOD(resume_test, "an upload that broke off is gone on with by SIZE and APPE or REST") {
    auto c = break_off();
    CHECK_FALSE(exists("f"));
    const auto there = size(c);
    CHECK(there == first_half.size() - 1); // never all that the client may have
    upload_rest(c, GENERATE("APPE f", "STOR f"), there);
}

TEST_CASE_METHOD(resume_test, "its user sees what there is of it, and nobody else does") {
    add_user("bob");
    auto c = break_off();
    const auto there = std::to_string(size(c));
    CHECK(c.receives("MLSD").find("size=" + there + ";") != std::string::npos);
    CHECK(c.receives("NLST") == "f\r\n");
    CHECK(c.receives("NLST f*") == "f\r\n");
    CHECK(c.receives("NLST g*").empty());
    CHECK(c.says("MLST f").starts_with("250-"));
    CHECK(c.code("RETR f") == 550);
    CHECK(c.code("SIZE g") == 550);
    auto bob = login("bob");
    CHECK(bob.receives("NLST").empty());
    CHECK(bob.code("SIZE f") == 550);
    CHECK(bob.code("DELE f") == 550);
}

TEST_CASE_METHOD(resume_test, "a restart position behind what is there is 554") {
    auto c = break_off();
    const auto there = size(c);
    c.expects("REST " + std::to_string(there + 1), 350);
    c.opens_data();
    CHECK(c.says("STOR f") == "554 What broke off cannot be gone on with there: go on at " +
                                  std::to_string(there) + ", in TYPE I.");
}

TEST_CASE_METHOD(resume_test, "the rest of an upload is not added to what others store meanwhile") {
    auto c = break_off();
    const auto there = std::to_string(size(c));
    const std::string anothers(GENERATE(100, 1'000'000), 'b');
    drop_in("f", anothers);
    const auto stores_rest = [&] {
        c.expects("REST " + there, 350);
        return c.tries("STOR f", second_half);
    };
    CHECK(stores_rest().starts_with("450"));
    CHECK(content("f") == anothers);
    SECTION("the client may have the old length") {
        CHECK(c.code("SIZE f") == 213);
    }
    SECTION("or look at a listing") {
        c.receives("MLSD");
    }
    CHECK(stores_rest().starts_with(anothers.size() > first_half.size() ? "226" : "554"));
}

TEST_CASE_METHOD(resume_test, "a listing of it by its own name shows it, to its user alone") {
    add_user("bob");
    auto c = break_off();
    const auto there = std::to_string(first_half.size() - 1);
    CHECK(c.receives("NLST f") == "f\r\n");
    CHECK(c.receives("LIST f").find(' ' + there + ' ') != std::string::npos);
    CHECK(c.says("STAT f").find(' ' + there + ' ') != std::string::npos);
    auto bob = login("bob");
    bob.opens_data();
    CHECK(bob.code("LIST f") == 550);
    c.opens_data();
    CHECK(c.code("LIST g") == 550);
    upload_rest(c, "APPE f", first_half.size() - 1);
}

TEST_CASE_METHOD(resume_test, "a directory that holds nothing else is there for its user") {
    add_user("bob");
    auto upload = begin_upload(login(), "d/f", first_half);
    const auto all = std::to_string(first_half.size()) + " bytes in";
    while (upload.control.says("STAT").find(all) == std::string::npos) {
    }
    upload.control.expects("ABOR", 426);
    CHECK(upload.control.hears_code() == 226);
    CHECK_FALSE(exists("d"));
    auto c = login();
    CHECK(c.code("CWD missing") == 550);
    c.expects("CWD d", 250);
    CHECK(c.receives("NLST") == "f\r\n");
    CHECK(c.receives("NLST /d") == "/d/f\r\n");
    CHECK(login("bob").code("CWD d") == 550);
    const auto there = size(c);
    c.expects("REST " + std::to_string(there), 350);
    c.stores("f", (first_half + second_half).substr(there));
    CHECK(content("d/f") == first_half + second_half);
}

TEST_CASE_METHOD(resume_test, "there is nothing to be renamed or copied of it") {
    auto c = break_off();
    CHECK(c.says("RNFR f").starts_with("550 "));
    CHECK(c.code("RNTO g") == 503);
    CHECK(c.says("SITE CPFR f").starts_with("550 "));
    CHECK(c.code("SITE CPTO g") == 503);
    CHECK(c.code("SIZE f") == 213);
}

TEST_CASE_METHOD(resume_test, "an append is refused where the client was told of something else") {
    auto c = break_off();
    size(c);
    SECTION("that somebody has stored meanwhile") {
        drop_in("f", "another's");
        c.opens_data();
        CHECK(c.code("APPE f") == 450);
        CHECK(content("f") == "another's");
    }
    SECTION("that is no longer there") {
        auto other = login();
        CHECK(other.code("DELE f") == 250);
        c.opens_data();
        CHECK(c.code("APPE f") == 554);
        CHECK_FALSE(exists("f"));
    }
}

TEST_CASE_METHOD(resume_test, "an append by a client that asked for nothing is refused") {
    break_off();
    auto c = login();
    c.opens_data();
    CHECK(c.code("APPE f") == 450);
    CHECK_FALSE(exists("f"));
    CHECK(c.code("DELE f") == 250);
    c.transfers("APPE f", "new");
    CHECK(content("f") == "new");
    c.transfers("APPE f", " and more");
    CHECK(content("f") == "new and more");
}

TEST_CASE_METHOD(resume_test, "a listing tells its client how far it came, too") {
    auto c = break_off();
    const auto* const command = GENERATE("MLSD", "LIST", "LIST f*");
    const auto there = first_half.size() - 1;
    CHECK(c.receives(command).find(std::to_string(there)) != std::string::npos);
    upload_rest(c, "APPE f", there);
    c.transfers("APPE f", " and more");
}

TEST_CASE_METHOD(resume_test, "clients look in one session and upload in another") {
    auto looks = break_off();
    const auto there = size(looks);
    auto uploads = login();
    upload_rest(uploads, "APPE f", there);
    looks.opens_data();
    CHECK(looks.code("APPE f") == 450); // it is whole since
    size(looks);
    looks.transfers("APPE f", " and more");
}

TEST_CASE_METHOD(resume_test, "a data connection that fails loses nothing of what is kept") {
    auto c = break_off();
    const auto there = size(c);
    CHECK(c.code("APPE f") == 425);
    c.expects("REST " + std::to_string(there), 350);
    CHECK(c.code("STOR f") == 425);
    CHECK(size(c) == there);
}

TEST_CASE_METHOD(resume_test, "DELE removes it") {
    auto c = break_off();
    CHECK(c.code("DELE f") == 250);
    CHECK(c.code("SIZE f") == 550);
    CHECK(c.code("DELE f") == 550);
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(resume_test, "an upload from the beginning takes its place") {
    auto c = break_off();
    c.stores("f", "all of it");
    CHECK(size(c) == 9);
    CHECK(c.code("DELE f") == 250);
    CHECK(c.code("SIZE f") == 550);
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(resume_test, "who may not overwrite goes on with its own all the same") {
    take_right_from_alice(config::right::overwrite);
    auto c = break_off();
    upload_rest(c, "STOR f", size(c));
    c.expects("REST 1", 350);
    c.opens_data();
    CHECK(c.code("STOR f") == 553);
}

TEST_CASE_METHOD(resume_test, "nothing is kept by default, nor of TYPE A that is converted") {
    const bool by_default = GENERATE(true, false);
    if (by_default)
        alice().on_interrupt = config::interrupted_upload::discard;
    alice().ascii = config::ascii_policy::convert;
    auto c = login();
    if (!by_default)
        c.expects("TYPE A", 200);
    c = break_off(std::move(c));
    CHECK(c.receives("NLST").empty());
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(resume_test, "keep-partial makes what has arrived the file, and answers 426") {
    alice().on_interrupt = config::interrupted_upload::keep_partial;
    drop_in("f", "old content");
    auto c = break_off();
    CHECK(content("f") == first_half);
    upload_rest(c, "APPE f", size(c));
}
