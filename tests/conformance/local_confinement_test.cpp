#include "tests/conformance/adapter_test.hpp"
#include "tests/support/child_process.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>

using namespace objftpd;
using namespace objftpd::tests;
namespace fs = std::filesystem;

namespace {

// A secret beside the bucket, and every kind of way that could lead there.
class confinement_test : public local_adapter_test {
public:
    confinement_test() {
        fs::create_directories(outside() / "d");
        std::ofstream(outside() / "secret") << "secret";
        std::ofstream(outside() / "d/secret") << "secret";
        put("inside", "x");
        put("sub/inside", "x");
        fs::create_symlink(outside(), file("absolute"));
        fs::create_symlink("../outside", file("relative"));
        fs::create_symlink("../../outside", file("sub/relative"));
        fs::create_symlink("absolute/d", file("chained"));
        fs::create_symlink(outside() / "secret", file("secret-absolute"));
        fs::create_symlink("../outside/secret", file("secret-relative"));
        fs::create_symlink("..", file("up"));
        fs::create_symlink("/", file("root"));
        fs::create_symlink("/proc/self/root", file("proc-root"));
        fs::create_symlink("/proc/self/cwd", file("proc-cwd"));
    }

    fs::path outside() const { return store_folder() / "outside"; }

    /// Keys that name the outside file "secret".
    std::vector<std::string> ways_to_secret() const {
        const auto whole = (outside() / "secret").string();
        return {"../outside/secret",
                "sub/../../outside/secret",
                "..",
                whole,
                whole.substr(1),
                "absolute/secret",
                "relative/secret",
                "sub/relative/secret",
                "chained/secret",
                "secret-absolute",
                "secret-relative",
                "up/outside/secret",
                "root" + whole,
                "proc-root" + whole,
                "absolute/../outside/secret",
                "absolute/d/../secret"};
    }

    /// Keys that name the outside folder.
    std::vector<std::string> ways_out() const {
        return {"../outside/", "absolute/", "relative/", "sub/relative/", "chained/",
                "up/outside/", "../",       "up/",       "root/"};
    }

    void outside_is_untouched() {
        CHECK(content_of(outside() / "secret") == "secret");
        CHECK(content_of(outside() / "d/secret") == "secret");
        const auto count =
            std::distance(fs::directory_iterator(outside()), fs::directory_iterator());
        CHECK(count == 2);
    }
};

} // namespace

TEST_CASE_METHOD(confinement_test, "no key and no link reads what lies outside the bucket") {
    for (const auto& key : ways_to_secret()) {
        INFO(key);
        CHECK_FALSE(try_read(key));
        CHECK_FALSE(digest(key, storage::hash_algorithm::md5));
        CHECK_FALSE(copy(key, "stolen"));
        CHECK_FALSE(exists("stolen"));
    }
}

TEST_CASE_METHOD(confinement_test, "no key and no link tells of what lies outside the bucket") {
    for (const auto& key : ways_to_secret()) {
        INFO(key);
        CHECK_FALSE(try_stat(key));
        CHECK_FALSE(run(store().stat(key, storage::detail::version)));
    }
    for (const auto& key : ways_out()) {
        INFO(key);
        CHECK_FALSE(try_stat(key));
    }
}

TEST_CASE_METHOD(confinement_test, "no listing shows what lies outside the bucket") {
    for (const auto& key : ways_out()) {
        INFO(key);
        const storage::list_request request(key, std::string(), 1000);
        const auto page = run(store().list(request));
        CHECK((!page || page->entries.empty()));
    }
    storage::list_request all("", std::string(), 1000);
    all.recursive = true;
    for (const auto& e : entries(all))
        CHECK((e.key == "inside" || e.key == "sub/" || e.key == "sub/inside"));
}

TEST_CASE_METHOD(confinement_test, "a token made up by somebody lists nothing outside") {
    for (const auto* token : {"0 ../", "0/0 ../outside/", "0/0/0 absolute/", "x", "", " ", "0",
                              "9999999999999999999 ", "0/0 ../../../../../etc/"}) {
        const storage::list_request request("", token, 1000);
        const auto page = run(store().list(request));
        if (!page)
            continue;
        for (const auto& e : page->entries)
            CHECK((e.key == "inside" || e.key == "sub/" || e.key == "sub/inside"));
    }
}

