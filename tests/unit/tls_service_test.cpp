#include "server/tls/tls_service.hpp"

#include "config/log.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::server;
using namespace objftpd::tests;
using namespace std::chrono_literals;

namespace {

class tls_service_test {
public:
    tls_service_test() {
        config::log_settings off;
        off.level = config::log_level::off;
        config::log::open(off);
        settings.tls.ciphers = "intermediate";
        settings.tls.ciphersuites = "TLS_AES_128_GCM_SHA256";
        settings.tls.reload_interval = 10s;
        settings.listeners.resize(1);
        settings.listeners[0].addresses = {{config::listener_scheme::ftp, "192.0.2.1", 21},
                                           {config::listener_scheme::ftp, "0.0.0.0", 21}};
    }

    ~tls_service_test() { config::log::close(); }

    // A new certificate in the file of that name, as administrators put it there: another file.
    void write(const std::string& file, const std::string& host) const {
        const auto path = folder.file("new", to_pem(make_self_signed_certificate({host})));
        std::filesystem::rename(path, folder.path() / file);
    }
    void use(const std::string& file) {
        const auto path = (folder.path() / file).string();
        settings.certificates.push_back({path, path});
    }
    std::string current() const { return service.current()->certificates().front().name(); }

    temporary_folder folder;
    config::settings settings;
    tls_service service{settings};
    tls_service::clock::time_point now = tls_service::clock::now();
};

} // namespace

TEST_CASE_METHOD(tls_service_test, "without certificates a self-signed one is made and kept") {
    settings.state_directory = folder.path();
    REQUIRE_FALSE(service.open());
    CHECK(service.is_self_signed());
    const auto& made = service.current()->certificates().front();
    CHECK(made.matches("localhost"));
    CHECK(::X509_check_ip_asc(made.leaf.get(), "192.0.2.1", 0) == 1);
    CHECK(::X509_check_ip_asc(made.leaf.get(), "0.0.0.0", 0) == 0);
    tls_service another(settings);
    REQUIRE_FALSE(another.open());
    CHECK(another.current()->certificates().front().fingerprint() == made.fingerprint());
}

TEST_CASE_METHOD(tls_service_test,
                 "certificates that cannot be loaded are a problem at the start") {
    use("a.pem");
    const auto problem = service.open();
    REQUIRE(problem);
    CHECK(problem->find("a.pem") != std::string::npos);
    write("a.pem", "a.example");
    CHECK_FALSE(service.open());
    CHECK_FALSE(service.is_self_signed());
    CHECK(current() == "a.example");
}

TEST_CASE_METHOD(tls_service_test, "settings that OpenSSL does not take are a problem that names "
                                   "the option") {
    struct row {
        const char* option;
        std::string config::tls_settings::*member;
        const char* value;
    };
    const auto [option, member, value] =
        GENERATE(row{"tls.ciphers", &config::tls_settings::ciphers, "NONSENSE"},
                 row{"tls.ciphersuites", &config::tls_settings::ciphersuites, "NONSENSE"},
                 row{"tls.client_ca_file", &config::tls_settings::client_ca_file, "/missing"});
    settings.tls.*member = value;
    const auto problem = service.open();
    REQUIRE(problem);
    CHECK(problem->find(option) != std::string::npos);
}

TEST_CASE_METHOD(tls_service_test, "a revocation list that is none is a problem") {
    certificate_authority authority;
    settings.tls.client_ca_file = folder.file("ca.pem", authority.pem());
    settings.tls.client_crl_file = folder.file("crl.pem", "none");
    const auto problem = service.open();
    REQUIRE(problem);
    CHECK(problem->find("tls.client_crl_file") != std::string::npos);
    folder.file("crl.pem", authority.revocation_list({}));
    CHECK_FALSE(service.open());
}

TEST_CASE_METHOD(tls_service_test, "a reload takes the new certificate, and who has the old one "
                                   "keeps it") {
    use("a.pem");
    write("a.pem", "old.example");
    REQUIRE_FALSE(service.open());
    const auto session = service.current();
    write("a.pem", "new.example");
    CHECK(current() == "old.example");
    service.reload();
    CHECK(current() == "new.example");
    CHECK(session->certificates().front().name() == "old.example");
    CHECK(session->native_handle() != service.current()->native_handle());
}

