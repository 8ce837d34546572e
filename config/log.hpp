#pragma once

#include "config/settings.hpp"

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

/// The operator's log: one line per event, "time level event key=value ...". Values are quoted
/// and escaped, so what a client sends can never forge a line. Lines are handed to a thread of
/// their own through a bounded queue (the oldest give way), so logging never blocks the caller.
/// May be called from every thread. REQUIRES: no secret in any field.
namespace objftpd::config::log {

/// A key with its value, text or number. Refers to both: it costs nothing where the line is
/// not written.
class field {
public:
    field(std::string_view k, std::string_view v) : key(k), value_(v) {}
    field(std::string_view k, const char* v) : key(k), value_(std::string_view(v)) {}
    field(std::string_view k, const std::string& v) : key(k), value_(std::string_view(v)) {}
    template <std::signed_integral Number>
    field(std::string_view k, Number v) : key(k), value_(std::int64_t{v}) {}
    template <std::unsigned_integral Number>
    field(std::string_view k, Number v) : key(k), value_(std::uint64_t{v}) {}

    std::string value() const;

    const std::string_view key;

private:
    std::variant<std::string_view, std::int64_t, std::uint64_t> value_;
};
using fields = std::initializer_list<field>;

/// Starts the log. Before the first call everything of level warning and above goes to standard
/// error directly. Throws std::runtime_error when the file cannot be opened.
void open(const log_settings& settings);

/// Writes what is queued and stops the thread; later lines go to standard error as before open.
/// REQUIRES: no other thread still logs. Called once, at the end of main.
void close();

/// Whether a line of that level would be written: asked before costly fields are put together.
bool enabled(log_level level);

void write(log_level level, std::string_view event, fields values);

inline void debug(std::string_view event, fields values = {}) {
    write(log_level::debug, event, values);
}
inline void info(std::string_view event, fields values = {}) {
    write(log_level::info, event, values);
}
inline void warning(std::string_view event, fields values = {}) {
    write(log_level::warning, event, values);
}
inline void error(std::string_view event, fields values = {}) {
    write(log_level::error, event, values);
}

} // namespace objftpd::config::log
