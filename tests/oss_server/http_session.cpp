#include "tests/oss_server/http_session.hpp"

#include "config/log.hpp"
#include "storage/http/encoding.hpp"
#include "storage/http/signing.hpp"
#include "tests/oss_server/router.hpp"
#include "tests/oss_server/text.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>

#include <array>
#include <exception>

namespace objftpd::oss_server {
namespace {

namespace wire = boost::beast::http;

constexpr std::size_t chunk = 256 << 10;

// A rest of a body that is no longer than this is read, so that the connection can go on.
constexpr std::uint64_t worth_reading = 1 << 20;

// What a client may still send while it does not look at the answer.
constexpr std::uint64_t patience = 64 << 20;
constexpr std::chrono::seconds patience_time{2};

// "content-type" as it is usually written.
std::string usual_name(std::string name) {
    if (name == "etag")
        return "ETag";
    if (name == "content-md5")
        return "Content-MD5";
    if (name.starts_with("x-"))
        return name;
    bool first = true;
    for (auto& c : name) {
        if (first && c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 'a' + 'A');
        first = c == '-';
    }
    return name;
}

bool has_no_body(unsigned status) {
    return status == 204 || status == 304;
}

std::string head_of(const http::request& r, const answer& a, std::string_view more) {
    const auto reason = wire::obsolete_reason(static_cast<wire::status>(a.status));
    std::string text = "HTTP/1.1 " + std::to_string(a.status) + ' ' + std::string(reason) + "\r\n";
    text += more;
    for (const auto& h : a.headers)
        text += usual_name(h.name) + ": " + h.value + "\r\n";
    const auto length = a.content ? a.content->remaining() : a.length.value_or(a.text.size());
    const bool unknown_to_head = r.method == "HEAD" && !a.content && !a.length;
    if (!has_no_body(a.status) && !unknown_to_head)
        text += "Content-Length: " + std::to_string(length) + "\r\n";
    return text + "\r\n";
}

// What may stand in a log: neither signatures nor tokens.
std::string query_for_log(const http::request& r) {
    auto query = r.query;
    std::erase_if(query, [](const http::parameter& p) {
        const auto name = lower_case(p.name);
        return name.ends_with("signature") || name.ends_with("security-token");
    });
    return http::to_query(query);
}

} // namespace

/// The body of the request that is being answered.
class http_session::incoming_body final : public request_body {
public:
    incoming_body(http_session& owner, bool asks) : owner_(owner), asks_first_(asks) {}

    std::optional<std::uint64_t> length() const override {
        const auto announced = owner_.parser_->content_length();
        return announced ? std::optional<std::uint64_t>(*announced) : std::nullopt;
    }
    bool is_chunked() const override { return owner_.parser_->chunked(); }
    bool is_complete() const { return owner_.parser_->is_done(); }

    /// Whether the client still waits for "100 Continue": it may never send the body.
    bool asks_first() const { return asks_first_ && !is_complete(); }
    std::uint64_t received() const { return received_; }

    awaitable<result<std::size_t>> read_some(std::span<char> buffer) override {
        if (is_complete())
            co_return std::size_t{0};
        if (asks_first_) {
            asks_first_ = false;
            static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
            const auto [failed, n] =
                co_await asio::async_write(owner_.stream_, asio::buffer(go_on), as_tuple);
            if (failed)
                co_return failed;
        }
        auto& target = owner_.parser_->get().body();
        target.data = buffer.data();
        target.size = buffer.size();
        target.more = true;
        for (;;) {
            owner_.expect_progress();
            const auto [failed, n] = co_await wire::async_read_some(owner_.stream_, owner_.buffer_,
                                                                    *owner_.parser_, as_tuple);
            const auto moved = buffer.size() - target.size;
            received_ += n;
            if (failed && failed != wire::error::need_buffer)
                co_return failed;
            if (moved > 0 || is_complete())
                co_return moved;
        }
    }

private:
    http_session& owner_;
    bool asks_first_;
    std::uint64_t received_ = 0;
};

void http_session::close() {
    auto self = shared_from_this();
    asio::post(stream_.get_executor(), [self] { self->stream_.close(); });
}

awaitable<void> http_session::run() {
    const auto alive = shared_from_this();
    error_code ignored;
    stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    while (co_await serve_one() == next::another) {
    }
    stream_.close();
}

answer http_session::to_answer(const oss_error& e, const http::request& r) const {
    answer a(e.status());
    a.headers = e.headers();
    a.set("x-oss-ec", e.detail());
    if (has_no_body(e.status()))
        return a;
    auto document = e.xml(request_id_, r.host);
    if (r.method == "HEAD") {
        a.set("x-oss-err", http::base64(document));
        return a;
    }
    a.set("content-type", "application/xml");
    a.text = std::move(document);
    return a;
}

awaitable<http_session::next> http_session::serve_one() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(service_.settings.most.request_head));
    parser_->body_limit(boost::none); // each operation has a limit of its own
    expect_progress();
    const auto [broken, n] = co_await wire::async_read_header(stream_, buffer_, *parser_, as_tuple);
    begun_ = std::chrono::steady_clock::now();
    request_id_ = unique_name().substr(0, 24);
    sent_ = 0;
    if (broken)
        co_return co_await refuse_head(broken);

    raw_head head;
    const auto& received = parser_->get();
    head.method = received.method_string();
    head.target = received.target();
    for (const auto& field : received)
        head.headers.emplace_back(lower_case(field.name_string()), std::string(field.value()));
    auto parsed = parse_head(head, service_.settings);
    http::request request;
    reply done = oss_error("InternalError");
    const bool asks_first = boost::beast::iequals(received[wire::field::expect], "100-continue") &&
                            received.version() > 10;
    incoming_body body(*this, asks_first);
    if (parsed) {
        request = std::move(*parsed);
        call c(request, body, service_.now());
        try {
            done = co_await answer_request(service_, c);
        } catch (const std::exception& e) {
            config::log::error("a request could not be answered", {{"error", e.what()}});
        }
    } else {
        done = parsed.error();
        request.method = head.method;
        for (const auto& h : head.headers)
            if (h.name == "host")
                request.host = h.value;
    }

    const auto left = parser_->content_length_remaining();
    const bool keep = parser_->keep_alive() && !body.asks_first() &&
                      (body.is_complete() || (left && *left <= worth_reading));
    logged_request line;
    if (!done)
        line.code = done.error().code();
    answer a = done ? std::move(*done) : to_answer(done.error(), request);
    line.status = a.status;
    line.method = request.method;
    line.bucket = request.bucket;
    line.key = request.key;
    line.query = query_for_log(request);
    line.received = body.received();
    line_ = std::move(line);
    const auto failed = co_await send(request, a, keep);
    write_down();
    if (failed)
        co_return next::end;
    const auto rest = co_await discard_rest(body);
    co_return keep ? rest : next::end;
}

