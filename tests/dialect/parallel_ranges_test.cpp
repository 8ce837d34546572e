#include "storage/rest/object_store_adapter.hpp"
#include "tests/dialect/http_transport_under_test.hpp"

#include <catch2/catch.hpp>

#include <new>

using namespace objftpd;
using namespace objftpd::tests;
using Catch::Contains;

namespace {

/// A store whose ranges are fetched two at a time.
class parallel_ranges_test : public http_transport_test {
protected:
    parallel_ranges_test() { loop.leave_background(); }

    /// All of the object, by reads of its ranges.
    result<std::string> read(std::shared_ptr<rest::transport> way) {
        rest::bucket_settings wanted;
        wanted.part_size = 5;
        wanted.parallel_reads = 2;
        rest::bucket_client client("bucket", std::move(way), speech);
        rest::object_store_adapter bucket(std::make_shared<const rest::bucket_access>(
            std::move(client), wanted, std::make_shared<storage::memory_budget>(8 << 20)));
        const auto opened = loop.run(bucket.read("key", 0, {}));
        if (!opened)
            return opened.error();
        std::string all;
        std::vector<char> buffer(3);
        while ((*opened)->remaining() > 0) {
            const auto n = loop.run((*opened)->read_some(buffer));
            if (!n)
                return n.error();
            all.append(buffer.data(), *n);
        }
        return all;
    }
    std::shared_ptr<rest::transport> as_it_is() { return {std::shared_ptr<void>(), &transport()}; }

    static std::string range(int first, const std::string& bytes, const std::string& more = {}) {
        const auto last = first + static_cast<int>(bytes.size()) - 1;
        return "HTTP/1.1 206 X\r\n" + more + "Content-Range: bytes " + std::to_string(first) + '-' +
               std::to_string(last) + "/10\r\nContent-Length: " + std::to_string(bytes.size()) +
               "\r\n\r\n" + bytes;
    }
    static std::string head(const std::string& more) {
        return "HTTP/1.1 200 X\r\n" + more + "Content-Length: 10\r\n\r\n";
    }
};

/// Fails to fetch all but the first range.
class exhausted final : public rest::transport {
public:
    explicit exhausted(std::shared_ptr<rest::transport> inner) : inner_(std::move(inner)) {}

    awaitable<rest::answer> send(const rest::call& c) override {
        const auto* const range = http::find(c.headers, "range");
        if (range != nullptr && *range != "bytes=0-4")
            throw std::bad_alloc();
        co_return co_await inner_->send(c);
    }

private:
    const std::shared_ptr<rest::transport> inner_;
};

const std::string etag = "ETag: \"version\"\r\n";

} // namespace

TEST_CASE_METHOD(parallel_ranges_test, "a range that fails by an exception fails its download") {
    server.answers(range(0, "01234", etag));
    server.answers(head(etag));
    const auto got = read(std::make_shared<exhausted>(as_it_is()));
    CHECK(error_of(got) == errc::unavailable);
}

TEST_CASE_METHOD(parallel_ranges_test,
                 "an object whose version the store does not tell is read by one request") {
    const std::string without_etag = "x-amz-request-id: id\r\n";
    server.answers(range(0, "01234", without_etag));
    server.answers(head(without_etag) + "0123456789");
    CHECK(value_of(read(as_it_is())) == "0123456789");
    REQUIRE(server.requests().size() == 2);
    CHECK_THAT(server.requests()[1].head, !Contains("ange: bytes"));
}
