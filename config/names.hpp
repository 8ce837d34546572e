#pragma once

#include <string>

/// Names and paths in the configuration. Each function brings its argument into the normal
/// form and returns what is wrong with it; empty when nothing is.
namespace objftpd::config {

/// An absolute FTP path: "/", "/in/scans". A slash at the end is dropped; ".", ".." and empty
/// segments are refused, since nobody means them.
std::string normalise_ftp_path(std::string& path);

/// The beginning of keys: "" or "in/2026/". Slashes at the beginning are dropped and one at the
/// end is added; ".", ".." and empty segments are refused: no FTP path could reach such keys.
std::string normalise_prefix(std::string& prefix);

/// A bucket's bare name: what people put there by mistake (an URL, a path behind the name,
/// credentials) is told apart.
std::string check_bucket_name(const std::string& name);

/// The same for a bucket at a vendor's: 3 to 63 lower-case letters, digits, '-', '_' and, but for
/// OSS, '.', with a letter or a digit at both ends, and no IP address.
enum class dots_in_name { allowed, refused };
std::string check_vendor_bucket_name(const std::string& name, dots_in_name dots);

/// Letters, digits, '-', '_' and '.', at most 64 of them, the first one a letter or a digit.
std::string check_store_name(const std::string& name);

/// 1 to 255 bytes that a client can send as argument of USER.
std::string check_user_name(const std::string& name);

} // namespace objftpd::config
