#pragma once

#include "tests/oss_server/request_log.hpp"
#include "tests/oss_server/service.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <memory>
#include <optional>

namespace objftpd::oss_server {

/// One connection: requests are read, answered and written down one after the other until either
/// side has enough. Used on its own strand.
class http_session : public std::enable_shared_from_this<http_session> {
public:
    http_session(service& s, request_log& log, asio::ip::tcp::socket socket)
        : service_(s), log_(log), stream_(std::move(socket)) {
        // Beast reads no more at once than fits, and by itself begins with 512 bytes.
        buffer_.reserve(64 << 10);
    }

    awaitable<void> run();

    asio::any_io_executor executor() { return stream_.get_executor(); }

    /// Breaks the connection. From any thread.
    void close();

private:
    using parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;
    class incoming_body;

    enum class next { another, end };
    awaitable<next> serve_one();
    awaitable<next> refuse_head(error_code failed);
    awaitable<error_code> send(const http::request& r, answer& a, bool keep);
    awaitable<error_code> send_content(content_reader& content);
    awaitable<next> discard_rest(incoming_body& body);
    void write_down();
    answer to_answer(const oss_error& e, const http::request& r) const;
    void expect_progress() { stream_.expires_after(service_.settings.idle_timeout); }

    service& service_;
    request_log& log_;
    boost::beast::tcp_stream stream_;
    boost::beast::flat_buffer buffer_;
    std::optional<parser> parser_;
    std::string request_id_;
    std::chrono::steady_clock::time_point begun_;
    std::uint64_t sent_ = 0;             // of an answer's body
    std::optional<logged_request> line_; // until it is written
};

} // namespace objftpd::oss_server
