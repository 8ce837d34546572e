#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// The protocol core: bytes in, commands out; values in, reply bytes out. No file in this
/// folder does I/O, knows a socket or a clock of its own.
namespace objftpd::server {

/// One command line, RFC 959, 5.3. The verb is upper case; the argument keeps every space but
/// the one that separates it from the verb.
struct command {
    std::string verb;
    std::string argument;
};

/// Splits a line (without its end) into verb and argument. A verb holds letters and digits
/// only; anything else before the first space leaves it empty, which no command matches.
command parse_command(std::string_view line);

/// Cuts the bytes of a control connection into lines. Takes CRLF and bare LF, drops Telnet
/// commands (telnet.hpp), and never holds more than `max_length` bytes: a longer line is
/// thrown away up to its end and reported once as `too_long`.
class line_reader {
public:
    enum class status { need_more, line, too_long };

    explicit line_reader(std::size_t max_length) : max_length_(max_length) {}

    /// Adds what was received. Returns nothing; lines are taken with `next`.
    void feed(std::string_view bytes);

    /// The next line without its end in `line`, or why there is none. A line that holds NUL
    /// keeps it: path resolution refuses it with a reply.
    status next(std::string& line);

    /// Answers to Telnet option requests that are due to the peer (IAC DONT / IAC WONT);
    /// empties the store of them.
    std::string take_telnet_answers();

    /// Bytes that have been fed and not been taken as lines. AUTH TLS needs it to be 0.
    std::size_t buffered() const { return buffer_.size() - begin_; }

    /// Gives back memory that an idle session does not need.
    void shrink();

private:
    std::size_t max_length_;
    std::string buffer_;     // lines not taken yet, Telnet already removed
    std::size_t begin_ = 0;  // of the first line in buffer_
    std::size_t scanned_ = 0;
    bool discarding_ = false; // inside an oversized line
    std::string telnet_state_; // bytes of an unfinished Telnet command
    std::string answers_;
};

} // namespace objftpd::server
