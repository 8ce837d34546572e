// Whatever a client sends, in whatever pieces: the line reader, the command parser and every
// parser of an argument. Beyond memory errors it looks for broken promises of their headers.

#include "config/utf8.hpp"
#include "server/protocol/address.hpp"
#include "server/protocol/ascii.hpp"
#include "server/protocol/charset.hpp"
#include "server/protocol/command.hpp"
#include "server/protocol/facts.hpp"
#include "server/protocol/glob.hpp"
#include "server/protocol/listing.hpp"
#include "server/protocol/reply.hpp"
#include "server/protocol/timestamps.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

using namespace objftpd::server;
using objftpd::config::charset;

namespace {

constexpr std::size_t max_line = 256; // small, so that mutations reach it

void require(bool promise, const char* what) {
    if (promise)
        return;
    std::fprintf(stderr, "broken promise: %s\n", what);
    std::abort();
}

/// Sizes of pieces, from nothing to a few dozen bytes, the same for the same seed.
class piece_sizes {
public:
    explicit piece_sizes(unsigned seed) : state_(seed * 2654435761u + 1) {}

    std::size_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 17;
        state_ ^= state_ << 5;
        return state_ % (state_ & 64 ? 4 : 48);
    }

private:
    std::uint32_t state_;
};

template <class Take>
void in_pieces(std::string_view bytes, unsigned seed, Take take) {
    piece_sizes sizes(seed);
    while (!bytes.empty()) {
        const auto piece = bytes.substr(0, sizes.next());
        take(piece);
        bytes.remove_prefix(piece.size());
    }
}

std::vector<std::string> take_all(line_reader& reader) {
    std::vector<std::string> events;
    std::string line;
    for (;;) {
        const auto status = reader.next(line);
        if (status == line_reader::status::need_more)
            break;
        const bool whole = status == line_reader::status::line;
        require(!whole || line.size() <= max_line, "a line is within the limit");
        require(!whole || line.find('\n') == line.npos, "a line holds no LF");
        events.push_back(whole ? "+" + line : "too long");
    }
    require(reader.buffered() <= max_line + 4, "an unfinished line is within the limit");
    return events;
}

void check_times(const std::string& argument) {
    if (const auto time = parse_timestamp(argument)) {
        std::string again;
        append_timestamp(again, *time);
        require(again.size() == 14 && parse_timestamp(again) == time, "a time stamp reads back");
    }
    for (const auto& parsed : {parse_timed_path(argument), parse_site_utime(argument)})
        require(!parsed || argument.find(parsed->path) != argument.npos, "the path is given");
}

void check_addresses(const std::string& argument) {
    if (const auto endpoint = parse_port(argument)) {
        const auto text = pasv_text(endpoint->address().to_v4(), endpoint->port());
        const auto open = text.find('(') + 1;
        require(parse_port(text.substr(open, text.find(')') - open)) == endpoint,
                "the numbers of 227 read back");
    }
    const auto parsed = parse_eprt(argument);
    require(parsed.status != eprt_result::status::ok || parsed.endpoint.port() != 0,
            "EPRT gives a port");
    (void)unmapped(parsed.endpoint.address());
}

void check_listing(const std::string& argument) {
    const auto parsed = parse_listing_argument(argument);
    require(argument.ends_with(parsed.path), "the path is the end of the argument");
    require(argument.starts_with(parsed.options), "the options are its beginning");
    require(fact_names(parse_facts(fact_names(parse_facts(argument)))) ==
                fact_names(parse_facts(argument)),
            "fact names read back");
    const std::chrono::sys_seconds time(
        std::chrono::seconds(static_cast<std::int64_t>(argument.size()) << 32));
    std::string out;
    append_list_line(out, {argument, false, argument.size(), time, true}, time);
    append_facts(out, {{argument, true, 0, time, false}, "dir", "el"}, all_facts);
}

void check_globs(const std::string& pattern, const std::string& name) {
    (void)matches(pattern, name);
    if (pattern.size() <= 512 && !is_glob(pattern))
        require(matches(pattern, literal_prefix(pattern)), "a pattern matches its own text");
    std::string escaped;
    for (const char c : name)
        escaped.append({'\\', c});
    require(!is_glob(escaped) && literal_prefix(escaped) == name, "escaping hides wildcards");
    require(matches(escaped, name) == (escaped.size() <= 512 || name == escaped),
            "an escaped name matches itself");
}

void check_charsets(const std::string& name) {
    for (const auto set : {charset::utf8, charset::gbk, charset::latin1}) {
        const auto decoded = decode_name(name, set);
        require(!decoded || objftpd::config::is_utf8(*decoded), "a decoded name is UTF-8");
        require(set != charset::latin1 || (decoded && encode_name(*decoded, set) == name),
                "Latin-1 reads back");
        (void)encode_name(name, set);
    }
}

void check_reply(const std::string& text) {
    const auto wire = to_wire(reply(550, text, {text, quoted_path(text)}, text));
    require(std::count(wire.begin(), wire.end(), '\n') == 4, "a reply has no more lines");
    require(std::count(wire.begin(), wire.end(), '\r') == 4, "nor stray CRs");
}

void check_ascii(std::string_view bytes, unsigned seed) {
    ascii_encoder encoder;
    ascii_decoder decoder;
    std::string encoded;
    std::string decoded;
    in_pieces(bytes, seed, [&](std::string_view piece) { encoder.encode(piece, encoded); });
    in_pieces(encoded, seed + 1, [&](std::string_view piece) { decoder.decode(piece, decoded); });
    decoder.finish(decoded);
    if (bytes.find('\r') == bytes.npos)
        require(decoded == bytes, "text without CR survives TYPE A both ways");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    const unsigned seed = data[0];
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);

    line_reader whole(max_line);
    whole.feed(bytes);
    const auto expected = take_all(whole);

    line_reader reader(max_line);
    std::vector<std::string> events;
    in_pieces(bytes, seed, [&](std::string_view piece) {
        reader.feed(piece);
        if (piece.size() % 3 == 0)
            reader.shrink();
        for (auto& event : take_all(reader))
            events.push_back(std::move(event));
    });
    require(events == expected, "lines do not depend on how the bytes are cut");
    require(reader.take_telnet_answers() == whole.take_telnet_answers(), "nor do Telnet answers");
    require(reader.take_telnet_answers().size() <= 64, "Telnet answers are bounded");

    std::string previous;
    for (const auto& event : events) {
        const auto parsed = parse_command(std::string_view(event).substr(1));
        check_times(parsed.argument);
        check_addresses(parsed.argument);
        check_listing(parsed.argument);
        check_globs(parsed.argument, previous);
        check_charsets(parsed.argument);
        check_reply(event);
        previous = parsed.argument;
    }
    check_ascii(bytes, seed);
    return 0;
}
