#include "tests/conformance/bucket_with_options.hpp"

#include <algorithm>

using namespace objftpd;
using namespace objftpd::tests;
using config::kept_attributes;
using storage::property;

namespace {

/// Objects that have something of their own, and what is done with them.
class kept_attributes_test : public bucket_with_options {
public:
    template <class Check>
    void for_each_store(kept_attributes keep, Check check) {
        for (const auto& settings : object_stores_under_test()) {
            with(settings, [&](config::object_store_settings& s) { s.rename_keeps = keep; });
            INFO(settings.remote.endpoint.host);
            check();
        }
    }

    /// Does it to "f" by each way that makes a new object of it; `check` is told its name then.
    template <class Put, class Check>
    void after_each_way(Put put_it, Check check) {
        put_it("f");
        value_of(rename("f", "renamed"));
        check("renamed");
        put_it("f");
        value_of(copy("f", "copied"));
        check("copied");
        value_of(try_put("f", " and more", overwrite::allowed, at_end));
        check("f");
        value_of(try_put("f", pattern(6 << 20), overwrite::allowed, at_end));
        value_of(try_put("f", "end", overwrite::allowed, at_end)); // in parts
        check("f");
    }

    std::vector<storage::named_value> tags(const std::string& key) {
        auto all = value_of(get(key, property::tags));
        std::ranges::sort(all, {}, &storage::named_value::name);
        return all;
    }
    std::string acl(const std::string& key) {
        return value_of(get(key, property::acl)).front().value;
    }
    /// False where the store does not have such things.
    bool set(const std::string& key, property which, std::vector<storage::named_value> to) {
        const auto done = run(store().set_property(key, which, std::move(to)));
        if (!done)
            CHECK(done.error() == errc::unsupported);
        return done.has_value();
    }
};

config::upload_attributes encrypted() {
    config::upload_attributes own;
    own.encryption = "KMS";
    own.encryption_key = "key-of-its-own";
    return own;
}

constexpr const char* encryption_key = "x-oss-server-side-encryption-key-id";

} // namespace

TEST_CASE_METHOD(kept_attributes_test, "an encrypted object stays so, by the same key",
                 "[properties]") {
    for_each_store(kept_attributes::known, [&] {
        put("probe", "x");
        if (header("probe", "x-oss-object-type").empty()) // only OSS's own server has keys
            return;
        after_each_way([&](const std::string& key) { value_of(put_with(encrypted(), key, "x")); },
                       [&](const std::string& key) {
                           CHECK(header(key, encryption_key) == "key-of-its-own");
                           CHECK(header(key, "x-oss-server-side-encryption") == "KMS");
                       });
        value_of(put_with(encrypted(), "d/f", "x"));
        value_of(rename("d/", "e/"));
        CHECK(content("e/f") == "x");
    });
}

TEST_CASE_METHOD(kept_attributes_test,
                 "in a directory objects keep their keys if all is to be kept", "[properties]") {
    for_each_store(kept_attributes::all, [&] {
        put("probe", "x");
        if (header("probe", "x-oss-object-type").empty())
            return;
        value_of(put_with(encrypted(), "d/f", "x"));
        put("d/g", "y");
        value_of(rename("d/", "e/"));
        CHECK(header("e/f", encryption_key) == "key-of-its-own");
        CHECK(header("e/g", encryption_key).empty());
    });
}

TEST_CASE_METHOD(kept_attributes_test, "tags stay, however an object gets its new name",
                 "[properties]") {
    for_each_store(kept_attributes::known, [&] {
        const std::vector<storage::named_value> wanted{{"team", "a & b=c"}, {"year", "2026"}};
        put("probe", "x");
        if (!set("probe", property::tags, wanted))
            return;
        after_each_way(
            [&](const std::string& key) {
                put(key, "x");
                CHECK(set(key, property::tags, wanted));
            },
            [&](const std::string& key) { CHECK(tags(key) == wanted); });
        put("d/f", "x");
        CHECK(set("d/f", property::tags, wanted));
        value_of(rename("d/", "e/"));
        CHECK(tags("e/f") == wanted);
    });
}

TEST_CASE_METHOD(kept_attributes_test, "ACLs stay if all is to be kept, and are the mount's if not",
                 "[properties]") {
    const auto keep = GENERATE(kept_attributes::known, kept_attributes::all);
    const bool kept = keep == kept_attributes::all;
    for_each_store(keep, [&] {
        put("probe", "x");
        if (!set("probe", property::acl, {{"", "public-read"}}))
            return;
        const auto wanted = acl("probe");
        put("probe", "x");
        const auto of_others = acl("probe");
        REQUIRE(wanted != of_others);
        after_each_way(
            [&](const std::string& key) {
                put(key, "x");
                CHECK(set(key, property::acl, {{"", "public-read"}}));
            },
            [&](const std::string& key) { CHECK(acl(key) == (kept ? wanted : of_others)); });
        put("d/f", "x");
        CHECK(set("d/f", property::acl, {{"", "public-read"}}));
        put("d/g", "x");
        value_of(rename("d/", "e/"));
        CHECK(acl("e/f") == (kept ? wanted : of_others));
        CHECK(acl("e/g") == of_others);
    });
}

TEST_CASE_METHOD(kept_attributes_test, "an object keeps its class, whatever new ones get",
                 "[properties]") {
    for (const auto& settings : object_stores_under_test()) {
        if (settings.type != config::store_type::oss) // Ceph has but one
            continue;
        with(settings, [](config::object_store_settings& s) { s.storage_class = "IA"; });
        config::upload_attributes own;
        own.storage_class = "Standard";
        after_each_way([&](const std::string& key) { value_of(put_with(own, key, "x")); },
                       [&](const std::string& key) {
                           CHECK(header(key, "x-oss-storage-class") == "Standard");
                       });
        value_of(put_with(own, "d/f", "x"));
        value_of(rename("d/", "e/"));
        CHECK(header("e/f", "x-oss-storage-class") == "Standard");
    }
}
