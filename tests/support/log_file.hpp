#pragma once

#include "config/log.hpp"
#include "tests/support/temporary_folder.hpp"

#include <string>
#include <vector>

namespace objftpd::tests {

/// While it lives the log goes into a file that the test can read.
class log_file {
public:
    explicit log_file(config::log_level level) {
        config::log::open({level, (folder_.path() / "log").string()});
    }
    log_file(const log_file&) = delete;
    ~log_file() { config::log::close(); }

    /// What has been written; later lines go to standard error.
    std::string text() const {
        config::log::close();
        return content_of(folder_.path() / "log");
    }

    /// The lines with that text.
    std::vector<std::string> lines(const std::string& with) const {
        std::vector<std::string> found;
        const auto all = text();
        for (std::size_t begin = 0; begin < all.size();) {
            const auto end = all.find('\n', begin);
            const auto line = all.substr(begin, end - begin);
            if (line.find(with) != line.npos)
                found.push_back(line);
            begin = end == all.npos ? all.size() : end + 1;
        }
        return found;
    }

private:
    temporary_folder folder_;
};

} // namespace objftpd::tests
