#include "server/tls/certificate.hpp"

#include "tests/support/certificates.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <regex>

using namespace objftpd;
using namespace objftpd::server;
using namespace objftpd::tests;

namespace {

// A private key that wants a passphrase.
std::string locked_key(const certificate& c) {
    const bio_pointer memory(::BIO_new(::BIO_s_mem()));
    const unsigned char passphrase[] = {'s', 'e', 'c', 'r', 'e', 't'};
    ::PEM_write_bio_PrivateKey(memory.get(), c.key.get(), ::EVP_aes_128_cbc(), passphrase,
                               sizeof(passphrase), nullptr, nullptr);
    char* text = nullptr;
    const auto length = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(length)};
}

mode_t mode_of(const std::string& path) {
    struct stat status {};
    ::stat(path.c_str(), &status);
    return status.st_mode & 0777;
}

} // namespace

TEST_CASE("a self-signed certificate is for all of its names and no other") {
    const auto c = make_self_signed_certificate({"ftp.example.com", "192.0.2.1", "::1", "host"});
    CHECK(c.name() == "ftp.example.com");
    CHECK(c.matches("ftp.example.com"));
    CHECK(c.matches("FTP.Example.com"));
    CHECK(c.matches("host"));
    CHECK_FALSE(c.matches("example.com"));
    CHECK_FALSE(c.matches("a.ftp.example.com"));
    CHECK_FALSE(c.matches(""));
    for (const auto* address : {"192.0.2.1", "::1"})
        CHECK(::X509_check_ip_asc(c.leaf.get(), address, 0) == 1);
    CHECK(::X509_check_ip_asc(c.leaf.get(), "192.0.2.2", 0) == 0);
}

TEST_CASE("a certificate without names, with a long or a scoped one, can be made") {
    CHECK(make_self_signed_certificate({}).name() == "objftpd");
    const std::string name = std::string(60, 'a') + "." + std::string(60, 'b') + ".example";
    CHECK(make_self_signed_certificate({name}).matches(name));
    const auto scoped = make_self_signed_certificate({"host", "fe80::1%eth0"});
    CHECK(::X509_check_ip_asc(scoped.leaf.get(), "fe80::1", 0) == 1);
}

TEST_CASE("a self-signed certificate is good for years, and from yesterday on") {
    const auto c = make_self_signed_certificate({"host"});
    const auto now = std::chrono::system_clock::now();
    CHECK(c.not_after() > now + std::chrono::years(9));
    CHECK(c.not_after() < now + std::chrono::years(11));
    CHECK(::X509_cmp_current_time(::X509_get0_notBefore(c.leaf.get())) < 0);
    CHECK(::X509_verify(c.leaf.get(), c.key.get()) == 1);
    const auto other = make_self_signed_certificate({"host"});
    CHECK(::ASN1_INTEGER_cmp(::X509_get0_serialNumber(c.leaf.get()),
                             ::X509_get0_serialNumber(other.leaf.get())) != 0);
}

TEST_CASE("a wildcard stands for one label") {
    const auto c = make_self_signed_certificate({"*.example.com"});
    CHECK(c.matches("ftp.example.com"));
    CHECK_FALSE(c.matches("example.com"));
    CHECK_FALSE(c.matches("a.ftp.example.com"));
}

TEST_CASE("a fingerprint is 32 bytes in hexadecimal with colons between") {
    const auto c = make_self_signed_certificate({"host"});
    CHECK(std::regex_match(c.fingerprint(), std::regex("([0-9a-f]{2}:){31}[0-9a-f]{2}")));
    CHECK(c.fingerprint() != make_self_signed_certificate({"host"}).fingerprint());
}

TEST_CASE("a kept certificate is the same the next time, and its owner's alone") {
    const temporary_folder folder;
    const auto first = keep_self_signed_certificate(folder.path(), {"host"});
    REQUIRE(first.value);
    const auto path = (folder.path() / "self-signed.pem").string();
    CHECK(mode_of(path) == 0600);
    CHECK_FALSE(std::filesystem::exists(path + ".new"));
    const auto second = keep_self_signed_certificate(folder.path(), {"another"});
    REQUIRE(second.value);
    CHECK(second.value->fingerprint() == first.value->fingerprint());
    CHECK(second.value->matches("host"));
}

