#include "tests/conformance/adapter_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

namespace {

/// Uploads of 12 MiB, two parts and some more of the largest smallest part that there is.
class resume_test : public adapter_test {
public:
    result<std::unique_ptr<storage::upload>>
    try_begin_as(const std::string& owner, const std::string& key, std::uint64_t offset = 0) {
        storage::upload_request request(key, overwrite::allowed);
        request.offset = offset;
        request.owner = owner;
        request.goes_on = offset != 0;
        return run(store().open_upload(std::move(request)));
    }

    /// A whole upload; the first error of its steps.
    result<storage::put_result> try_put_as(const std::string& owner, const std::string& key,
                                           std::uint64_t offset, const std::string& content) {
        return finish(try_begin_as(owner, key, offset), content);
    }

    /// An upload of alice's that breaks off with all bytes sent.
    void break_off(const std::string& key, std::uint64_t offset = 0) {
        const auto to = value_of(try_begin_as("alice", key, offset));
        value_of(write(*to, whole));
        run(to->suspend());
    }

    std::vector<storage::object_info> unfinished(const std::string& key,
                                                 const std::string& owner = "alice") {
        return value_of(run(store().unfinished(key, owner)));
    }

    /// Of alice's one upload of that key: bytes.
    std::uint64_t durable(const std::string& key) {
        const auto found = unfinished(key);
        REQUIRE(found.size() == 1);
        CHECK(found[0].key == key);
        CHECK(found[0].size > 0);
        CHECK(found[0].size <= whole.size());
        CHECK_FALSE(found[0].directory);
        CHECK(found[0].modified > storage::timestamp());
        return found[0].size;
    }

    const std::string whole = pattern(12 << 20);
};

} // namespace

