#include "server/protocol/ascii.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::server;

namespace {

std::string encoded(std::string_view in, std::size_t chunk) {
    ascii_encoder encoder;
    std::string out;
    encoder.encode("", out);
    for (std::size_t at = 0; at < in.size(); at += chunk) {
        encoder.encode(in.substr(at, chunk), out);
        encoder.encode("", out);
    }
    return out;
}

std::string decoded(std::string_view in, std::size_t chunk) {
    ascii_decoder decoder;
    std::string out;
    decoder.decode("", out);
    for (std::size_t at = 0; at < in.size(); at += chunk) {
        decoder.decode(in.substr(at, chunk), out);
        decoder.decode("", out);
    }
    decoder.finish(out);
    return out;
}

} // namespace

TEST_CASE("towards the client a bare LF becomes CRLF and CRLF stays, however it is cut") {
    struct row {
        std::string_view in, out;
    };
    const row rows[] = {
        {"", ""},
        {"abc", "abc"},
        {"\n", "\r\n"},
        {"a\nb\n", "a\r\nb\r\n"},
        {"a\r\nb\r\n", "a\r\nb\r\n"},
        {"a\r\n\nb", "a\r\n\r\nb"},
        {"\n\n", "\r\n\r\n"},
        {"\r\r\n", "\r\r\n"},
        {"a\rb\r", "a\rb\r"},
        {"mixed\nlines\r\nhere\rend\n", "mixed\r\nlines\r\nhere\rend\r\n"},
    };
    for (const auto& [in, out] : rows)
        for (const std::size_t chunk : {1u, 2u, 3u, 100u}) {
            CAPTURE(in, chunk);
            CHECK(encoded(in, chunk) == out);
        }
}

TEST_CASE("from the client CRLF becomes LF and a lone CR stays, however it is cut") {
    struct row {
        std::string_view in, out;
    };
    const row rows[] = {
        {"", ""},
        {"abc", "abc"},
        {"\r\n", "\n"},
        {"a\r\nb\r\n", "a\nb\n"},
        {"a\nb\n", "a\nb\n"},
        {"a\rb", "a\rb"},
        {"a\r", "a\r"},
        {"\r\r\n", "\r\n"},
        {"\r\r", "\r\r"},
        {"\r\n\r\n", "\n\n"},
        {"\n\r", "\n\r"},
        {"mixed\nlines\r\nhere\rend\r\n", "mixed\nlines\nhere\rend\n"},
    };
    for (const auto& [in, out] : rows)
        for (const std::size_t chunk : {1u, 2u, 3u, 100u}) {
            CAPTURE(in, chunk);
            CHECK(decoded(in, chunk) == out);
        }
}

TEST_CASE("a CR at the end of a buffer is held back until what follows is known") {
    ascii_decoder decoder;
    std::string out;
    decoder.decode("a\r", out);
    CHECK(out == "a");
    decoder.decode("\nb\r", out);
    CHECK(out == "a\nb");
    decoder.finish(out);
    CHECK(out == "a\nb\r");
    decoder.finish(out);
    CHECK(out == "a\nb\r");
}