TEST_CASE("a kept certificate that is no good is a problem, not replaced") {
    const temporary_folder folder;
    const auto path = folder.file("self-signed.pem", "");
    const auto kept = keep_self_signed_certificate(folder.path(), {"host"});
    CHECK_FALSE(kept.value);
    CHECK(kept.problem.find(path) != std::string::npos);
    CHECK(content_of(path).empty());
    CHECK(
        keep_self_signed_certificate(folder.path() / "missing", {"host"}).problem.find("missing") !=
        std::string::npos);
}

TEST_CASE("a certificate is read from one file or from two, with its intermediates") {
    const temporary_folder folder;
    const auto c = make_self_signed_certificate({"host"});
    certificate_authority authority;
    const auto all = to_pem(c);
    const auto key_begins = all.find("-----BEGIN PRIVATE KEY");
    const auto chain = folder.file("chain.pem", all.substr(0, key_begins) + authority.pem(), 0644);
    const auto key = folder.file("key.pem", all.substr(key_begins));
    const auto loaded = load_certificate(chain, key);
    INFO(loaded.problem);
    REQUIRE(loaded.value);
    CHECK(loaded.value->fingerprint() == c.fingerprint());
    CHECK(sk_X509_num(loaded.value->chain.get()) == 1);
    const auto both = folder.file("both.pem", all);
    CHECK(load_certificate(both, both).value);
}

TEST_CASE("files that are no certificate and key are a problem that names them") {
    const temporary_folder folder;
    const auto c = make_self_signed_certificate({"host"});
    const auto good = folder.file("good.pem", to_pem(c));
    const auto others = folder.file("others.pem", to_pem(make_self_signed_certificate({"other"})));
    const auto text = folder.file("text.pem", "no PEM at all\n");
    const auto cut = folder.file("cut.pem", to_pem(c).substr(0, 300));
    const auto readable = folder.file("readable.pem", to_pem(c), 0644);
    const auto locked = folder.file("locked.pem", locked_key(c));
    const auto empty = folder.file("empty.pem", "");
    const auto missing = (folder.path() / "missing.pem").string();
    const auto huge = folder.file("huge.pem", std::string(2 << 20, '\n') + to_pem(c));
    struct row {
        std::string chain, key, named, why;
    };
    for (const auto& [chain, key, named, why] :
         {row{missing, good, missing, "cannot read"}, row{good, missing, missing, ""},
          row{folder.path(), good, folder.path(), "cannot read"},
          row{huge, good, huge, "cannot read"}, row{text, good, text, "no certificate"},
          row{empty, good, empty, "no certificate"}, row{cut, good, cut, "no certificate"},
          row{good, text, text, "not a private key"}, row{good, cut, cut, "not a private key"},
          row{good, empty, empty, ""}, row{good, locked, locked, "passphrase"},
          row{good, readable, readable, ""}, row{good, others, others, "does not belong"}}) {
        const auto loaded = load_certificate(chain, key);
        INFO(loaded.problem);
        CHECK_FALSE(loaded.value);
        CHECK(loaded.problem.find(named) != std::string::npos);
        CHECK(loaded.problem.find(why) != std::string::npos);
        CHECK(loaded.problem.find("PRIVATE KEY") == std::string::npos);
    }
}

TEST_CASE("the names of a certificate are common and alternative ones, kept to the byte") {
    using namespace std::string_literals;
    certificate_authority authority;
    const auto names = [&](const certificate_subject& of) {
        return names_in(*authority.issue(of)->leaf);
    };
    using list = std::vector<std::string>;
    CHECK(names({"alice", {}}) == list{"alice"});
    CHECK(names({"alice\0.evil"s, {}}) == list{"alice\0.evil"s});
    CHECK(names({"alice", "DNS:a.example,email:a@example.com"}) ==
          list{"alice", "a.example", "a@example.com"});
    CHECK(names({"alice", "IP:192.0.2.1,URI:ftp://x"}) == list{"alice"});
    CHECK(names({"\xE4\xB8\xAD", {}}) == list{"\xE4\xB8\xAD"});
}
