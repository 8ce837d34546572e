#include "tests/session/session_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;
using config::plain_policy;

namespace {

// Clients come over loopback: what on-loopback means elsewhere is proven in
// tests/unit/security_test.cpp.
class tls_policy_test : public session_test {
public:
    tls_policy_test() : session_test(protection::explicit_tls) { drop_in("f", "content"); }

    ftp_client unprotected() {
        auto c = connect();
        CHECK(c.hears_code() == 220);
        return c;
    }

    static void logs_in(ftp_client& c) {
        c.expects("USER alice", 331);
        c.expects("PASS secret", 230);
    }

    // What a transfer in clear is answered with.
    static std::string retrieves_in_clear(ftp_client& c) {
        c.private_data = false;
        auto data = c.opens_data();
        auto answer = c.says("RETR f");
        if (answer.starts_with("150")) {
            CHECK(data.receives_all() == "content");
            answer = c.hears();
        }
        return answer;
    }
};

} // namespace

TEST_CASE_METHOD(tls_policy_test, "plain_login says who may log in in clear") {
    struct row {
        plain_policy policy;
        int user;
        int pass;
    };
    const auto [policy, user, pass] =
        GENERATE(row{plain_policy::on_loopback, 331, 230}, row{plain_policy::refuse, 530, 503},
                 row{plain_policy::allow, 331, 230});
    CAPTURE(static_cast<int>(policy));
    listener().plain_login = policy;
    auto c = unprotected();
    CHECK(c.code("USER alice") == user);
    CHECK(c.code("PASS secret") == pass);
    c.secures();
    logs_in(c);
    CHECK(c.retrieves("f") == "content");
}

TEST_CASE_METHOD(tls_policy_test, "a refused login in clear says what to do, whoever asks") {
    listener().plain_login = plain_policy::refuse;
    auto c = unprotected();
    for (const auto* name : {"alice", "nobody"})
        CHECK(c.says(std::string("USER ") + name) ==
              "530 Logins need TLS here, use AUTH TLS first.");
    CHECK(c.code("FEAT") == 211); // how else would it find AUTH?
}

TEST_CASE_METHOD(tls_policy_test, "plain_data says whose data may go in clear") {
    struct row {
        plain_policy policy;
        int transfer;
        int prot_c;
    };
    const auto [policy, transfer, prot_c] =
        GENERATE(row{plain_policy::on_loopback, 226, 200}, row{plain_policy::refuse, 522, 534},
                 row{plain_policy::allow, 226, 200});
    CAPTURE(static_cast<int>(policy));
    listener().plain_data = policy;
    auto plain = unprotected();
    logs_in(plain);
    CHECK(std::stoi(retrieves_in_clear(plain)) == transfer);

    auto without_prot = unprotected();
    without_prot.expects("AUTH TLS", 234);
    without_prot.shakes_hands();
    logs_in(without_prot);
    CHECK(std::stoi(retrieves_in_clear(without_prot)) == transfer);

    auto with_prot = login();
    CHECK(with_prot.code("PROT C") == prot_c);
    with_prot.expects("PROT P", 200);
    CHECK(with_prot.retrieves("f") == "content");
}

TEST_CASE_METHOD(tls_policy_test, "no data in clear means neither listings nor uploads") {
    listener().plain_data = plain_policy::refuse;
    auto c = unprotected();
    logs_in(c);
    for (const auto* line : {"RETR f", "STOR f", "APPE f", "STOU", "LIST", "NLST", "MLSD"}) {
        INFO(line);
        c.passive_port();
        CHECK(c.says(line) == "522 Data connections must be private here, use PROT P.");
    }
    CHECK(content("f") == "content");
    CHECK(leftovers() == 0);
    CHECK(c.code("STAT f") == 213); // comes over the control connection
}

TEST_CASE_METHOD(tls_policy_test, "PROT C before the login is no way round the user's rule") {
    alice().encryption = config::encryption::required;
    auto c = greeted();
    c.expects("PROT C", 200);
    logs_in(c);
    CHECK(std::stoi(retrieves_in_clear(c)) == 522);
    c.expects("PROT P", 200);
    c.private_data = true;
    CHECK(c.retrieves("f") == "content");
    CHECK(c.code("PROT C") == 534);
    CHECK(c.retrieves("f") == "content");
}

TEST_CASE_METHOD(tls_policy_test, "a user may need TLS where others do not") {
    add_user("bob");
    alice().encryption = config::encryption::required;
    auto c = unprotected();
    CHECK(c.code("USER alice") == 530);
    CHECK(c.code("PASS secret") == 503);
    c.expects("USER bob", 331);
    c.expects("PASS secret", 230);
    CHECK(std::stoi(retrieves_in_clear(c)) == 226);
    CHECK(c.code("USER alice") == 530);
    CHECK(c.code("PWD") == 530);
    c.secures();
    logs_in(c);
    CHECK(c.retrieves("f") == "content");
}

TEST_CASE_METHOD(tls_policy_test, "after CCC nobody logs in who needs TLS") {
    add_user("bob");
    listener().ccc = true;
    alice().encryption = config::encryption::required;
    auto c = login("bob");
    c.expects("CCC", 200);
    c.control().end_tls();
    CHECK(c.code("USER alice") == 530);
    c.expects("USER bob", 331);
    c.expects("PASS secret", 230);
    CHECK(c.retrieves("f") == "content");
}

TEST_CASE_METHOD(tls_policy_test, "listeners have rules of their own") {
    settings.listeners.push_back(listener());
    settings.listeners[1].plain_login = plain_policy::refuse;
    settings.listeners[1].auth_ssl = true;
    auto open = unprotected();
    CHECK(open.code("AUTH SSL") == 504);
    CHECK(open.code("USER alice") == 331);
    auto strict = connect("127.0.0.1", 1);
    strict.hears();
    CHECK(strict.code("USER alice") == 530);
    CHECK(strict.code("AUTH SSL") == 234);
}
