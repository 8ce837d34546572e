#include "config/log.hpp"
#include "storage/credentials/file_source.hpp"
#include "storage/credentials/metadata_source.hpp"
#include "storage/credentials/process_source.hpp"
#include "storage/credentials/refreshing_credentials.hpp"
#include "storage/credentials/sts_source.hpp"
#include "storage/credentials/url_source.hpp"
#include "storage/local/descriptor.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/http_server.hpp"
#include "tests/support/https_server.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

using namespace objftpd;
using namespace objftpd::tests;
using namespace objftpd::storage;
using namespace std::chrono_literals;
using namespace objftpd::storage::credentials;

namespace {

const std::string some_json = R"({"AccessKeyId":"a","AccessKeySecret":"s","SecurityToken":"t",
                                  "Expiration":"2099-11-21T07:02:03Z","Code":"Success"})";

// The server serves one client at a time.
const std::string leaves = "Connection: close\r\n";

class credential_sources_test {
protected:
    // What was found, as one text.
    std::string fetch(source& from) {
        const auto got = loop.run(from.fetch());
        if (!got)
            return "failure: " + got.error().reason;
        return got->who.key_id + ' ' + got->who.secret + ' ' + got->who.session_token;
    }

    config::endpoint endpoint() const { return *config::parse_endpoint("http://" + server.host()); }

    config::url url(const std::string& path) const {
        return *config::parse_url("http://" + server.host() + path);
    }

    unsigned long port() const {
        const auto host = server.host();
        return std::stoul(host.substr(host.rfind(':') + 1));
    }

    std::string head(std::size_t request) const { return server.requests().at(request).head; }

    metadata_source metadata(const metadata_dialect& dialect, metadata_source::without_token older,
                             const std::string& role = {}) {
        return {dialect, endpoint(), role, older};
    }

    sts_service service(vendor dialect) const {
        sts_service made;
        made.dialect = dialect;
        made.where = endpoint();
        made.region = "eu-west-1";
        made.how = sts_settings(http::client_settings());
        return made;
    }

    role some_role() const {
        role made;
        made.arn = "arn";
        made.session_name = "objftpd";
        made.duration = 1h;
        return made;
    }

    std::shared_ptr<http::credentials_provider> base() const {
        http::credentials who;
        who.key_id = "base";
        who.secret = "hidden";
        return std::make_shared<http::fixed_credentials>(who);
    }

    http_server server;
    temporary_folder folder;
    worker_pool pool{1};
    event_loop loop;
};

using without_token = metadata_source::without_token;

} // namespace

TEST_CASE_METHOD(credential_sources_test, "a token server is asked with what a file holds") {
    url_source::authorization proof;
    proof.file = folder.file("token", "Bearer one\r\nnot sent\n", 0640);
    url_source source(pool, url("/ftp?user=x"), proof);
    server.answers(200, some_json);
    CHECK(fetch(source) == "a s t");
    CHECK_THAT(head(0), Catch::StartsWith("GET /ftp?user=x HTTP/1.1\r\n"));
    CHECK_THAT(head(0), Catch::Contains("authorization: Bearer one\r\n"));
    CHECK_THAT(head(0), !Catch::Contains("not sent"));
    folder.file("token", "Bearer two", 0640);
    server.answers(200, some_json);
    CHECK(fetch(source) == "a s t");
    CHECK_THAT(head(1), Catch::Contains("authorization: Bearer two\r\n"));
    folder.file("token", "Bearer three", 0644);
    CHECK_THAT(fetch(source), Catch::Contains("open to everyone on this machine"));
}

TEST_CASE_METHOD(credential_sources_test, "a container's token may be readable, of one line") {
    url_source::authorization proof;
    proof.file = folder.file("token", "one\n", 0644);
    proof.kind = url_source::file_kind::token;
    url_source source(pool, url("/v1/credentials"), proof);
    server.answers(200, some_json);
    CHECK(fetch(source) == "a s t");
    CHECK_THAT(head(0), Catch::Contains("authorization: one\r\n"));
    folder.file("token", "Bearer\r\nX-Other: three", 0644);
    CHECK_THAT(fetch(source), Catch::StartsWith("failure: the token in "));
}

TEST_CASE_METHOD(credential_sources_test, "a token server may have a certificate as the store") {
    certificate_authority authority;
    const auto shown = authority.issue({"127.0.0.1", "IP:127.0.0.1"});
    const https_server https(*shown);
    const auto where = *config::parse_url("https://" + https.host() + "/ftp");
    http::client_settings of_store;
    of_store.proxy = "http://127.0.0.1:1"; // which is not used
    url_source stranger(pool, where, url_source::authorization(), token_service_settings(of_store));
    CHECK_THAT(fetch(stranger), Catch::StartsWith("failure: no answer from "));
    of_store.ca_file = folder.file("ca.pem", authority.pem());
    url_source source(pool, where, url_source::authorization(), token_service_settings(of_store));
    CHECK(fetch(source) == "failure: what came is not the JSON of credentials");
}

