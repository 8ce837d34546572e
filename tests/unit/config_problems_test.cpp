#include "tests/support/configurations.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::tests;

namespace {

/// What is changed in the small configuration, and the one problem that this makes.
struct row {
    std::string from;
    std::string to;
    std::string problem;
};

void check(const std::vector<row>& rows) {
    for (const auto& r : rows) {
        CAPTURE(r.to);
        CHECK(problems_of(with(small_configuration, r.from, r.to)) ==
              std::vector<std::string>{r.problem});
    }
}

const std::string server_line = "io_threads = 0";
const std::string listen_line = "addresses = [\"ftp://127.0.0.1:2048\"]";

std::string also(const std::string& line) {
    return server_line + "\n" + line;
}

} // namespace

TEST_CASE("the small configuration has no problem") {
    CHECK(problems_of(small_configuration).empty());
}

TEST_CASE("text that is not TOML is told with its place") {
    const auto problems =
        problems_of("[[listener]]\naddresses = [\"ftp://127.0.0.1:2048\"\n[log]\n");
    REQUIRE(problems.size() == 1);
    CHECK_THAT(problems[0], Catch::StartsWith("f:3:1: Error while parsing"));
}

TEST_CASE("an unknown key is told with the nearest valid one") {
    check({
        {server_line, also("pasive_ports = \"1-2\""),
         "f:4:1: server.pasive_ports: unknown key; did you mean passive_ports?"},
        {"[log]", "[log]\n  Level = \"debug\"",
         "f:5:3: log.Level: unknown key; did you mean level?"},
        {"[log]", "[logs]", "f:4:2: logs: unknown key; did you mean log?"},
        {"level = \"info\"", "max_sessions = 3",
         "f:5:1: log.max_sessions: unknown key; it belongs to [server]"},
        {"[log]", "[log]\nstate = \"s\"",
         "f:5:1: log.state: unknown key; it belongs to the top of the file, before the first "
         "section"},
        {"level = \"info\"", "colour = true",
         "f:5:1: log.colour: unknown key; valid are level, file"},
        {"bucket = \"files\"", "bucket = \"files\"\nendpoint = \"oss-cn-hangzhou.aliyuncs.com\"",
         "f:17:1: user[1].mount[1].endpoint: unknown key; it belongs to [[store]]"},
        {"bucket = \"files\"", "bucket = \"files\"\ncolour = true",
         "f:17:1: user[1].mount[1].colour: unknown key; valid are path, store, bucket, prefix, "
         "read_only, content_type, content_types, storage_class, acl, encryption, encryption_key, "
         "tags, metadata"},
        {"type = \"local\"", "type = \"local\"\nendpoint = \"oss-cn-hangzhou.aliyuncs.com\"",
         "f:9:1: store[1].endpoint: unknown key; it belongs to a store of another type"},
    });
}

TEST_CASE("a value of the wrong type or out of range is told with what is allowed") {
    check({
        {server_line, also("max_sessions = 0"),
         "f:4:16: server.max_sessions: expects a whole number from 1 to 100000, not 0"},
        {server_line, also("max_sessions = \"many\""),
         "f:4:16: server.max_sessions: expects a whole number from 1 to 100000, not \"many\""},
        {server_line, also("max_sessions = 1.5"),
         "f:4:16: server.max_sessions: expects a whole number from 1 to 100000, not a number with "
         "a fraction"},
        {listen_line, listen_line + "\nactive_mode = 1",
         "f:19:15: listener[1].active_mode: expects true or false, not 1"},
        {server_line, also("max_command_length = \"1 MiB\""),
         "f:4:22: server.max_command_length: expects a size from 1 KiB to 64 KiB, such as "
         "\"4 KiB\", not \"1 MiB\""},
        {server_line, also("idle_timeout = \"30 parsecs\""),
         "f:4:16: server.idle_timeout: expects a duration from 10 s to 1 d in whole seconds, such "
         "as \"5 min\", not \"30 parsecs\""},
        {server_line, also("idle_timeout = \"10500 ms\""),
         "f:4:16: server.idle_timeout: expects a duration from 10 s to 1 d in whole seconds, such "
         "as \"5 min\", not \"10500 ms\""},
        {server_line, also("idle_timeout = -1"),
         "f:4:16: server.idle_timeout: expects a duration from 10 s to 1 d in whole seconds, such "
         "as \"5 min\", not -1"},
        {server_line, also("idle_timeout = 2026-11-21"),
         "f:4:16: server.idle_timeout: expects a duration from 10 s to 1 d in whole seconds, such "
         "as \"5 min\", not a date or time"},
        {"level = \"info\"", "level = \"loud\"",
         "f:5:9: log.level: expects \"trace\", \"debug\", \"info\", \"warning\", \"error\" or "
         "\"off\", not \"loud\""},
        {"type = \"local\"", "type = \"azure\"",
         "f:8:8: store[1].type: expects \"local\", \"s3\" or \"oss\", not \"azure\""},
        {"state = \"state\"", "state = \"\"", "f:1:9: state: expects a folder, not \"\""},
        {"[log]\nlevel = \"info\"", "[[log]]", "f:4:1: log: expects a section [log], not a list"},
    });
    CHECK(problems_of(with(small_configuration, "[[store]]", "[store]")) ==
          std::vector<std::string>{
              "f:6:1: store: expects sections [[store]], in double brackets, not a section",
              "f:6:1: store: there is no [[store]]: files would have nowhere to go",
              "f:15:9: user[1].mount[1].store: there is no store \"main\""});
}

