#include "tests/session/session_test.hpp"
#include "tests/support/certificates.hpp"

using namespace objftpd;
using namespace objftpd::tests;
using config::certificate_login;
using config::client_certificate;

namespace {

using shown = std::shared_ptr<const server::certificate>;

class client_certificate_test : public session_test {
public:
    client_certificate_test() : session_test(protection::explicit_tls) {
        settings.tls.client_ca_file = folder_.file("ca.pem", authority.pem());
        listener().client_certificate = client_certificate::optional;
        drop_in("f", "content");
    }

    void revoke(const shown& c) {
        settings.tls.client_crl_file =
            folder_.file("crl.pem", authority.revocation_list({c.get()}));
    }

    // A protected connection that shows a certificate.
    ftp_client showing(const shown& c) {
        offer.certificate = c;
        return greeted();
    }

    certificate_authority authority;

private:
    temporary_folder folder_;
};

} // namespace

TEST_CASE_METHOD(client_certificate_test, "client_certificate decides who gets a session") {
    struct row {
        client_certificate policy;
        std::vector<const char*> accepted;
    };
    certificate_authority stranger;
    const std::vector<std::pair<const char*, shown>> all = {
        {"none", nullptr},
        {"good", authority.issue({"alice", {}})},
        {"expired", authority.issue({"alice", {}, -1})},
        {"revoked", authority.issue({"alice", {}})},
        {"a stranger's", stranger.issue({"alice", {}})}};
    revoke(all[3].second);
    const auto [policy, accepted] = GENERATE(
        row{client_certificate::off, {"none", "good", "expired", "revoked", "a stranger's"}},
        row{client_certificate::optional, {"none", "good"}},
        row{client_certificate::required, {"good"}});
    offer.highest = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    listener().client_certificate = policy;
    for (const auto& [what, c] : all) {
        CAPTURE(static_cast<int>(policy), what, offer.highest);
        const auto is_named = [&, w = std::string(what)](const char* a) { return a == w; };
        const bool wanted = std::any_of(accepted.begin(), accepted.end(), is_named);
        bool works = true;
        try {
            showing(c);
        } catch (const std::runtime_error&) {
            works = false;
        }
        CHECK(works == wanted);
    }
}

TEST_CASE_METHOD(client_certificate_test, "a certificate replaces the password") {
    alice().certificate_login = certificate_login::replaces_password;
    auto c = showing(authority.issue({"alice", {}}));
    CHECK(c.says("USER alice") == "232 Logged in.");
    CHECK(c.retrieves("f") == "content");
}

TEST_CASE_METHOD(client_certificate_test, "who has no certificate of the user needs the password") {
    add_user("bob");
    alice().certificate_login = certificate_login::replaces_password;
    for (const auto& certificate : {shown(), authority.issue({"bob", {}})}) {
        auto c = showing(certificate);
        c.expects("USER alice", 331);
        CHECK(c.code("PWD") == 530);
        CHECK(c.code("PASS wrong") == 530);
        c.expects("USER alice", 331);
        CHECK(c.code("PASS secret") == 230);
    }
    auto c = showing(authority.issue({"bob", {}}));
    c.expects("USER bob", 331); // for whom it does nothing
    CHECK(c.code("PASS secret") == 230);
}

TEST_CASE_METHOD(client_certificate_test, "a certificate can be needed beside the password") {
    alice().certificate_login = certificate_login::besides_password;
    const auto own = authority.issue({"alice", {}});
    struct row {
        shown certificate;
        const char* password;
        int code;
    };
    for (const auto& [certificate, password, code] :
         {row{own, "secret", 230}, row{own, "wrong", 530}, row{nullptr, "secret", 530},
          row{authority.issue({"bob", {}}), "secret", 530}}) {
        auto c = showing(certificate);
        c.expects("USER alice", 331);
        CHECK(c.code(std::string("PASS ") + password) == code);
    }
}

TEST_CASE_METHOD(client_certificate_test, "without TLS no certificate is shown") {
    alice().certificate_login =
        GENERATE(certificate_login::replaces_password, certificate_login::besides_password);
    auto c = connect();
    c.hears();
    c.expects("USER alice", 331);
    const bool with_password = alice().certificate_login == certificate_login::replaces_password;
    CHECK(c.code("PASS secret") == (with_password ? 230 : 530));
}

