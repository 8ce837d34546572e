#pragma once

#include "storage/property.hpp"
#include "storage/rest/checksums.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The XML that OSS and S3 are sent.
namespace objftpd::storage::rest {

/// A part as CompleteMultipartUpload names it; the ETag without quotes.
struct completed_part {
    unsigned number = 0;
    std::string etag;
    std::optional<crc_sum> crc = std::nullopt; // S3: of uploads that were begun with one
};

/// REQUIRES: ascending numbers.
std::string complete_body(std::span<const completed_part> parts);

/// Asks for failures only. REQUIRES: at most 1000 keys, each fit for XML.
std::string delete_body(std::span<const std::string> keys);

/// REQUIRES: names and values fit for XML.
std::string tags_body(std::span<const named_value> tags);

/// For so many days.
std::string restore_body(unsigned days);

/// Whether a key can stand in XML 1.0, which has no control characters, not even escaped. Others
/// must be deleted one by one.
bool fits_xml(std::string_view key);

} // namespace objftpd::storage::rest
