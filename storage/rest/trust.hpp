#pragma once

#include "storage/rest/call.hpp"

#include <string_view>

/// SECURITY: what makes us believe an answer that says that all went well. Captive portals and
/// proxies answer anything with 200 and a page of their own, and stores break off.
namespace objftpd::storage::rest {

/// By the head of a success: whether it is somebody else's answer. Stores give each answer an id;
/// some S3-compatible ones do not, but tell what they have stored.
bool is_foreign(const call& c, const answer& a);

/// Whether a success that is not streamed holds what it must: its whole document, or of what was
/// stored the ETag or a checksum.
bool is_complete(const call& c, const answer& a);

/// Whether a page of a listing that began behind `after`, a token or a marker, leads on: a store
/// that begins again would be asked for ever. Tokens say nothing of their order.
bool leads_on(const list_answer& page, std::string_view after, list_version version);

/// Whether the text is an XML document with that root element, up to its end. Only looks at both
/// ends: what lies between is for the parser.
bool is_document(std::string_view xml, std::string_view root);

} // namespace objftpd::storage::rest
