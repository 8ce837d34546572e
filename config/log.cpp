#include "config/log.hpp"

#include "config/text.hpp"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace objftpd::config::log {
namespace {

constexpr std::size_t queued_lines = 8192;

spdlog::level::level_enum to_spdlog(log_level level) {
    switch (level) {
    case log_level::trace:
        return spdlog::level::trace;
    case log_level::debug:
        return spdlog::level::debug;
    case log_level::info:
        return spdlog::level::info;
    case log_level::warning:
        return spdlog::level::warn;
    case log_level::error:
        return spdlog::level::err;
    case log_level::off:
        break;
    }
    return spdlog::level::off;
}

std::unique_ptr<spdlog::formatter> line_format() {
    return std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                                                       spdlog::pattern_time_type::utc);
}

// The formatter and level names belong to spdlog; so that early lines look like all others,
// they go through a logger too, one without a thread.
spdlog::logger& early_logger() {
    static spdlog::logger logger = [] {
        spdlog::logger l("early", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        l.set_formatter(line_format());
        l.set_level(spdlog::level::warn);
        return l;
    }();
    return logger;
}

struct running_log {
    std::shared_ptr<spdlog::details::thread_pool> thread;
    std::shared_ptr<spdlog::async_logger> logger;
};

std::unique_ptr<running_log> owner;
std::atomic<running_log*> current = nullptr;

spdlog::sink_ptr open_sink(const std::string& file) {
    if (file.empty())
        return std::make_shared<spdlog::sinks::stderr_sink_mt>();

    // spdlog would create the file for everyone to read.
    const int fd = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0)
        throw std::runtime_error("cannot open the log file " + file + ": " +
                                 std::system_category().message(errno));
    ::close(fd);
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
}

void append(std::string& line, const field& f) {
    line += ' ';
    line += f.key;
    line += '=';
    append_escaped(line, f.value());
}

} // namespace

std::string field::value() const {
    if (const auto* text = std::get_if<std::string_view>(&value_))
        return std::string(*text);
    if (const auto* number = std::get_if<std::int64_t>(&value_))
        return std::to_string(*number);
    return std::to_string(std::get<std::uint64_t>(value_));
}

void open(const log_settings& settings) {
    auto log = std::make_unique<running_log>();
    log->thread = std::make_shared<spdlog::details::thread_pool>(queued_lines, 1);
    log->logger =
        std::make_shared<spdlog::async_logger>("objftpd", open_sink(settings.file), log->thread,
                                               spdlog::async_overflow_policy::overrun_oldest);
    log->logger->set_formatter(line_format());
    log->logger->set_level(to_spdlog(settings.level));
    log->logger->flush_on(spdlog::level::trace);

    close();
    owner = std::move(log);
    current.store(owner.get(), std::memory_order_release);
}

void close() {
    current.store(nullptr, std::memory_order_release);
    if (!owner)
        return;
    const auto lost = owner->thread->overrun_counter();
    owner.reset();
    if (lost > 0)
        warning("log_lines_lost", {{"count", lost}});
}

bool enabled(log_level level) {
    if (level == log_level::off)
        return false;
    const auto* const log = current.load(std::memory_order_acquire);
    const spdlog::logger& logger = log ? *log->logger : early_logger();
    return logger.should_log(to_spdlog(level));
}

void write(log_level level, std::string_view event, fields values) {
    if (!enabled(level))
        return;
    std::string line(event);
    for (const auto& f : values)
        append(line, f);

    auto* const log = current.load(std::memory_order_acquire);
    spdlog::logger& logger = log ? *log->logger : early_logger();
    logger.log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

} // namespace objftpd::config::log
