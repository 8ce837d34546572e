#include "storage/layers/metrics.hpp"
#include "tests/dialect/http_transport_under_test.hpp"
#include "tests/support/log_file.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using storage::layers::request_totals;

class received_bytes_test : public http_transport_test {
protected:
    /// A download of a body that is announced as 100 bytes.
    awaitable<std::string> read(std::size_t most) {
        const std::shared_ptr<rest::transport> wire(&transport(), [](rest::transport*) {});
        storage::layers::metrics counted(wire, totals);
        const auto c = get_call();
        auto a = co_await counted.send(c);
        CHECK_FALSE(a.failed);
        CHECK(received() == 0);
        std::string all;
        std::array<char, 10> buffer{};
        while (all.size() < most) {
            const auto n = co_await a.stream->read_some(buffer);
            if (!n || *n == 0)
                break;
            all.append(buffer.data(), *n);
        }
        co_return all;
    }
    std::uint64_t received() const { return totals->of(rest::operation::get_object).received; }

    const std::shared_ptr<request_totals> totals = std::make_shared<request_totals>();
    const std::string head = "HTTP/1.1 200 X\r\nx-amz-request-id: id\r\nETag: \"e\"\r\n"
                             "Last-Modified: Sat, 21 Nov 2026 01:02:03 GMT\r\n"
                             "Content-Length: 100\r\n\r\n";
};

TEST_CASE_METHOD(received_bytes_test, "what has come of a download is counted, to its end") {
    server.answers(head + std::string(100, 'x'));
    CHECK(loop.run(read(1000)).size() == 100);
    CHECK(received() == 100);
}

TEST_CASE_METHOD(received_bytes_test, "of a download that breaks off what has come is counted") {
    const log_file log(config::log_level::debug);
    server.answers_and_closes(head + std::string(40, 'x'));
    CHECK(loop.run(read(1000)).size() == 40);
    CHECK(received() == 40);
    const auto lines = log.lines("the answer's body has ended");
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines.front(), Catch::Contains("store=store key=key request=id ") &&
                                  Catch::EndsWith("received=40"));
}

TEST_CASE_METHOD(received_bytes_test, "an error's document is counted as it came") {
    const auto document = error("NoSuchKey");
    server.answers(refusal(404, document));
    const std::shared_ptr<rest::transport> wire(&transport(), [](rest::transport*) {});
    storage::layers::metrics counted(wire, totals);
    const auto c = get_call();
    CHECK(loop.run(counted.send(c)).failed == errc::not_found);
    CHECK(received() == document.size());
}