TEST_CASE_METHOD(confinement_test, "an upload through a link does not leave the bucket") {
    for (const auto& way : ways_out()) {
        INFO(way);
        CHECK_FALSE(try_put(way + "planted", "x"));
        CHECK_FALSE(try_put(way + "new/planted", "x"));
        CHECK_FALSE(try_put(way + "secret", "x", overwrite::allowed, 1));
    }
    outside_is_untouched();
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(confinement_test,
                 "an upload under a link's name replaces the link, not its target") {
    put("secret-absolute", "mine");
    put("absolute", "mine");
    CHECK(content("secret-absolute") == "mine");
    CHECK(content("absolute") == "mine");
    outside_is_untouched();
}

TEST_CASE_METHOD(confinement_test, "an append to a link that leads out is refused") {
    for (const auto* key : {"secret-absolute", "secret-relative"}) {
        const auto appended = try_put(key, "x", overwrite::allowed, at_end);
        CHECK_FALSE(appended);
    }
    outside_is_untouched();
}

TEST_CASE_METHOD(confinement_test, "nothing outside is removed, neither by key nor by link") {
    for (const auto& key : ways_to_secret())
        static_cast<void>(remove(key)); // a link itself may go
    for (const auto& key : ways_out()) {
        CHECK_FALSE(remove(key + "secret"));
        CHECK_FALSE(remove_directory(key + "d/"));
    }
    outside_is_untouched();
}

TEST_CASE_METHOD(confinement_test, "nothing moves into or out of the bucket") {
    for (const auto& way : ways_out()) {
        INFO(way);
        CHECK_FALSE(rename(way + "secret", "stolen"));
        CHECK_FALSE(rename("inside", way + "planted"));
        CHECK_FALSE(rename("sub/", way + "planted/"));
        CHECK_FALSE(make_directory(way + "planted/"));
        CHECK_FALSE(exists("stolen"));
    }
    CHECK(content("inside") == "x");
    CHECK(content("sub/inside") == "x");
    outside_is_untouched();
}

TEST_CASE_METHOD(confinement_test, "times outside are not set") {
    const auto before = fs::last_write_time(outside() / "secret");
    const storage::timestamp some_day = std::chrono::sys_days(std::chrono::year(2021) / 2 / 3);
    for (const auto& key : ways_to_secret())
        CHECK_FALSE(run(store().set_modified(key, some_day)));
    CHECK(fs::last_write_time(outside() / "secret") == before);
}

TEST_CASE_METHOD(confinement_test, "the server's private area is not in the bucket") {
    for (const auto* key : {".objftpd/", "../.objftpd/", "up/.objftpd/"})
        CHECK_FALSE(try_stat(key));
}

TEST_CASE_METHOD(local_adapter_test, "links that stay inside the bucket work for reading") {
    put("d/f", "content");
    fs::create_symlink("d/f", file("to-file"));
    fs::create_symlink("d", file("to-directory"));
    fs::create_symlink("../d/f", file("d/up-and-back"));
    fs::create_symlink("nowhere", file("dangling"));
    fs::create_symlink("loop", file("loop"));
    for (const auto* key : {"to-file", "to-directory/f", "d/up-and-back"}) {
        CHECK(content(key) == "content");
        CHECK(stat(key).size == 7);
    }
    CHECK(stat("to-directory").directory);
    CHECK(keys("") == std::multiset<std::string>{"d/", "to-directory/", "to-file"});
    CHECK(keys("to-directory/").count("to-directory/f") == 1);
    CHECK(error_of(try_read("dangling")) == errc::not_found);
    CHECK_FALSE(try_read("loop"));
}

TEST_CASE_METHOD(local_adapter_test, "a recursive listing does not follow links in circles") {
    put("d/f", "x");
    fs::create_symlink("..", file("d/parent"));
    fs::create_symlink("d", file("again"));
    storage::list_request all("", std::string(), 1000);
    all.recursive = true;
    const auto found = keys(all);
    CHECK(found.count("d/f") == 1);
    CHECK(found.count("again/f") == 0);
    CHECK(found.size() <= 4);
}

TEST_CASE_METHOD(local_adapter_test, "removing a link leaves what it leads to") {
    put("d/f", "content");
    fs::create_symlink("d/f", file("link"));
    value_of(remove("link"));
    CHECK(content("d/f") == "content");
}

namespace {

// Makes the kernel look older for this thread and those it starts.
void take_away_openat2() {
    const sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    sock_fprog filter{};
    filter.len = std::size(program);
    filter.filter = const_cast<sock_filter*>(std::data(program));
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
        throw std::runtime_error("cannot install a filter");
}

} // namespace

TEST_CASE("a kernel without openat2", "[.kernel-without-openat2]") {
    take_away_openat2();
    confinement_test bucket;
    CHECK(bucket.try_put("a/b/f", "content"));
    const auto found = bucket.try_stat("a/b/f");
    CHECK((found && found->size == 7));
    CHECK(bucket.rename("a/b/f", "g"));
    CHECK(bucket.remove("g"));
    CHECK(bucket.try_stat("a/b/"));
    for (const auto& key : bucket.ways_to_secret()) {
        CHECK_FALSE(bucket.try_stat(key));
        CHECK_FALSE(bucket.try_read(key));
    }
    for (const auto& way : bucket.ways_out())
        CHECK_FALSE(bucket.try_put(way + "planted", "x"));
    fs::create_symlink("inside", bucket.file("harmless"));
    CHECK_FALSE(bucket.try_read("harmless"));
}

TEST_CASE("on a kernel without openat2 objects work and no link is followed at all") {
    CHECK(passes_in_child_process("kernel-without-openat2"));
}
