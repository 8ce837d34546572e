#pragma once

#include <string>
#include <string_view>
#include <system_error>

namespace objftpd::config {

/// Writes a file that only this user may read, durably, and moves it to its name when it is whole:
/// whoever looks sees all of it or what was there before. Blocks.
std::error_code write_private_file(const std::string& path, std::string_view content);

/// Gives a file another name, durably. Both are in the same folder. Blocks.
std::error_code move_durably(const std::string& from, const std::string& to);

/// Removes a file, durably; no error if there is none. Blocks.
std::error_code remove_durably(const std::string& path);

} // namespace objftpd::config