TEST_CASE("a listener has addresses of this machine") {
    const auto place = std::string("f:18:13: listener[1].addresses: ");
    const auto listening = [](const std::string& urls) { return "addresses = [" + urls + "]"; };
    check({
        {listen_line, "",
         "f:17:1: listener[1].addresses: is missing; expects a list of addresses, such as "
         "[\"ftp://127.0.0.1:2048\"]"},
        {listen_line, listening(""),
         place + "needs at least one address, such as \"ftp://127.0.0.1:2048\""},
        {listen_line, listening("21"),
         place + "expects a list of addresses, such as [\"ftp://127.0.0.1:2048\"], not a list"},
        {listen_line, listening("\"127.0.0.1:2048\""),
         place + "\"127.0.0.1:2048\" is not a listener; expects ftp://ADDRESS:PORT or "
                 "ftps://ADDRESS:PORT, such as \"ftp://127.0.0.1:2048\" or "
                 "\"ftps://[::1]:2990\""},
        {listen_line, listening("\"ftp://localhost:2048\""),
         place + "\"ftp://localhost:2048\" needs an IP address, such as 127.0.0.1, in place of "
                 "\"localhost\""},
        {listen_line, listening("\"ftp://::1:2048\""),
         place + "\"ftp://::1:2048\" needs brackets around its IPv6 address: ftp://[::1]:2048"},
        {listen_line, listening("\"ftp://[127.0.0.1]:2048\""),
         place + "\"ftp://[127.0.0.1]:2048\" has brackets around an address that is not IPv6"},
        {listen_line, listening("\"ftp://[::1:2048\""),
         place + "\"ftp://[::1:2048\" lacks the closing bracket of its IPv6 address"},
        {listen_line, listening("\"ftp://127.0.0.1:65536\""),
         place + "\"ftp://127.0.0.1:65536\" needs a port from 0 to 65535 behind the colon"},
        {listen_line, listening("\"ftp://127.0.0.1:\""),
         place + "\"ftp://127.0.0.1:\" needs a port from 0 to 65535 behind the colon"},
        {listen_line, listening("\"ftp://127.0.0.1:21/files\""),
         place + "\"ftp://127.0.0.1:21/files\" holds more than an address and a port"},
        {listen_line, listening("\"ftp://127.0.0.1:21\", \"ftp://127.0.0.1\""),
         place + "\"ftp://127.0.0.1:21\": the address and port are listed twice"},
        {listen_line, listening("\"ftp://127.0.0.1:21\", \"ftps://127.0.0.1:21\""),
         place + "\"ftps://127.0.0.1:21\": the address and port are listed twice"},
    });
    for (const auto* const fine : {"\"ftp://127.8.9.10:21\"", "\"ftp://[::1]:21\"",
                                   "\"ftp://0.0.0.0\", \"ftps://0.0.0.0\""}) {
        CAPTURE(fine);
        CHECK(problems_of(with(small_configuration, listen_line, listening(fine))).empty());
    }
}

TEST_CASE("client certificates need an authority, and a listener that asks for them") {
    const auto asks = listen_line + "\nclient_certificate = \"optional\"";
    check({
        {listen_line, asks,
         "f:19:22: listener[1].client_certificate: needs tls.client_ca_file: who signs the "
         "certificates"},
        {listen_line, listen_line + "\n[tls]\nclient_crl_file = \"crl.pem\"",
         "f:20:19: tls.client_crl_file: needs tls.client_ca_file: whose certificates"},
        {hash_line, hash_line + "\ncertificate_login = \"replaces-password\"",
         "f:13:21: user[1].certificate_login: no listener asks for certificates; set its "
         "client_certificate"},
        {hash_line, hash_line + "\ncertificate_names = [\"\"]",
         "f:13:21: user[1].certificate_names: expects a list of names, such as [\"alice\", "
         "\"alice@example.com\"], not [\"\"]"},
    });
}

