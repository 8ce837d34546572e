#include "storage/local/local_store.hpp"

#include "tests/conformance/adapter_test.hpp"
#include "tests/support/child_process.hpp"

#include <sys/stat.h>

using namespace objftpd;
using namespace objftpd::tests;
namespace fs = std::filesystem;
using storage::local::local_store;

namespace {

std::size_t unfinished_uploads(const fs::path& store) {
    std::size_t files = 0;
    for (const auto& e : fs::recursive_directory_iterator(store / ".objftpd"))
        files += e.is_regular_file() && e.path().extension() != ".lock" ? 1 : 0;
    return files;
}

result<std::shared_ptr<local_store>> open_store(const fs::path& path, worker_pool& disk) {
    return local_store::open(path.string(), config::durability::none, disk);
}

auto names_in(const fs::path& folder) {
    return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

dev_t device_of(const fs::path& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_dev;
}

} // namespace

TEST_CASE("opening a store makes its folder and its buckets' folders") {
    const temporary_folder folder;
    worker_pool disk(1);
    const auto path = folder.path() / "new" / "store";
    const auto store = value_of(open_store(path, disk));
    value_of(store->open_bucket("files"));
    CHECK(fs::is_directory(path / "files"));
}

TEST_CASE("a process that dies in the middle of two uploads", "[.dies-in-mid-upload]") {
    const fs::path path = parents_folder();
    worker_pool disk(1);
    const auto store = value_of(open_store(path, disk));
    const auto first = value_of(store->area().create_file());
    const auto second = value_of(store->area().create_file());
    std::_Exit(unfinished_uploads(path) == 2 ? EXIT_SUCCESS : EXIT_FAILURE);
}

TEST_CASE("what a dead process left of its uploads is swept when the store opens") {
    const temporary_folder folder;
    REQUIRE(passes_in_child_process("dies-in-mid-upload", folder.path()));
    REQUIRE(unfinished_uploads(folder.path()) == 2);
    worker_pool disk(1);
    const auto store = value_of(open_store(folder.path(), disk));
    CHECK(unfinished_uploads(folder.path()) == 0);
    // This one's folder and lock, and what is kept for users.
    CHECK(names_in(folder.path() / ".objftpd") == 3);
}

TEST_CASE("what a process that still runs has of its uploads is not swept") {
    const temporary_folder folder;
    worker_pool disk(1);
    const auto older = value_of(open_store(folder.path(), disk));
    const auto upload = value_of(older->area().create_file());
    const auto newer = value_of(open_store(folder.path(), disk));
    CHECK(unfinished_uploads(folder.path()) == 1);
    value_of(newer->area().create_file());
    CHECK(unfinished_uploads(folder.path()) == 2);
}

TEST_CASE("a store that is closed leaves nothing of its private area but what is kept") {
    const temporary_folder folder;
    worker_pool disk(1);
    {
        const auto store = value_of(open_store(folder.path(), disk));
        value_of(store->area().create_file());
    }
    CHECK(names_in(folder.path() / ".objftpd") == 1);
    CHECK(fs::is_empty(folder.path() / ".objftpd/unfinished"));
}

TEST_CASE("objects survive opening the store again, with their versions") {
    const temporary_folder folder;
    event_loop loop;
    config::store_settings settings;
    settings.name = "main";
    settings.path = folder.path().string();
    std::string etag;
    for (int round = 0; round < 2; ++round) {
        worker_pool disk(1);
        storage::adapter_registry registry(disk);
        value_of(registry.open(settings));
        const auto bucket = value_of(registry.bucket("main", "files"));
        if (round == 0) {
            storage::upload_request request("f", overwrite::allowed);
            const auto to = value_of(loop.run(bucket->open_upload(std::move(request))));
            etag = value_of(loop.run(to->commit(std::string_view("content")))).etag;
        } else {
            const auto found = value_of(loop.run(bucket->stat("f", storage::detail::version)));
            CHECK(found.etag == etag);
            CHECK(found.size == 7);
        }
    }
}

TEST_CASE("the same bucket is the same adapter, another is another") {
    const temporary_folder folder;
    worker_pool disk(1);
    storage::adapter_registry registry(disk);
    config::store_settings settings;
    settings.name = "main";
    settings.path = folder.path().string();
    value_of(registry.open(settings));
    const auto files = value_of(registry.bucket("main", "files"));
    CHECK(value_of(registry.bucket("main", "files")) == files);
    CHECK(value_of(registry.bucket("main", "other")) != files);
}

TEST_CASE("a bucket on another file system than its store is refused") {
    const temporary_folder folder;
    const fs::path elsewhere = "/dev/shm";
    if (!fs::is_directory(elsewhere) || device_of(elsewhere) == device_of(folder.path())) {
        WARN("skipped: there is no second file system");
        return;
    }
    fs::create_directory_symlink(elsewhere, folder.path() / "files");
    worker_pool disk(1);
    const auto store = value_of(open_store(folder.path(), disk));
    CHECK(error_of(store->open_bucket("files")) == errc::unsupported);
}

TEST_CASE("a store whose folder is a file, or that may not be made, does not open") {
    const temporary_folder folder;
    const auto file = folder.file("f", "x");
    worker_pool disk(1);
    CHECK_FALSE(open_store(file, disk));
    CHECK_FALSE(open_store(file + "/below", disk));
    const auto store = value_of(open_store(folder.path(), disk));
    CHECK_FALSE(store->open_bucket("f"));
}