TEST_CASE_METHOD(resume_test, "what broke off is gone on with where it ended", "[resume]") {
    break_off("d/f");
    CHECK_FALSE(exists("d/f"));
    const auto there = durable("d/f");
    const auto to = value_of(try_begin_as("alice", "d/f", there));
    const auto stored = value_of(commit(*to, whole.substr(there)));
    CHECK(stored.size == whole.size());
    CHECK(content("d/f") == whole);
    CHECK(unfinished("d/f").empty());
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(resume_test, "it may break off again and again", "[resume]") {
    {
        const auto first = value_of(try_begin_as("alice", "f"));
        value_of(write(*first, whole.substr(0, 7 << 20)));
        run(first->suspend());
    }
    const auto early = durable("f");
    {
        const auto second = value_of(try_begin_as("alice", "f", early));
        value_of(write(*second, whole.substr(early)));
        run(second->suspend());
    }
    const auto late = durable("f");
    CHECK(late > early);
    const auto third = value_of(try_begin_as("alice", "f", late));
    value_of(commit(*third, whole.substr(late)));
    CHECK(content("f") == whole);
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(resume_test, "only its owner sees what broke off, and can go on", "[resume]") {
    break_off("f");
    CHECK(unfinished("f", "bob").empty());
    CHECK(unfinished("", "bob").empty());
    CHECK(try_put_as("bob", "f", 1, "x").error() == errc::range_not_satisfiable);
    CHECK(try_put_as("", "f", 1, "x").error() == errc::range_not_satisfiable);
    put("f", "bob's");
    CHECK(content("f") == "bob's");
    value_of(run(store().remove_unfinished("f", "alice")));
}

TEST_CASE_METHOD(resume_test, "a directory shows what broke off directly in it", "[resume]") {
    break_off("d/f");
    break_off("d/sub/g");
    break_off("h");
    const auto keys_in = [&](const std::string& directory) {
        std::multiset<std::string> found;
        for (const auto& info : unfinished(directory))
            found.insert(info.key);
        return found;
    };
    CHECK(keys_in("d/") == std::multiset<std::string>{"d/f"});
    CHECK(keys_in("d/sub/") == std::multiset<std::string>{"d/sub/g"});
    CHECK(keys_in("") == std::multiset<std::string>{"h"});
    CHECK(keys_in("missing/").empty());
    CHECK(keys_in("d/f2").empty());
}

TEST_CASE_METHOD(resume_test, "there is no going on behind what is there", "[resume]") {
    break_off("f");
    const auto there = durable("f");
    CHECK(try_put_as("alice", "f", there + 1, "x").error() == errc::range_not_satisfiable);
}

TEST_CASE_METHOD(resume_test, "what broke off can be removed", "[resume]") {
    break_off("d/f");
    value_of(run(store().remove_unfinished("d/f", "alice")));
    CHECK(unfinished("d/f").empty());
    CHECK(run(store().remove_unfinished("d/f", "alice")).error() == errc::not_found);
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(resume_test, "what somebody stores meanwhile is not replaced", "[resume]") {
    break_off("f");
    const auto there = durable("f");
    const auto to = value_of(try_begin_as("alice", "f", there));
    value_of(write(*to, whole.substr(there)));
    put("f", "another's");
    CHECK(commit(*to).error() == errc::precondition_failed);
    abort(*to);
    CHECK(content("f") == "another's");
}

TEST_CASE_METHOD(resume_test, "an append is not one to what broke off", "[resume]") {
    break_off("f");
    storage::upload_request request("f", overwrite::allowed);
    request.offset = at_end;
    request.owner = "alice";
    const auto to = value_of(run(store().open_upload(std::move(request))));
    value_of(commit(*to, "new"));
    CHECK(content("f") == "new");
}

TEST_CASE_METHOD(resume_test, "an append that breaks off leaves nothing", "[resume]") {
    put("f", "content");
    storage::upload_request request("f", overwrite::allowed);
    request.offset = at_end;
    request.owner = "alice";
    const auto to = value_of(run(store().open_upload(std::move(request))));
    value_of(write(*to, whole));
    run(to->suspend());
    CHECK(content("f") == "content");
    CHECK(unfinished("f").empty());
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(resume_test, "an attempt to go on that comes to nothing loses nothing",
                 "[resume]") {
    break_off("f");
    const auto there = durable("f");
    { const auto dropped = value_of(try_begin_as("alice", "f", there)); }
    {
        const auto ended = value_of(try_begin_as("alice", "f", there));
        run(ended->suspend());
    }
    CHECK(durable("f") == there);
}

TEST_CASE_METHOD(resume_test, "not all of a file shows, so that no client takes it for stored",
                 "[resume]") {
    for (const std::size_t size : {12u << 20, 10u << 20}) {
        const auto to = value_of(try_begin_as("alice", "f"));
        value_of(write(*to, whole.substr(0, size)));
        run(to->suspend());
        CHECK(durable("f") < size);
        value_of(run(store().remove_unfinished("f", "alice")));
    }
}

TEST_CASE_METHOD(resume_test, "what is stored takes the place of all that broke off", "[resume]") {
    break_off("f");
    break_off("f");
    value_of(try_put_as("alice", "f", 0, "new"));
    CHECK(leftovers() == 0);
    value_of(remove("f"));
    CHECK(unfinished("f").empty());
}

TEST_CASE_METHOD(resume_test, "without an owner nothing is kept", "[resume]") {
    const auto to = begin("f");
    value_of(write(*to, whole));
    run(to->suspend());
    CHECK(unfinished("f", "").empty());
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(resume_test, "what broke off before a byte was there leaves nothing", "[resume]") {
    const auto to = value_of(try_begin_as("alice", "f"));
    run(to->suspend());
    CHECK(unfinished("f").empty());
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(resume_test, "who goes on takes it over from who has not noticed the end",
                 "[resume]") {
    if (can().real_directories) // nothing shows before it breaks off
        return;
    const auto before = value_of(try_begin_as("alice", "f"));
    value_of(write(*before, whole));
    while (unfinished("f").empty()) { // parts are on their way
    }
    const auto there = durable("f");
    const auto after = value_of(try_begin_as("alice", "f", there));
    value_of(commit(*after, whole.substr(there)));
    CHECK_FALSE(commit(*before, "too late"));
    run(before->suspend());
    CHECK(content("f") == whole);
    CHECK(leftovers() == 0);
}
