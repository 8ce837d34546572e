#include "server/protocol/command.hpp"

#include <algorithm>

namespace objftpd::server {

namespace {

// RFC 854, where DO is 253; 236 to 238 are RFC 1184's.
constexpr unsigned char first_telnet_command = 236;
constexpr unsigned char telnet_interrupt_process = 244;
constexpr unsigned char telnet_will = 251;
constexpr unsigned char telnet_wont = 252;
constexpr unsigned char telnet_dont = 254;
constexpr char telnet_escape = '\xFF'; // IAC

// SECURITY: a flood of options from a peer that reads no answers must not cost memory.
constexpr std::size_t max_pending_answers = 64;

bool is_verb_character(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

char to_upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// Without the CR, or CR NUL, that ends it.
std::string_view without_carriage_return(std::string_view line) {
    using namespace std::string_view_literals;
    if (line.ends_with("\r\0"sv))
        return line.substr(0, line.size() - 2);
    if (line.ends_with('\r'))
        return line.substr(0, line.size() - 1);
    return line;
}

} // namespace

command parse_command(std::string_view line) {
    command result;
    const auto space = line.find(' ');
    const auto verb = line.substr(0, space);
    if (std::all_of(verb.begin(), verb.end(), is_verb_character)) {
        result.verb.resize(verb.size());
        std::transform(verb.begin(), verb.end(), result.verb.begin(), to_upper);
    }
    if (space != std::string_view::npos)
        result.argument = line.substr(space + 1);
    return result;
}

void line_reader::feed(std::string_view bytes) {
    // Only when at least as much has been taken as must be moved: linear over all feeds.
    if (begin_ > 0 && begin_ >= buffer_.size() - begin_)
        compact();

    while (!bytes.empty()) {
        if (!telnet_state_.empty()) {
            feed_telnet(bytes.front());
            bytes.remove_prefix(1);
            continue;
        }
        const auto data = bytes.substr(0, bytes.find(telnet_escape));
        append(data);
        bytes.remove_prefix(data.size());
        if (!bytes.empty()) {
            telnet_state_ = telnet_escape;
            bytes.remove_prefix(1);
        }
    }
}

void line_reader::feed_telnet(char byte) {
    const auto code = static_cast<unsigned char>(byte);
    if (telnet_state_.size() == 2) {
        const auto request = static_cast<unsigned char>(telnet_state_[1]);
        const bool about_peer = request == telnet_will || request == telnet_wont;
        if (answers_.size() + 3 <= max_pending_answers) {
            answers_ += telnet_escape;
            answers_ += static_cast<char>(about_peer ? telnet_dont : telnet_wont);
            answers_ += byte;
        }
        telnet_state_.clear();
        return;
    }
    if (code >= telnet_will && code <= telnet_dont) {
        telnet_state_ += byte;
        return;
    }
    telnet_state_.clear();
    if (byte == telnet_escape) {
        append({&telnet_escape, 1});
    } else if (code < first_telnet_command) {
        // SECURITY: 0xFF before an ordinary byte is no Telnet command but a name that should
        // have been escaped. Dropping a part would make it another file's name, or swallow
        // the end of the line.
        const char both[] = {telnet_escape, byte};
        append({both, 2});
    } else if (code == telnet_interrupt_process &&
               (interruptions_.empty() || interruptions_.back() != buffer_.size())) {
        interruptions_.push_back(buffer_.size());
    }
}

void line_reader::append(std::string_view data) {
    if (discarding_) {
        const auto end = data.find('\n');
        if (end == std::string_view::npos)
            return;
        discarding_ = false;
        data.remove_prefix(end + 1);
    }
    buffer_.append(data);
}

line_reader::status line_reader::next(std::string& line) {
    const auto end = buffer_.find('\n', scanned_);
    const bool complete = end != std::string::npos;
    const auto pending = std::string_view(buffer_).substr(begin_, complete ? end - begin_ : end);
    const auto content = without_carriage_return(pending);
    const bool too_long = content.size() > max_length_;
    if (!complete && !too_long) {
        scanned_ = buffer_.size();
        return status::need_more;
    }

    if (!too_long)
        line.assign(content);
    discarding_ = !complete;
    begin_ = complete ? end + 1 : buffer_.size();
    interrupts_ = false;
    for (; !interruptions_.empty() && interruptions_.front() < begin_; interruptions_.pop_front())
        interrupts_ = true;
    scanned_ = begin_;
    if (begin_ == buffer_.size())
        compact();
    return too_long ? status::too_long : status::line;
}

std::string line_reader::take_telnet_answers() {
    std::string answers;
    answers.swap(answers_);
    return answers;
}

void line_reader::compact() {
    buffer_.erase(0, begin_);
    for (auto& place : interruptions_)
        place -= begin_;
    scanned_ -= begin_;
    begin_ = 0;
}

void line_reader::shrink() {
    compact();
    buffer_.shrink_to_fit();
    answers_.shrink_to_fit();
}

} // namespace objftpd::server
