#include "storage/directory_journal.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

using namespace objftpd;
using namespace objftpd::tests;
using namespace objftpd::storage;

namespace {

class directory_journal_test {
protected:
    directory_journal journal() { return {(folder.path() / "renames").string(), pool}; }

    static directory_journal::record one() {
        directory_journal::record r;
        r.store = "main";
        r.bucket = "files";
        r.from = "a/";
        r.to = "b \xff/";
        r.placement.acl = "private";
        r.placement.encryption = "aws:kms";
        directory_journal::object o;
        o.name = "sub/\xc3\xa4 \"\n";
        o.etag = "e";
        o.size = 5'000'000'000;
        r.objects.push_back(o);
        return r;
    }

    temporary_folder folder;
    worker_pool pool{1};
    event_loop loop;
};

} // namespace

TEST_CASE_METHOD(directory_journal_test, "an unfinished rename is there after a crash") {
    {
        auto before = journal();
        const auto entry = value_of(loop.run(before.begin(one())));
    }
    auto after = journal();
    const auto left = after.left();
    REQUIRE(left.size() == 1);
    CHECK(left[0].what.store == "main");
    CHECK(left[0].what.bucket == "files");
    CHECK(left[0].what.from == "a/");
    CHECK(left[0].what.to == one().to);
    CHECK(left[0].what.placement.acl == "private");
    CHECK(left[0].what.placement.encryption == "aws:kms");
    CHECK(left[0].what.placement.storage_class.empty());
    CHECK_FALSE(left[0].what.all_copied);
    REQUIRE(left[0].what.objects.size() == 1);
    CHECK(left[0].what.objects[0].name == one().objects[0].name);
    CHECK(left[0].what.objects[0].etag == "e");
    CHECK(left[0].what.objects[0].size == 5'000'000'000);
}

TEST_CASE_METHOD(directory_journal_test, "it says when all has been copied, and goes at the end") {
    auto here = journal();
    const auto entry = value_of(loop.run(here.begin(one())));
    CHECK(here.left().at(0).what.objects.at(0).copy.empty());
    auto copied = one();
    copied.objects[0].copy = "c";
    value_of(loop.run(entry->all_copied(copied)));
    auto left = here.left();
    REQUIRE(left.size() == 1);
    CHECK(left[0].what.all_copied);
    CHECK(left[0].what.objects.at(0).copy == "c");
    loop.run(left[0].where->remove());
    CHECK(here.left().empty());
}

TEST_CASE_METHOD(directory_journal_test,
                 "what is no record is left alone, half of one is removed") {
    CHECK(journal().left().empty());
    auto here = journal();
    const auto entry = value_of(loop.run(here.begin(one())));
    const auto half = folder.file("renames/1-1.copying.part", "{\"store\":");
    folder.file("renames/2-2.copying", "{\"store\":");
    folder.file("renames/notes.txt", "mine");
    CHECK(here.left().size() == 1);
    CHECK_FALSE(std::filesystem::exists(half));
    CHECK(std::filesystem::exists(folder.path() / "renames/2-2.copying"));
    CHECK(std::filesystem::exists(folder.path() / "renames/notes.txt"));
}

TEST_CASE_METHOD(directory_journal_test,
                 "of two records of one rename that with the copies counts") {
    auto here = journal();
    const auto entry = value_of(loop.run(here.begin(one())));
    const auto copying = here.left().at(0).file;
    const auto kept = folder.path() / "kept";
    std::filesystem::copy(copying, kept);
    value_of(loop.run(entry->all_copied(one())));
    std::filesystem::copy(kept, copying); // a crash before it was removed
    auto left = here.left();
    REQUIRE(left.size() == 1);
    CHECK(left[0].what.all_copied);
    loop.run(left[0].where->remove());
    CHECK(here.left().empty());
}

TEST_CASE_METHOD(directory_journal_test, "a copy is known before all are made") {
    auto here = journal();
    const auto entry = value_of(loop.run(here.begin(one())));
    value_of(loop.run(entry->note_copy("not of it", "x")));
    value_of(loop.run(entry->note_copy(one().objects[0].name, "c")));
    CHECK(here.left().at(0).what.objects.at(0).copy == "c");
    loop.run(entry->remove());
    CHECK(std::filesystem::is_empty(folder.path() / "renames"));
}

TEST_CASE_METHOD(directory_journal_test, "what is noted of a copy is whole or nothing") {
    auto here = journal();
    const auto entry = value_of(loop.run(here.begin(one())));
    const auto file = std::filesystem::path(here.left().at(0).file).replace_extension(".copies");
    std::ofstream(file) << "\n[\"sub/%C3%A4%20%22%0A\",\"cut";
    CHECK(here.left().at(0).what.objects.at(0).copy.empty());
    value_of(loop.run(entry->note_copy(one().objects[0].name, "c")));
    CHECK(here.left().at(0).what.objects.at(0).copy == "c");
}

TEST_CASE_METHOD(directory_journal_test, "notes without a record that needs them are removed") {
    auto here = journal();
    const auto entry = value_of(loop.run(here.begin(one())));
    const auto alone = folder.file("renames/1-1.copies", "");
    CHECK(here.left().size() == 1);
    CHECK_FALSE(std::filesystem::exists(alone));
}

TEST_CASE_METHOD(directory_journal_test, "what is handed over is finished or left to the next") {
    const bool is_finished = GENERATE(true, false);
    auto here = journal();
    auto entry = value_of(loop.run(here.begin(one())));
    auto copied = one();
    value_of(loop.run(entry->all_copied(copied)));
    copied.all_copied = true;
    std::vector<directory_journal::unfinished> finishing;
    if (is_finished)
        here.set_finisher([&](auto left) { finishing.push_back(std::move(left)); });
    here.hand_over(copied, std::move(entry));
    REQUIRE(here.left().size() == 1);
    REQUIRE(finishing.size() == (is_finished ? 1 : 0));
    if (!is_finished)
        return;
    CHECK(finishing[0].file == here.left()[0].file);
    CHECK(finishing[0].what.all_copied);
    loop.run(finishing[0].where->remove());
    CHECK(here.left().empty());
}

TEST_CASE_METHOD(directory_journal_test, "a record tells since when it is there") {
    auto here = journal();
    const auto entry = value_of(loop.run(here.begin(one())));
    const auto before = std::chrono::hours(25);
    std::filesystem::last_write_time(here.left().at(0).file,
                                     std::filesystem::file_time_type::clock::now() - before);
    const auto age = std::chrono::system_clock::now() - here.left().at(0).since;
    CHECK(age >= before);
    CHECK(age < before + std::chrono::hours(1));
}