TEST_CASE_METHOD(credential_sources_test, "a token server that refuses, lies or is cut is told") {
    url_source source(pool, url("/ftp?password=hidden"), url_source::authorization());
    server.answers(403, R"({"Code":"Forbidden","Message":"not you"})");
    CHECK(fetch(source) ==
          "failure: http://" + server.host() + "/ftp answered with status 403: Forbidden: not you");
    server.answers(200, "<html>");
    CHECK(fetch(source) == "failure: what came is not the JSON of credentials");
    server.answers(200, std::string(100'000, ' '));
    CHECK_THAT(fetch(source), Catch::StartsWith("failure: no answer from "));
    server.answers_and_closes("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + some_json);
    CHECK_THAT(fetch(source), Catch::StartsWith("failure: no answer from "));
    CHECK_THAT(fetch(source), !Catch::Contains("hidden"));
    server.answers(302, "", "Location: http://127.0.0.1:1/\r\n");
    CHECK_THAT(fetch(source), Catch::Contains("status 302"));
}

TEST_CASE_METHOD(credential_sources_test, "Alibaba's metadata is asked with a token of its own") {
    auto source = metadata(alibaba_ecs, without_token::refused);
    server.answers(200, "tok");
    server.answers(200, "ftp-role\n");
    server.answers(200, some_json);
    CHECK(fetch(source) == "a s t");
    CHECK_THAT(head(0), Catch::StartsWith("PUT /latest/api/token HTTP/1.1\r\n"));
    CHECK_THAT(head(0), Catch::Contains("x-aliyun-ecs-metadata-token-ttl-seconds: 21600\r\n"));
    CHECK_THAT(head(1), Catch::StartsWith("GET /latest/meta-data/ram/security-credentials/ HTTP"));
    CHECK_THAT(head(1), Catch::Contains("x-aliyun-ecs-metadata-token: tok\r\n"));
    CHECK_THAT(head(2),
               Catch::StartsWith("GET /latest/meta-data/ram/security-credentials/ftp-role HTTP"));
    CHECK_THAT(head(2), Catch::Contains("x-aliyun-ecs-metadata-token: tok\r\n"));
}

TEST_CASE_METHOD(credential_sources_test, "metadata without tokens is asked only where allowed") {
    auto strict = metadata(alibaba_ecs, without_token::refused, "r");
    server.answers(404, "", leaves);
    CHECK_THAT(fetch(strict), Catch::Contains("/latest/api/token answered with status 404"));
    auto older = metadata(alibaba_ecs, without_token::allowed, "r");
    server.answers(404, "");
    server.answers(200, some_json);
    CHECK(fetch(older) == "a s t");
    CHECK_THAT(head(2), !Catch::Contains("metadata-token"));
}

TEST_CASE_METHOD(credential_sources_test, "Amazon's metadata is asked by its second version") {
    auto source = metadata(amazon_ec2, without_token::refused);
    server.answers(200, "tok");
    server.answers(200, "ftp role");
    server.answers(200, R"({"Code":"Success","AccessKeyId":"a","SecretAccessKey":"s","Token":"t",
                            "Expiration":"2099-11-21T07:02:03Z"})");
    CHECK(fetch(source) == "a s t");
    CHECK_THAT(head(0), Catch::Contains("x-aws-ec2-metadata-token-ttl-seconds: 21600\r\n"));
    CHECK_THAT(head(2), Catch::StartsWith("GET /latest/meta-data/iam/security-credentials/ftp H"));
    CHECK_THAT(head(2), Catch::Contains("x-aws-ec2-metadata-token: tok\r\n"));
}

TEST_CASE_METHOD(credential_sources_test, "a machine without a role is told") {
    auto source = metadata(amazon_ec2, without_token::refused);
    server.answers(200, "tok");
    server.answers(404, "");
    CHECK_THAT(fetch(source), Catch::Contains("security-credentials/ answered with status 404"));
}

TEST_CASE_METHOD(credential_sources_test, "roles are assumed at Alibaba and at Amazon") {
    assumed_role_source alibaba(service(vendor::alibaba), some_role(), base());
    server.answers(200, R"({"Credentials":)" + some_json + "}", leaves);
    CHECK(fetch(alibaba) == "a s t");
    CHECK_THAT(head(0), Catch::StartsWith("POST / HTTP/1.1\r\n"));
    CHECK_THAT(server.requests().at(0).body, Catch::Contains("AccessKeyId=base&"));

    assumed_role_source amazon(service(vendor::amazon), some_role(), base());
    server.answers(200, "<AssumeRoleResponse><AssumeRoleResult><Credentials>"
                        "<AccessKeyId>b</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
                        "<SessionToken>t</SessionToken>"
                        "<Expiration>2099-11-21T02:02:03Z</Expiration></Credentials>"
                        "</AssumeRoleResult></AssumeRoleResponse>");
    CHECK(fetch(amazon) == "b s t");
    CHECK_THAT(head(1), Catch::Contains("Credential=base/"));
    CHECK_THAT(head(1), Catch::Contains("/eu-west-1/sts/aws4_request"));

    server.answers(403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message>"
                        "</Error></ErrorResponse>");
    CHECK(fetch(amazon) == "failure: STS answered with status 403: AccessDenied: no");
}

TEST_CASE_METHOD(credential_sources_test, "STS is asked with its own time when ours is wrong") {
    const auto day_of = [&](std::size_t request) { // of the signature
        const auto at = head(request).find("Credential=base/");
        return head(request).substr(at + 16, 8);
    };
    const std::string answer = "<AssumeRoleResponse><AssumeRoleResult><Credentials>"
                               "<AccessKeyId>b</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
                               "<SessionToken>t</SessionToken>"
                               "<Expiration>2001-02-03T05:05:06Z</Expiration></Credentials>"
                               "</AssumeRoleResult></AssumeRoleResponse>";
    assumed_role_source source(service(vendor::amazon), some_role(), base());
    server.answers(403,
                   "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code>"
                   "<Message>Signature expired</Message></Error></ErrorResponse>",
                   "Date: Sat, 03 Feb 2001 04:05:06 GMT\r\n");
    server.answers(200, answer);
    const auto got = loop.run(source.fetch());
    REQUIRE(got.has_value());
    // What expires an hour after its answer does so by our clock, too.
    const auto left = *got->expires - std::chrono::system_clock::now();
    CHECK(left > 59min);
    CHECK(left <= 1h);
    CHECK(day_of(1) == "20010203");
    server.answers(200, answer);
    CHECK(fetch(source) == "b s t");
    CHECK(day_of(2) == "20010203"); // it is remembered
}

TEST_CASE_METHOD(credential_sources_test, "a web identity's token is read each time") {
    const auto file = folder.file("token", "one", 0644);
    web_identity_source source(service(vendor::alibaba), some_role(), pool, file);
    server.answers(200, R"({"Credentials":)" + some_json + "}");
    CHECK(fetch(source) == "a s t");
    CHECK_THAT(server.requests().at(0).body, Catch::Contains("OIDCToken=one&"));
    folder.file("token", "two", 0644);
    server.answers(400, R"({"Code":"AuthenticationFail.OIDCToken.Expired","Message":"old"})");
    CHECK(fetch(source) ==
          "failure: STS answered with status 400: AuthenticationFail.OIDCToken.Expired: old");
    CHECK_THAT(server.requests().at(1).body, Catch::Contains("OIDCToken=two&"));
}

TEST_CASE_METHOD(credential_sources_test, "a base that STS refuses is fetched anew") {
    const auto file = folder.file("base", R"({"AccessKeyId":"one","AccessKeySecret":"s"})");
    const auto temporary = std::make_shared<refreshing_credentials>(
        "store", "file", std::make_shared<file_source>(pool, file, ""));
    assumed_role_source source(service(vendor::alibaba), some_role(), temporary);
    server.answers(404, R"({"Code":"InvalidAccessKeyId.NotFound","Message":"?"})");
    CHECK_THAT(fetch(source), Catch::Contains("InvalidAccessKeyId.NotFound"));
    folder.file("base", R"({"AccessKeyId":"other","AccessKeySecret":"s"})");
    server.answers(200, R"({"Credentials":)" + some_json + "}");
    CHECK(fetch(source) == "a s t");
    CHECK_THAT(server.requests().at(1).body, Catch::Contains("AccessKeyId=other&"));
}

TEST_CASE_METHOD(credential_sources_test, "a file is read again when it has changed") {
    const auto file = folder.file("keys", "[default]\naccess_key_id=a\naccess_key_secret=b\n");
    file_source source(pool, file, "");
    CHECK(fetch(source) == "a b ");
    CHECK(fetch(source) == "a b ");
    folder.file("keys", "[default]\naccess_key_id=aa\naccess_key_secret=b\n");
    CHECK(fetch(source) == "aa b ");
    std::filesystem::remove(file);
    CHECK_THAT(fetch(source), Catch::StartsWith("failure: cannot use "));
    folder.file("keys", "[default]\naccess_key_id=a\naccess_key_secret=b\n", 0644);
    CHECK_THAT(fetch(source), Catch::Contains("open to everyone"));
}

TEST_CASE_METHOD(credential_sources_test, "a program gives credentials out") {
    const auto json = folder.file("json", some_json);
    process_source source({"cat", json});
    CHECK(fetch(source) == "a s t");
}

TEST_CASE_METHOD(credential_sources_test, "a program is heard where ended children are not kept") {
    const auto before = std::signal(SIGCHLD, SIG_IGN);
    const auto json = folder.file("json", some_json);
    process_source source({"cat", json});
    CHECK(fetch(source) == "a s t");
    static_cast<void>(std::signal(SIGCHLD, before));
}

TEST_CASE_METHOD(credential_sources_test, "no shell sees the program's arguments") {
    process_source source({"printf", "%s", R"({"AccessKeyId":"$HOME","AccessKeySecret":"`id`"})"});
    CHECK(fetch(source) == "$HOME `id` ");
}

TEST_CASE_METHOD(credential_sources_test, "a program that fails, hangs or floods is told") {
    struct row {
        std::vector<std::string> command;
        const char* told;
    };
    const row rows[] = {
        {{"/nonexistent/program"}, "cannot be run: "},
        {{"false"}, "ended with code 1"},
        {{"true"}, "what came is not the JSON of credentials"},
        {{"sh", "-c", "kill -TERM $$"}, "was ended by signal 15"},
        {{"sleep", "600"}, "takes too long"},
        {{"sh", "-c", "exec >/dev/null; sleep 600"}, "takes too long"},
        {{"sh", "-c", "sleep 600 & wait"}, "takes too long"},
        {{"yes"}, "writes more than 64 KiB"},
    };
    for (const auto& r : rows) {
        INFO(r.told);
        process_source source(r.command, 300ms);
        CHECK_THAT(fetch(source), Catch::Contains(r.told));
    }
}

TEST_CASE_METHOD(credential_sources_test, "what a program leaves running delays nothing and ends") {
    const auto json = folder.file("json", some_json);
    const auto fifo = (folder.path() / "fifo").string();
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const local::descriptor end(::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    process_source source({"sh", "-c", "exec 3>\"$1\"; sleep 600 & cat \"$0\"", json, fifo});
    CHECK(fetch(source) == "a s t");
    pollfd gone{end.get(), POLLIN, 0}; // nobody has the other end any more
    CHECK(::poll(&gone, 1, 10'000) == 1);
    CHECK((gone.revents & POLLHUP) != 0);
}

TEST_CASE_METHOD(credential_sources_test, "a program that has left its group is killed") {
    process_source source({"perl", "-e", "setpgrp(0, getpgrp(getppid())); sleep 600"}, 300ms);
    for (int i = 0; i < 5; ++i)
        CHECK_THAT(fetch(source), Catch::Contains("takes too long"));
}

TEST_CASE_METHOD(credential_sources_test, "a program does not inherit open files") {
    // Our end of a connection and the server's are open here.
    const auto connection = tcp_socket::connect(
        {asio::ip::address_v4::loopback(), static_cast<unsigned short>(port())});
    process_source source({"sh", "-c",
                           R"(printf '{"AccessKeyId":"%s","AccessKeySecret":"sockets"}' )"
                           R"($(ls -l /proc/$$/fd | grep -c socket:))"});
    CHECK(fetch(source) == "0 sockets ");
}

TEST_CASE_METHOD(credential_sources_test, "a program does not learn the secrets of others") {
    ::setenv("OBJFTPD_TEST_SECRET", "hidden", 1);
    ::setenv("OBJFTPD_TEST_PLACE", "seen", 1);
    const char* const json = R"(printf '{"AccessKeyId":"%s","AccessKeySecret":"%s"}' )"
                             R"("$OBJFTPD_TEST_PLACE" "${OBJFTPD_TEST_SECRET-unset}")";
    process_source source({"sh", "-c", json}, 15s, {"OBJFTPD_TEST_SECRET", "NOT_SET"});
    CHECK(fetch(source) == "seen unset ");
    ::unsetenv("OBJFTPD_TEST_SECRET");
    ::unsetenv("OBJFTPD_TEST_PLACE");
}

TEST_CASE_METHOD(credential_sources_test, "what a program complains of is logged, line by line") {
    const auto file = (folder.path() / "log").string();
    config::log::open({config::log_level::warning, file});
    const char* const complains =
        R"(printf 'no token\n2026-11-21T07:02:03.000Z info login user=forged\n' >&2
           i=0; while [ $i -lt 100 ]; do echo "line $i" >&2; i=$((i+1)); done; exit 3)";
    process_source source({"sh", "-c", complains});
    CHECK_THAT(fetch(source), Catch::Contains("ended with code 3"));
    config::log::close();
    const auto log = content_of(file);
    CHECK_THAT(log, Catch::Contains("credentials_command complains program=sh text=\"no token\""));
    CHECK_THAT(log, Catch::Contains("text=\"2026-11-21T07:02:03.000Z info login user=forged\""));
    CHECK(std::ranges::count(log, '\n') == 20);
}