TEST_CASE("passive ports are a range of usable size, its address an IPv4 address") {
    const auto ports = [](const std::string& range) {
        return also("passive_ports = \"" + range + "\"");
    };
    const auto place = std::string("f:4:17: server.passive_ports: ");
    check({
        {server_line, ports("50000"),
         place + "\"50000\" is not a range of ports; expects FIRST-LAST, such as \"50000-50999\", "
                 "or \"any\""},
        {server_line, ports("50000-70000"),
         place + "\"50000-70000\" is not a range of ports; expects FIRST-LAST, such as "
                 "\"50000-50999\", or \"any\""},
        {server_line, ports("50999-50000"),
         place + "\"50999-50000\" is turned round; the lower port comes first"},
        {server_line, ports("20-50000"),
         place + "\"20-50000\" reaches below port 1024, which is reserved for system services"},
        {server_line, ports("50000-50008"),
         place + "\"50000-50008\" is too small; expects at least 10 ports"},
        {listen_line, listen_line + "\npassive_address = \"ftp.example.com\"",
         "f:19:19: listener[1].passive_address: expects an IPv4 address, or \"\" for the address "
         "that "
         "the client connected to, not \"ftp.example.com\""},
        {listen_line, listen_line + "\npassive_address = \"0.0.0.0\"",
         "f:19:19: listener[1].passive_address: expects an IPv4 address, or \"\" for the address "
         "that "
         "the client connected to, not \"0.0.0.0\""},
        {server_line, also("greeting = \"two\\nlines\""),
         "f:4:12: server.greeting: expects one line of text, at most 500 bytes, not "
         "\"two\\u000alines\""},
    });
    CHECK(problems_of(with(small_configuration, server_line, ports("any"))).empty());
}

TEST_CASE("a bucket is a bare name, and what people put there by mistake is told apart") {
    const auto bucket = std::string("bucket = \"files\"");
    const auto place = std::string("f:16:10: user[1].mount[1].bucket: ");
    check({
        {bucket, "", "f:13:1: user[1].mount[1].bucket: is missing; expects the name of a bucket"},
        {bucket, "bucket = \"\"", place + "is empty; expects the name of a bucket"},
        {bucket, "bucket = \"files/in\"",
         place + "\"files/in\" is more than a name; what follows \"files\" belongs into prefix"},
        {bucket, "bucket = \"https://files.oss-cn-hangzhou.aliyuncs.com\"",
         place + "\"https://files.oss-cn-hangzhou.aliyuncs.com\" is a URL; only the bucket's name "
                 "belongs here"},
        {bucket, "bucket = \"AKIAEXAMPLE:secret@files\"",
         place + "holds '@' or ':', as credentials or an endpoint do; only the bucket's name "
                 "belongs here"},
        {bucket, "bucket = \"..\"", place + "\"..\" begins with a dot"},
        {bucket, "bucket = \".objftpd\"", place + "\".objftpd\" begins with a dot"},
        {bucket, "bucket = \"a\\u0007\"", place + "\"a\\u0007\" holds a control character"},
    });
}

TEST_CASE("paths and prefixes hold no segments that nobody means") {
    const auto bucket = std::string("bucket = \"files\"");
    const auto path = std::string("path = \"/\"");
    const auto name = std::string("name = \"alice\"");
    check({
        {path, "path = \"in\"",
         "f:14:8: user[1].mount[1].path: \"in\" is not an absolute FTP path; it must begin with "
         "\"/\""},
        {path, "path = \"/a/../b\"",
         "f:14:8: user[1].mount[1].path: \"/a/../b\" holds a segment \"..\""},
        {path, "path = \"/a//b\"",
         "f:14:8: user[1].mount[1].path: \"/a//b\" holds an empty segment (\"//\")"},
        {bucket, bucket + "\nprefix = \"a/./b\"",
         "f:17:10: user[1].mount[1].prefix: \"a/./b/\" holds a segment \".\""},
        {bucket, bucket + "\nprefix = \"a\\nb\"",
         "f:17:10: user[1].mount[1].prefix: \"a\\u000ab/\" holds a control character"},
        {name, name + "\nhome = \"scans\"",
         "f:12:8: user[1].home: \"scans\" is not an absolute FTP path; it must begin with \"/\""},
    });
}

