#pragma once

#include <string>

/// Secrets that do not stand in the configuration itself.
namespace objftpd::config {

/// A secret, or why there is none. The text never holds the secret.
struct secret {
    std::string value;
    std::string problem;
};

/// The first line of a file, without its end. The file must be a regular one, at most 64 KiB,
/// not empty, and closed to others: its group may read it (as container secrets are mounted),
/// the rest of the world may not.
secret read_secret_file(const std::string& path);

/// The whole text of a file, such as a private key, with the same demands.
secret read_secret_text(const std::string& path);

/// The value of an environment variable that is set and not empty.
secret read_secret_variable(const std::string& name);

} // namespace objftpd::config
