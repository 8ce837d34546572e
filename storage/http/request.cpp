#include "storage/http/request.hpp"

#include "storage/http/encoding.hpp"

#include <algorithm>

namespace objftpd::storage::http {

const std::string* request::find(std::string_view name) const {
    const auto found = std::ranges::find(headers, name, &header::name);
    return found == headers.end() ? nullptr : &found->value;
}

void request::set(std::string name, std::string value) {
    const auto found = std::ranges::find(headers, name, &header::name);
    if (found != headers.end())
        found->value = std::move(value);
    else
        headers.emplace_back(std::move(name), std::move(value));
}

std::string request::target() const {
    return query.empty() ? path : path + '?' + to_query(query);
}

std::string request::url() const {
    return scheme + "://" + host + target();
}

std::string to_query(const std::vector<parameter>& parameters) {
    std::string out;
    for (const auto& p : parameters) {
        if (!out.empty())
            out += '&';
        out += percent_encode(p.name);
        if (p.value)
            out += '=' + percent_encode(*p.value);
    }
    return out;
}

} // namespace objftpd::storage::http
