#pragma once

#include "tests/oss_server/blobs.hpp"
#include "tests/oss_server/xml.hpp"

#include "storage/http/request.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace objftpd::oss_server {

namespace http = storage::http;

/// What is answered: a status, headers, and a small text or the bytes of an object.
class answer {
public:
    explicit answer(unsigned s = 200) : status(s) {}
    explicit answer(const xml_document& document) : text(document.text()) {
        headers.emplace_back("content-type", "application/xml");
    }

    answer& set(std::string name, std::string value) {
        headers.emplace_back(std::move(name), std::move(value));
        return *this;
    }

    unsigned status = 200;
    std::vector<http::header> headers;
    std::string text;
    std::unique_ptr<content_reader> content; // instead of the text

    /// What Content-Length says where the body itself is left out: HEAD.
    std::optional<std::uint64_t> length;
};

} // namespace objftpd::oss_server
