#pragma once

#include "tests/session/session_test.hpp"

namespace objftpd::tests {

/// A kind of client by how it resumes a session.
struct client_kind {
    const char* name;
    int version;
    bool tickets;
};
inline constexpr client_kind tls1_3{"TLS 1.3", TLS1_3_VERSION, true};
inline constexpr client_kind tls1_2_tickets{"TLS 1.2 with tickets", TLS1_2_VERSION, true};
inline constexpr client_kind tls1_2_ids{"TLS 1.2 without tickets", TLS1_2_VERSION, false};

/// Transfers under TLS of a user with one file, "f".
class tls_data_test : public session_test {
public:
    tls_data_test() : session_test(protection::explicit_tls) { drop_in("f", "content"); }

    void use(const client_kind& kind) {
        UNSCOPED_INFO(kind.name);
        offer.lowest = offer.highest = kind.version;
        offer.tickets = kind.tickets;
    }

    void f_has_not_changed() {
        CHECK(content("f") == "content");
        CHECK(leftovers() == 0);
    }
};

/// No two parts of it are alike.
inline std::string bytes_of(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<char>(i * 31 + i / 251);
    return bytes;
}

} // namespace objftpd::tests