TEST_CASE("users have a name, a hash, rights that exist, and at least one mount") {
    const auto name = std::string("name = \"alice\"");
    const std::string mount =
        "[[user.mount]]\npath = \"/\"\nstore = \"main\"\nbucket = \"files\"\n";
    const std::string user = "[[user]]\n" + name + "\n" + hash_line + "\n" + mount;
    check({
        {name, "", "f:10:1: user[1].name: is missing; expects a user name"},
        {name, "name = \"\"", "f:11:8: user[1].name: is empty; expects a user name"},
        {name, "name = \" alice\"", "f:11:8: user[1].name: \" alice\" begins or ends with a space"},
        {hash_line, "",
         "f:10:1: user[1].password_hash: is missing; expects exactly one of password_hash, "
         "password_hash_env and password_hash_file"},
        {name, name + "\nrights = \"readonly\"",
         "f:12:10: user[1].rights: \"readonly\" is not a right; did you mean \"read-only\"?"},
        {name, name + "\nrights = [\"list\", \"administrate\"]",
         "f:12:10: user[1].rights: \"administrate\" is not a right; expects \"all\", "
         "\"read-only\", \"upload-only\" or some of list, read, create, overwrite, remove, "
         "rename, make_directory, remove_directory, set_attributes, remove_tree, sign, acl, "
         "restore, link, class, tags"},
        {name, name + "\nrights = 7",
         "f:12:10: user[1].rights: expects \"all\", \"read-only\", \"upload-only\", or a list of "
         "rights, not 7"},
        {mount, "",
         "f:10:1: user[1].mount: there is no [[user.mount]]: the user would see an empty tree"},
        {mount, mount + mount,
         "f:18:8: user[1].mount[2].path: the user has already a mount at \"/\""},
        {mount, mount + user, "f:18:8: user[2].name: there is already a user \"alice\""},
        {"store = \"main\"", "store = \"mian\"",
         "f:15:9: user[1].mount[1].store: there is no store \"mian\"; did you mean \"main\"?"},
        {user, "", "f:1:1: user: there is no [[user]]: nobody could log in"},
    });
}

TEST_CASE("a password where its hash belongs is refused without being repeated") {
    check({
        {hash_line, "password_hash = \"hunter2\"",
         "f:12:17: user[1].password_hash: is not an argon2id hash; make one with \"objftpd "
         "passwd\""},
        {hash_line, "password_hash = 12345678",
         "f:12:17: user[1].password_hash: expects an argon2id hash, not a whole number"},
    });
}

TEST_CASE("stores have names and folders of their own") {
    const auto store = [](const std::string& name, const std::string& path) {
        return "[[store]]\nname = \"" + name + "\"\ntype = \"local\"\npath = \"" + path + "\"\n";
    };
    const auto main_store = store("main", "data");
    check({
        {main_store, main_store + store("main", "other"),
         "f:11:8: store[2].name: there is already a store \"main\""},
        {main_store, main_store + store("second", "./data/"),
         "f:13:8: store[2].path: another store has the same folder"},
        {main_store, store("main", "state"),
         "f:9:8: store[1].path: state lies in the same folder; users could reach it"},
        {main_store, main_store + store("a/b", "other"),
         "f:11:8: store[2].name: \"a/b\" is not a name; expects up to 64 letters, digits, '-', "
         "'_' and '.', the first a letter or a digit"},
    });
}

TEST_CASE("all problems are told at once, in the order of the file") {
    CHECK(
        problems_of(
            "[[user]]\nnmae = \"x\"\n[server]\nidle_timeout = 1\n[[listener]]\naddresses = []\n") ==
        std::vector<std::string>{
            "f:1:1: user[1].name: is missing; expects a user name",
            "f:1:1: user[1].password_hash: is missing; expects exactly one of password_hash, "
            "password_hash_env and password_hash_file",
            "f:1:1: store: there is no [[store]]: files would have nowhere to go",
            "f:1:1: user[1].mount: there is no [[user.mount]]: the user would see an empty tree",
            "f:2:1: user[1].nmae: unknown key; did you mean name?",
            "f:4:16: server.idle_timeout: expects a duration from 10 s to 1 d in whole seconds, "
            "such as \"5 min\", not 1",
            "f:6:13: listener[1].addresses: needs at least one address, such as "
            "\"ftp://127.0.0.1:2048\""});
}

TEST_CASE("a key cannot forge a line of the report") {
    CHECK(problems_of("\"a\\nf:1:1: fine\" = 1\n" + small_configuration) ==
          std::vector<std::string>{
              "f:1:1: \"a\\nf:1:1: fine\": unknown key; valid are state, server, listener, tls, "
              "certificate, log, store, user"});
}
