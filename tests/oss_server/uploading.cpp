#include "tests/oss_server/uploading.hpp"

#include "config/hex.hpp"
#include "storage/http/encoding.hpp"
#include "storage/http/signing.hpp"
#include "tests/oss_server/text.hpp"

namespace objftpd::oss_server {
namespace {

constexpr std::size_t block = 256 << 10;

// Fills the buffer as far as the body goes.
awaitable<outcome<std::size_t>> fill(request_body& body, std::span<char> buffer) {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        const auto n = co_await body.read_some(buffer.subspan(filled));
        if (!n)
            co_return oss_error("IncompleteBody");
        if (*n == 0)
            break;
        filled += *n;
    }
    co_return filled;
}

bool digest_differs(const call& c, const std::string& md5_hex) {
    const auto* const wanted = c.header("content-md5");
    return wanted != nullptr && *wanted != content_md5(md5_hex);
}

} // namespace

std::string upper_case(std::string hex) {
    for (auto& c : hex)
        if (c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 'a' + 'A');
    return hex;
}

std::string content_md5(const std::string& hex) {
    return http::base64(config::bytes_of_hex(hex).value_or(std::string()));
}

outcome<> check_body(const call& c, std::uint64_t most) {
    if (!c.body.length() && !c.body.is_chunked())
        return oss_error("MissingContentLength");
    if (c.body.length() && *c.body.length() > most)
        return oss_error("EntityTooLarge")
            .with("MaxSizeAllowed", std::to_string(most))
            .with("ProposedSize", std::to_string(*c.body.length()));
    if (const auto* const digest = c.header("content-md5")) {
        const auto bytes = http::from_base64(*digest);
        if (!bytes || bytes->size() != 16)
            return oss_error("InvalidDigest", "The Content-MD5 you specified was invalid.")
                .with("Content-MD5", *digest);
    }
    return {};
}

awaitable<outcome<written>> receive(blob_writer& writer, call& c, std::uint64_t most) {
    const auto expected = c.body.length().value_or(block);
    std::vector<char> buffer(static_cast<std::size_t>(std::min<std::uint64_t>(block, expected)));
    for (;;) {
        const auto filled = co_await fill(c.body, buffer);
        if (!filled)
            co_return filled.error();
        if (writer.size() + *filled > most)
            co_return oss_error("EntityTooLarge").with("MaxSizeAllowed", std::to_string(most));
        const auto bytes = std::span<const char>(buffer).first(*filled);
        const bool last = *filled < buffer.size() || c.body.length() == writer.size() + *filled;
        if (!last) {
            const auto wrote = co_await writer.write(bytes);
            if (!wrote)
                co_return store_failure(wrote.error());
            continue;
        }
        if (digest_differs(c, writer.digest(bytes)))
            co_return oss_error("InvalidDigest").with("Content-MD5", c.header_text("content-md5"));
        auto stored = co_await writer.commit(bytes);
        if (!stored)
            co_return store_failure(stored.error());
        co_return std::move(*stored);
    }
}

awaitable<outcome<written>> copy_content(service& s, std::vector<piece> from, std::uint64_t offset,
                                         std::uint64_t length) {
    content_reader reader(s.blobs, std::move(from), offset, length);
    auto writer = co_await s.blobs.create();
    if (!writer)
        co_return store_failure(writer.error());
    std::vector<char> buffer(static_cast<std::size_t>(std::min<std::uint64_t>(4 * block, length)));
    while (reader.remaining() > 0) {
        const auto n = co_await reader.read_some(buffer);
        if (!n)
            co_return store_failure(n.error());
        const auto wrote = co_await (*writer)->write(std::span<const char>(buffer).first(*n));
        if (!wrote)
            co_return store_failure(wrote.error());
    }
    auto stored = co_await (*writer)->commit(std::span<const char>());
    if (!stored)
        co_return store_failure(stored.error());
    co_return std::move(*stored);
}

awaitable<outcome<std::string>> receive_text(call& c, std::size_t most) {
    std::string text;
    std::vector<char> buffer(64 << 10);
    for (;;) {
        const auto filled = co_await fill(c.body, buffer);
        if (!filled)
            co_return filled.error();
        text.append(buffer.data(), *filled);
        if (text.size() > most)
            co_return oss_error("MalformedXML", "The document is larger than allowed.");
        if (*filled < buffer.size())
            break;
    }
    storage::hash md5(storage::hash_algorithm::md5);
    md5.update(text.data(), text.size());
    if (digest_differs(c, md5.finish()))
        co_return oss_error("InvalidDigest").with("Content-MD5", c.header_text("content-md5"));
    co_return text;
}

} // namespace objftpd::oss_server