TEST_CASE_METHOD(client_certificate_test, "a certificate is a user's by common or other name") {
    using namespace std::string_literals;
    struct row {
        certificate_subject subject;
        std::vector<std::string> names; // the user's; none: "alice"
        int code;
    };
    const std::vector<row> rows = {
        {{"alice", {}}, {}, 232},
        {{"bob", {}}, {}, 331},
        {{"Alice", {}}, {}, 331},
        {{"alice ", {}}, {}, 331},
        {{"alice\0.evil.example"s, {}}, {}, 331},
        {{"alice"s + '\0', {}}, {}, 331},
        {{"", {}}, {}, 331},
        {{"someone", "DNS:alice"}, {}, 232},
        {{"someone", "DNS:bob,email:alice@example.com"}, {}, 331},
        {{"someone", "DNS:bob,email:alice@example.com"}, {"alice@example.com"}, 232},
        {{"someone", "URI:alice"}, {}, 331},
        {{"alice", {}}, {"other"}, 331}, // a list replaces the user's own name
        {{"other", {}}, {"alice", "other"}, 232},
        {{"someone", "DNS:*"}, {}, 331},
        {{"someone", "DNS:*.example"}, {"a.example"}, 331},
    };
    const auto& [subject, names, code] = rows[GENERATE(range<std::size_t>(0, 15))];
    CAPTURE(subject.common_name, subject.alternative_names);
    alice().certificate_login = certificate_login::replaces_password;
    alice().certificate_names = names;
    CHECK(showing(authority.issue(subject)).code("USER alice") == code);
}

TEST_CASE_METHOD(client_certificate_test,
                 "a data connection that does not resume shows the same certificate") {
    offer.highest = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    auto c = showing(authority.issue({"alice", {}}));
    c.expects("USER alice", 331);
    c.expects("PASS secret", 230);
    CHECK(c.retrieves("f") == "content");
    c.tls().resumes = false;
    CHECK(c.retrieves("f") == "content");
    const auto transfers_with = [&](const shown& certificate) {
        tls_offer other = offer;
        other.certificate = certificate;
        const auto client = std::make_shared<tls_client>(other);
        auto data = tls_socket(c.thief_at(c.passive_port(), "127.0.0.1"));
        data.begin_tls(client, tls_client::role::data);
        c.expects("STOR f", 150);
        try {
            data.send("forged");
        } catch (const std::runtime_error&) { // refused
        }
        return c.hears();
    };
    CHECK(transfers_with(nullptr) == "425 The TLS handshake on the data connection failed: the "
                                     "client certificate is not the control connection's.");
    CHECK(std::stoi(transfers_with(authority.issue({"alice", {}}))) == 425);
    certificate_authority stranger;
    CHECK(std::stoi(transfers_with(stranger.issue({"alice", {}}))) == 425);
    CHECK(content("f") == "content");
    CHECK(c.retrieves("f") == "content");
}

TEST_CASE_METHOD(client_certificate_test, "who resumes a session is still who began it") {
    offer.highest = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    alice().certificate_login = certificate_login::replaces_password;
    auto first = showing(authority.issue({"alice", {}}));
    CHECK(first.code("USER alice") == 232);
    offer.certificate = nullptr;
    auto again = connect();
    again.hears();
    again.tls().keep(first.tls().take_session());
    again.secures();
    CHECK(again.control().is_resumed());
    CHECK(again.code("USER alice") == 232);
}

TEST_CASE_METHOD(client_certificate_test,
                 "a session of a listener that asks for no certificate is not resumed where one is "
                 "required") {
    offer.highest = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    listener().client_certificate = client_certificate::off;
    settings.listeners.push_back(listener());
    settings.listeners[1].client_certificate = client_certificate::required;
    auto first = greeted();
    auto other = connect("127.0.0.1", 1);
    other.hears();
    other.tls().keep(first.tls().take_session());
    CHECK_THROWS(other.secures());
}
