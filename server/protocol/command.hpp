#pragma once

#include <cstddef>
#include <deque>
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
    /// Telnet's Interrupt Process came with it: it is about the command that runs.
    bool interrupts = false;
};

/// Splits a line (without its end) into verb and argument. A verb holds letters and digits
/// only; anything else before the first space leaves it empty, which no command matches.
command parse_command(std::string_view line);

/// Cuts the bytes of a control connection into lines. Takes CRLF, CR NUL LF and bare LF, drops
/// Telnet commands (RFC 854), and holds no more than `max_length` bytes of an unfinished line:
/// a longer one is reported once as `too_long`, as soon as it is known to be, and thrown away
/// up to its end.
///
/// What the lines are does not depend on how the bytes are cut into feeds. Complete lines wait
/// until they are taken: the caller stops feeding when too much is `buffered`.
class line_reader {
public:
    enum class status { need_more, line, too_long };

    explicit line_reader(std::size_t max_length) : max_length_(max_length) {}

    /// Adds what was received. Returns nothing; lines are taken with `next`.
    void feed(std::string_view bytes);

    /// The next line without its end in `line`, or why there is none. A line that holds NUL
    /// keeps it: path resolution refuses it with a reply.
    status next(std::string& line);

    /// Whether Telnet's Interrupt Process (RFC 854) came in, or right before, the line that was
    /// taken last.
    bool interrupts() const { return interrupts_; }

    /// Answers to Telnet option requests that are due to the peer (IAC DONT / IAC WONT);
    /// empties the store of them. Beyond 64 bytes not taken yet, requests stay unanswered.
    std::string take_telnet_answers();

    /// Bytes that have been fed and not been taken as lines, those of an unfinished Telnet
    /// command included. AUTH TLS needs it to be 0.
    std::size_t buffered() const { return buffer_.size() - begin_ + telnet_state_.size(); }

    /// Gives back memory that an idle session does not need.
    void shrink();

private:
    void feed_telnet(char byte);
    void append(std::string_view data);
    void compact();

    std::size_t max_length_;
    std::string buffer_;                    // lines not taken yet, Telnet already removed
    std::size_t begin_ = 0;                 // of the first line in buffer_
    std::size_t scanned_ = 0;               // no line end before it
    bool discarding_ = false;               // inside an oversized line
    std::string telnet_state_;              // bytes of an unfinished Telnet command
    std::deque<std::size_t> interruptions_; // places in buffer_, each at most once
    bool interrupts_ = false;
    std::string answers_;
};

} // namespace objftpd::server
