#include "server/commands/data_connection.hpp"

#include "config/log.hpp"
#include "server/commands/error_reply.hpp"
#include "server/session.hpp"
#include "server/tls/tls_error.hpp"
#include "storage/error.hpp"

#include <boost/asio/error.hpp>

namespace objftpd::server {

awaitable<std::optional<reply>> open_data(session& s, reply preliminary) {
    if (!s.data.promised())
        co_return reply(425, "Use PASV, EPSV, PORT or EPRT first.");
    if (s.protection.data_needs_tls(*s.account))
        co_return reply(522, "Data connections must be private here, use PROT P.");
    const auto& settings = s.shared.settings.server;
    s.send_soon(preliminary);
    s.operation.announced = true;
    s.expect_data_within(s.data.is_passive() ? settings.passive_timeout : settings.active_timeout);
    auto opened = co_await s.data.open();
    if (opened && s.protection.data_level == security::level::private_) {
        s.expect_data_within(s.shared.settings.tls.handshake_timeout);
        opened = co_await s.protection.secure_data(s.data.connection(), *s.account);
    }
    s.no_data_expected();
    if (opened && s.protection.is_first_without_reuse(s.data.connection()))
        config::log::info("a data connection has not resumed the control connection's TLS session",
                          {{"session", s.id}, {"operation", s.operation.what}});
    if (opened) {
        s.operation.streaming = true;
        s.operation.progress.moved(0);
        co_return std::nullopt;
    }
    if (s.operation.progress.aborted)
        co_return reply(426, "Transfer aborted.");
    // No data have flowed that a reset would have to keep from being taken for whole, and some
    // clients would tell of it instead of our reply.
    if (s.data.is_open())
        s.data.refuse();
    config::log::info("data connection failed",
                      {{"session", s.id},
                       {"operation", s.operation.what},
                       {"error", s.operation.timed_out ? "timed out" : opened.error().message()}});
    if (opened.error() == tls_errc::session_not_reused)
        co_return reply(522, "Data connections must resume the control connection's TLS session.");
    if (opened.error().category() == tls_category())
        co_return reply(425, "The TLS handshake on the data connection failed: " +
                                 opened.error().message() + ".");
    co_return reply(425, s.operation.timed_out ? "The data connection was not made in time."
                                               : "The data connection could not be made.");
}

conversion conversion_of(const session& s) {
    const bool converts = s.type == session::representation::ascii &&
                          s.account->ascii == config::ascii_policy::convert;
    return converts ? conversion::ascii : conversion::none;
}

reply upload_failure(const session& s, const error_code& error) {
    const bool needs_directory = s.missing_parents() == storage::parents::must_exist;
    if (needs_directory && error == storage::errc::not_found)
        return {553, "No such directory."};
    return reply_for(error, purpose::store);
}

namespace {

// An upload that is not as long as it was to be.
reply length_failure(session& s, transfer_end::side how) {
    const auto& progress = s.operation.progress;
    config::log::info("an upload is refused for its length", {{"session", s.id},
                                                              {"operation", s.operation.what},
                                                              {"bytes", progress.bytes},
                                                              {"announced", progress.announced}});
    if (s.data.is_open())
        s.data.connection().reset();
    if (how == transfer_end::side::too_short)
        return {451, "Not as many bytes came as ALLO announced; nothing has been stored."};
    if (progress.must_be_whole && progress.bytes > progress.announced)
        return {552, "More bytes came than ALLO announced; nothing has been stored."};
    return {552, "The file would be larger than it may be; nothing has been stored."};
}

} // namespace

reply transfer_failure(session& s, const transfer_end& end, purpose wanted) {
    const auto& op = s.operation;
    if (end.failed == transfer_end::side::unconfirmed) {
        config::log::warning(
            "the store has not confirmed an upload in time; it goes on",
            {{"session", s.id}, {"operation", op.what}, {"bytes", op.progress.bytes}});
        s.data.finish();
        return {451, "Upload not confirmed: the store takes too long to answer."};
    }
    if (end.failed == transfer_end::side::too_long || end.failed == transfer_end::side::too_short)
        return length_failure(s, end.failed);
    const bool of_store = end.failed == transfer_end::side::store;
    std::string why = end.error.message();
    if (op.timed_out)
        why = "no data within server.stall_timeout";
    else if (op.progress.aborted)
        why = "aborted by the client";
    config::log::write(of_store ? config::log_level::error : config::log_level::info,
                       "transfer failed",
                       {{"session", s.id},
                        {"operation", op.what},
                        {"side", of_store ? "store" : "data connection"},
                        {"error", why},
                        {"bytes", op.progress.bytes}});
    if (s.data.is_open())
        s.data.connection().reset();
    if (of_store && !op.progress.aborted)
        return wanted == purpose::store ? upload_failure(s, end.error)
                                        : reply_for(end.error, wanted);
    if (op.timed_out)
        return {426, "The data connection stalled, transfer aborted."};
    if (op.progress.aborted)
        return {426, "Transfer aborted."};
    if (end.error == tls_errc::truncated || end.error == tls_errc::truncated_record)
        return {426, "The data connection ended without TLS's close_notify, transfer aborted."};
    return {426, "The data connection broke, transfer aborted."};
}

} // namespace objftpd::server
