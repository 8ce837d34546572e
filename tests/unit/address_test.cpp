#include "server/protocol/address.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::server;
using namespace std::string_view_literals;
using boost::asio::ip::make_address;
using boost::asio::ip::make_address_v4;
using status = enum eprt_result::status;

TEST_CASE("PORT takes six numbers up to 255") {
    struct row {
        std::string_view argument, address;
        unsigned port;
    };
    const row rows[] = {
        {"127,0,0,1,195,80", "127.0.0.1", 50000},
        {"10,0,0,5,0,21", "10.0.0.5", 21},
        {"255,255,255,255,255,255", "255.255.255.255", 65535},
        {"0,0,0,0,0,0", "0.0.0.0", 0},
        {" 10 , 0,0,5 ,195, 80 ", "10.0.0.5", 50000},
        {"010,000,000,005,195,080", "10.0.0.5", 50000},
    };
    for (const auto& [argument, address, port] : rows) {
        CAPTURE(argument);
        const auto endpoint = parse_port(argument);
        REQUIRE(endpoint);
        CHECK(endpoint->address().to_string() == address);
        CHECK(endpoint->port() == port);
    }
}

TEST_CASE("PORT takes nothing else") {
    for (const auto argument :
         {""sv, "127,0,0,1,195"sv, "127,0,0,1,195,80,"sv, "127,0,0,1,195,80,1"sv,
          "256,0,0,1,195,80"sv, "127,0,0,1,256,80"sv, "127,0,0,1,195,256"sv,
          "127,0,0,1,4294967491,80"sv, "-1,0,0,1,195,80"sv, "+1,0,0,1,195,80"sv,
          "127,0,,1,195,80"sv, "127,0,0,1,195,"sv, "127.0.0.1,195,80"sv, "0x7f,0,0,1,195,80"sv,
          "1 2,0,0,1,195,80"sv, "127,0,0,1,195,80\0"sv, "(127,0,0,1,195,80)"sv, ",,,,,"sv}) {
        CAPTURE(argument);
        CHECK_FALSE(parse_port(argument));
    }
}

TEST_CASE("EPRT takes both families between any printable delimiter") {
    struct row {
        std::string_view argument, address;
        unsigned port;
    };
    const row rows[] = {
        {"|1|10.0.0.5|50000|", "10.0.0.5", 50000},
        {"!1!10.0.0.5!1!", "10.0.0.5", 1},
        {"~2~::1~65535~", "::1", 65535},
        {"|2|2001:db8::5|50000|", "2001:db8::5", 50000},
        {"|2|::|50000|", "::", 50000},
        {"|2|::ffff:10.0.0.5|50000|", "::ffff:10.0.0.5", 50000},
        {"|2|fe80::1%eth0|50000|", "fe80::1", 50000},
        {"|2|fe80::1%no-such-interface|50000|", "fe80::1", 50000},
    };
    for (const auto& [argument, address, port] : rows) {
        CAPTURE(argument);
        const auto parsed = parse_eprt(argument);
        CHECK(parsed.status == status::ok);
        CHECK(parsed.endpoint.address() == make_address(address));
        CHECK(parsed.endpoint.port() == port);
    }
}

TEST_CASE("EPRT tells an unknown family from a broken argument") {
    for (const auto argument : {"|3|10.0.0.5|50000|"sv, "|0|x|50000|"sv, "|17||1|"sv}) {
        CAPTURE(argument);
        CHECK(parse_eprt(argument).status == status::unknown_family);
    }
    for (const auto argument : {""sv,
                                "|"sv,
                                "||||"sv,
                                "|1|10.0.0.5|50000"sv,
                                "1|10.0.0.5|50000|"sv,
                                "|1|10.0.0.5|50000||"sv,
                                "|1|10.0.0.5|50000| "sv,
                                "|1|10.0.0.5|65536|"sv,
                                "|1|10.0.0.5|0|"sv,
                                "|1|10.0.0.5|-1|"sv,
                                "|1|10.0.0.5||"sv,
                                "|1||50000|"sv,
                                "|1|10.0.0.256|50000|"sv,
                                "|1|10.0.5|50000|"sv,
                                "|1|::1|50000|"sv,
                                "|2|10.0.0.5|50000|"sv,
                                "|2||50000|"sv,
                                "|2|%eth0|50000|"sv,
                                "|2|[::1]|50000|"sv,
                                "|1|localhost|50000|"sv,
                                "|x|10.0.0.5|50000|"sv,
                                "|1|10.0.0.5\0x|50000|"sv,
                                " 1 10.0.0.5 50000 "sv,
                                "\xC3"
                                "1\xC3"
                                "10.0.0.5\xC3"
                                "50000\xC3"sv}) {
        CAPTURE(argument);
        CHECK(parse_eprt(argument).status == status::syntax_error);
    }
}

TEST_CASE("227 and 229 read as clients take them apart") {
    CHECK(pasv_text(make_address_v4("10.0.0.5"), 50000) ==
          "Entering Passive Mode (10,0,0,5,195,80).");
    CHECK(pasv_text(make_address_v4("255.255.255.255"), 65535) ==
          "Entering Passive Mode (255,255,255,255,255,255).");
    CHECK(pasv_text(make_address_v4("0.0.0.0"), 1) == "Entering Passive Mode (0,0,0,0,0,1).");
    CHECK(epsv_text(50000) == "Entering Extended Passive Mode (|||50000|)");
    CHECK(epsv_text(1) == "Entering Extended Passive Mode (|||1|)");
}

TEST_CASE("an IPv4 client on an IPv6 socket is seen under its IPv4 address") {
    CHECK(unmapped(make_address("::ffff:10.0.0.5")) == make_address("10.0.0.5"));
    CHECK(unmapped(make_address("10.0.0.5")) == make_address("10.0.0.5"));
    CHECK(unmapped(make_address("::1")) == make_address("::1"));
    CHECK(unmapped(make_address("::10.0.0.5")) == make_address("::10.0.0.5"));
}