TEST_CASE_METHOD(tls_service_test, "files that are no good do not replace what works") {
    use("a.pem");
    use("b.pem");
    write("a.pem", "old.example");
    write("b.pem", "other.example");
    REQUIRE_FALSE(service.open());
    const auto before = service.current();
    SECTION("no certificate") {
        folder.file("a.pem", "none");
    }
    SECTION("half of one") {
        folder.file("a.pem", content_of(folder.path() / "a.pem").substr(0, 200));
    }
    SECTION("missing") {
        std::filesystem::remove(folder.path() / "b.pem");
    }
    SECTION("readable by everyone") {
        folder.file("b.pem", content_of(folder.path() / "b.pem"), 0644);
    }
    service.reload();
    CHECK(service.current() == before);
    write("a.pem", "new.example");
    write("b.pem", "other.example");
    service.reload();
    CHECK(current() == "new.example");
}

TEST_CASE_METHOD(tls_service_test, "changed files are noticed, unchanged ones are not read again") {
    use("a.pem");
    write("a.pem", "old.example");
    REQUIRE_FALSE(service.open());
    const auto first = service.current();
    service.tend(now);
    CHECK(service.current() == first);
    write("a.pem", "new.example");
    service.tend(now);
    CHECK(current() == "new.example");
    const auto second = service.current();
    service.tend(now + 1h);
    CHECK(service.current() == second);
}

TEST_CASE_METHOD(tls_service_test, "a bad file that is mended is noticed") {
    use("a.pem");
    write("a.pem", "old.example");
    REQUIRE_FALSE(service.open());
    folder.file("a.pem", "none");
    service.tend(now);
    CHECK(current() == "old.example");
    write("a.pem", "new.example");
    service.tend(now);
    CHECK(current() == "new.example");
}

TEST_CASE_METHOD(tls_service_test, "without reload_interval only a reload looks at the files") {
    settings.tls.reload_interval = 0s;
    use("a.pem");
    write("a.pem", "old.example");
    REQUIRE_FALSE(service.open());
    write("a.pem", "new.example");
    service.tend(now);
    CHECK(current() == "old.example");
    service.reload();
    CHECK(current() == "new.example");
}

TEST_CASE_METHOD(tls_service_test, "a changed revocation list is noticed") {
    certificate_authority authority;
    settings.tls.client_ca_file = folder.file("ca.pem", authority.pem());
    settings.tls.client_crl_file = folder.file("crl.pem", authority.revocation_list({}));
    REQUIRE_FALSE(service.open());
    const auto before = service.current();
    const auto client = authority.issue({"alice", {}});
    folder.file("crl.pem", authority.revocation_list({client.get()}));
    service.tend(now);
    CHECK(service.current() != before);
}

TEST_CASE_METHOD(tls_service_test, "ticket keys do not grow older than a day") {
    settings.state_directory = folder.path();
    REQUIRE_FALSE(service.open());
    const auto before = service.current();
    service.tend(now + 23h);
    CHECK(service.current() == before);
    service.tend(now + 25h);
    CHECK(service.current() != before);
    CHECK(service.current()->certificates().front().fingerprint() ==
          before->certificates().front().fingerprint());
}

TEST_CASE_METHOD(tls_service_test, "the certificate for a name is the first that fits") {
    for (const auto* name : {"a.example", "b.example", "*.c.example"}) {
        write(name, name);
        use(name);
    }
    REQUIRE_FALSE(service.open());
    const auto context = service.current();
    const auto found = [&](const char* host) {
        const auto* const c = context->find(host);
        return c == nullptr ? "the first" : c->name();
    };
    CHECK(found("a.example") == "the first");
    CHECK(found("b.example") == "b.example");
    CHECK(found("x.c.example") == "*.c.example");
    CHECK(found("d.example") == "the first");
    CHECK(found("") == "the first");
    CHECK(found("192.0.2.1") == "the first");
}
