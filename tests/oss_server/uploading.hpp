#pragma once

#include "tests/oss_server/service.hpp"

namespace objftpd::oss_server {

/// Says no, before a byte is read, to a body without a length, too long a one, or a Content-MD5
/// that is none.
outcome<> check_body(const call& c, std::uint64_t most);

/// Writes the request's body into a blob and compares it with its Content-MD5. Nothing stays of
/// a body that is too long, breaks off, or is not what it should be.
awaitable<outcome<written>> receive(blob_writer& writer, call& c, std::uint64_t most);

/// Writes a range of an object into a blob of its own.
awaitable<outcome<written>> copy_content(service& s, std::vector<piece> from, std::uint64_t offset,
                                         std::uint64_t length);

/// The whole body as text, for documents.
awaitable<outcome<std::string>> receive_text(call& c, std::size_t most);

/// A content's MD5 as an ETag has it, and as Content-MD5 has it; from lower-case hex.
std::string upper_case(std::string hex);
std::string content_md5(const std::string& hex);

} // namespace objftpd::oss_server
