#include "server/commands/error_reply.hpp"

#include "storage/error.hpp"
#include "storage/refused_action.hpp"
#include "storage/rest/call.hpp"

#include <boost/asio/error.hpp>
#include <catch2/catch.hpp>

using namespace objftpd;
using server::purpose;
using server::reply_for;
using storage::errc;

TEST_CASE("every storage error has its code, by what the client wanted") {
    struct row {
        errc error;
        int using_it;
        int storing_it;
    };
    const row rows[] = {
        {errc::not_found, 550, 550},
        {errc::already_exists, 550, 553},
        {errc::is_a_directory, 550, 553},
        {errc::not_a_directory, 550, 553},
        {errc::not_a_link, 550, 550},
        {errc::unfinished, 450, 450},
        {errc::invalid_value, 550, 550},
        {errc::directory_not_empty, 550, 550},
        {errc::invalid_name, 553, 553},
        {errc::invalid_path, 553, 553},
        {errc::permission_denied, 550, 550},
        {errc::precondition_failed, 450, 450},
        {errc::range_not_satisfiable, 554, 554},
        {errc::nested_rename, 553, 553},
        {errc::too_many, 553, 553},
        {errc::no_space, 552, 552},
        {errc::quota, 552, 552},
        {errc::too_large, 552, 552},
        {errc::archived, 450, 450},
        {errc::no_bucket, 550, 550},
        {errc::refused_credentials, 451, 451},
        {errc::checksum_mismatch, 451, 451},
        {errc::throttled, 451, 451},
        {errc::unavailable, 451, 451},
        {errc::to_be_finished, 451, 451},
        {errc::unsupported, 550, 553},
    };
    CHECK(std::size(rows) == static_cast<std::size_t>(errc::unsupported));
    for (const auto& r : rows) {
        INFO(make_error_code(r.error).message());
        CHECK(reply_for(r.error).code == r.using_it);
        CHECK(reply_for(r.error, purpose::store).code == r.storing_it);
        CHECK(reply_for(r.error, purpose::send).code == 451);
        CHECK_FALSE(reply_for(r.error).text.empty());
    }
}

TEST_CASE("an error from elsewhere is 451 and reveals nothing") {
    const error_code errors[] = {asio::error::connection_refused, asio::error::eof,
                                 error_code(EIO, boost::system::system_category()),
                                 error_code(1, boost::system::generic_category())};
    for (const auto& e : errors) {
        CHECK(reply_for(e).code == 451);
        CHECK(reply_for(e).text.find(e.message()) == std::string::npos);
    }
    CHECK(reply_for(static_cast<errc>(999)).code == 451);
}

TEST_CASE("an action that the store refuses is named") {
    const auto refused = storage::refused_action(storage::rest::operation::put_object);
    CHECK(reply_for(refused, purpose::store).code == 550);
    CHECK(reply_for(refused, purpose::store).text ==
          "Permission denied: the store does not allow this server PutObject.");
    CHECK(reply_for(refused, purpose::send).code == 451);
    CHECK(storage::is_refusal(refused));
    CHECK(storage::refused_action(storage::rest::operation::list_objects).failed());
    CHECK_FALSE(storage::is_refusal(errc::not_found));
}

TEST_CASE("every refusal is a sentence") {
    for (int value = 1; value <= static_cast<int>(errc::unsupported); ++value) {
        const auto text = reply_for(static_cast<errc>(value)).text;
        CHECK(std::isupper(static_cast<unsigned char>(text.front())));
        CHECK(text.ends_with('.'));
    }
}