// What is no HTTP gets an answer in which nothing of it is repeated.
awaitable<http_session::next> http_session::refuse_head(error_code failed) {
    const bool is_malformed =
        failed.category() == make_error_code(wire::error::bad_method).category();
    if (!is_malformed || failed == wire::error::end_of_stream ||
        failed == wire::error::partial_message)
        co_return next::end;
    const http::request nothing;
    auto a = to_answer(oss_error("BadRequest", failed.message()), nothing);
    logged_request line;
    line.method = "-";
    line.status = a.status;
    line.code = "BadRequest";
    line_ = std::move(line);
    co_await send(nothing, a, false);
    write_down();
    incoming_body body(*this, false);
    co_await discard_rest(body);
    co_return next::end;
}

awaitable<error_code> http_session::send(const http::request& r, answer& a, bool keep) {
    const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begun_);
    std::string more = "Server: AliyunOSS\r\nDate: " + http::http_date(service_.now()) +
                       "\r\nConnection: " + (keep ? "keep-alive" : "close") +
                       "\r\nx-oss-request-id: " + request_id_ +
                       "\r\nx-oss-server-time: " + std::to_string(spent.count()) + "\r\n";
    const auto head = head_of(r, a, more);
    const bool with_body = r.method != "HEAD" && !has_no_body(a.status);
    const auto text = with_body ? std::move(a.text) : std::string();
    const std::array<asio::const_buffer, 2> both = {asio::buffer(head), asio::buffer(text)};
    sent_ = text.size();
    if (!with_body || !a.content)
        write_down();
    expect_progress();
    const auto [failed, n] = co_await asio::async_write(stream_, both, as_tuple);
    if (failed)
        co_return failed;
    if (with_body && a.content)
        co_return co_await send_content(*a.content);
    co_return error_code();
}

// Before the client has the whole answer, or it could look into the log and miss itself.
void http_session::write_down() {
    if (!line_)
        return;
    line_->sent = sent_;
    log_.add(std::move(*line_));
    line_.reset();
}

// After the head there is no way to tell of an error but to break the connection.
awaitable<error_code> http_session::send_content(content_reader& content) {
    std::vector<char> buffer(std::min<std::uint64_t>(chunk, content.remaining()));
    while (content.remaining() > 0) {
        const auto moved = co_await content.read_some(buffer);
        if (!moved)
            co_return moved.error();
        expect_progress();
        const auto bytes = asio::buffer(buffer.data(), *moved);
        if (content.remaining() == 0) {
            sent_ += *moved;
            write_down();
        }
        const auto [failed, n] = co_await asio::async_write(stream_, bytes, as_tuple);
        if (failed)
            co_return failed;
        sent_ += n;
    }
    co_return error_code();
}

// Reads what the client still sends, or it would see a reset instead of its answer.
awaitable<http_session::next> http_session::discard_rest(incoming_body& body) {
    if (parser_->is_done())
        co_return next::another;
    std::vector<char> waste(chunk);
    const auto left = parser_->is_header_done() ? parser_->content_length_remaining() : boost::none;
    if (left && *left <= worth_reading && !body.asks_first()) {
        while (!body.is_complete()) {
            const auto n = co_await body.read_some(waste);
            if (!n)
                co_return next::end;
        }
        co_return next::another;
    }
    error_code ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    stream_.expires_after(patience_time);
    const auto target = asio::buffer(waste);
    for (std::uint64_t total = 0; total < patience;) {
        const auto [failed, n] = co_await stream_.async_read_some(target, as_tuple);
        if (failed)
            break;
        total += n;
    }
    co_return next::end;
}

} // namespace objftpd::oss_server
