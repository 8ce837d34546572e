#include "storage/credentials/documents.hpp"

namespace objftpd::storage::credentials {

fetch_result parse_file(std::string_view text, const std::string& profile) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == text.npos || text[begin] != '{')
        return parse_ini(text, profile);
    return text.find("\"profiles\"") == text.npos ? parse_json(text)
                                                  : parse_tool_config(text, profile);
}

} // namespace objftpd::storage::credentials
