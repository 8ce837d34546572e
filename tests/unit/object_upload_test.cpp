#include "storage/oss/oss_dialect.hpp"
#include "storage/rest/object_upload.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/scripted_transport.hpp"

#include <catch2/catch.hpp>

#include <boost/asio/error.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using namespace objftpd::storage;

namespace {

constexpr std::uint64_t part = 100 << 10; // bytes

/// An upload to a store whose every answer is that of a CreateMultipartUpload.
class object_upload_test {
protected:
    object_upload_test() {
        store->text = "<InitiateMultipartUploadResult><UploadId>1</UploadId>"
                      "</InitiateMultipartUploadResult>";
        rest::bucket_settings settings;
        settings.part_size = part;
        rest::bucket_client client("bucket", store,
                                   std::make_shared<oss::oss_dialect>(oss::signature::v4));
        access = std::make_shared<const rest::bucket_access>(
            std::move(client), settings, std::make_shared<memory_budget>(8 << 20));
        loop.leave_background();
    }

    rest::object_upload upload_of(const std::string& owner) {
        upload_request request("key", overwrite::allowed);
        request.owner = owner;
        request.stop = stop.get_token();
        return {access, std::move(request), loop.context().get_executor()};
    }

    event_loop loop;
    std::shared_ptr<scripted_transport> store =
        std::make_shared<scripted_transport>(loop.context().get_executor());
    std::shared_ptr<const rest::bucket_access> access;
    std::stop_source stop;
};

} // namespace

TEST_CASE_METHOD(object_upload_test, "an upload that is stopped before its first part is removed") {
    const std::string owner = GENERATE("", "alice");
    auto upload = upload_of(owner);
    store->on_send = [&] { stop.request_stop(); };
    const std::string bytes(3 * part, 'x');
    CHECK(loop.run(upload.write(bytes)).error() == asio::error::operation_aborted);
    CHECK(store->sent == 1);
    loop.run(upload.suspend());
    CHECK(store->sent == 2); // AbortMultipartUpload
    CHECK_FALSE(access->in_use->has("1"));
}
