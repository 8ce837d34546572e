#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace objftpd::storage::http {

/// One parameter of a query, not encoded. "?acl" has no value, "?uploads=" an empty one.
struct parameter {
    parameter(std::string n, std::optional<std::string> v = std::nullopt)
        : name(std::move(n)), value(std::move(v)) {}

    std::string name;
    std::optional<std::string> value;
};

struct header {
    header(std::string n, std::string v) : name(std::move(n)), value(std::move(v)) {}

    std::string name; // in lower case
    std::string value;
};

/// The value of the first header of that name; null if there is none. `name` in lower case.
const std::string* find(const std::vector<header>& headers, std::string_view name);

/// What is sent to a store but for the body. A signature covers it exactly as it is sent.
struct request {
    std::string method; // "GET"
    std::string scheme; // "https"
    std::string host;   // with its port where that is not the scheme's own
    std::string path;   // encoded, as it stands in the request line: "/bucket/a%20b"
    std::vector<parameter> query;
    std::vector<header> headers;

    // What it is about, for signatures and logs, not encoded; empty where there is none.
    std::string bucket;
    std::string key;

    /// Null if there is no such header.
    const std::string* find(std::string_view name) const { return http::find(headers, name); }

    /// Replaces it or adds it.
    void set(std::string name, std::string value);

    /// Path and query as they stand in the request line.
    std::string target() const;

    std::string url() const;

    /// Whether nothing in it would end its line early when it is sent: a method and names that are
    /// tokens, values without CR, LF and NUL, a URL without blanks and control characters.
    bool is_well_formed() const;
};

/// "a=b&c&d=", encoded, in the order given.
std::string to_query(const std::vector<parameter>& parameters);

} // namespace objftpd::storage::http
