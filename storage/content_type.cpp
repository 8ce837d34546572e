#include "storage/content_type.hpp"

#include "config/ascii_text.hpp"

#include <fstream>
#include <sstream>
#include <unordered_map>

namespace objftpd::storage {
namespace {

using table = std::unordered_map<std::string, std::string>;

table make_table() {
    table types{
        {"avi", "video/x-msvideo"},
        {"bmp", "image/bmp"},
        {"bz2", "application/x-bzip2"},
        {"css", "text/css"},
        {"csv", "text/csv"},
        {"doc", "application/msword"},
        {"gif", "image/gif"},
        {"gz", "application/gzip"},
        {"htm", "text/html"},
        {"html", "text/html"},
        {"ico", "image/vnd.microsoft.icon"},
        {"jpeg", "image/jpeg"},
        {"jpg", "image/jpeg"},
        {"js", "text/javascript"},
        {"json", "application/json"},
        {"mp3", "audio/mpeg"},
        {"mp4", "video/mp4"},
        {"pdf", "application/pdf"},
        {"png", "image/png"},
        {"svg", "image/svg+xml"},
        {"tar", "application/x-tar"},
        {"tif", "image/tiff"},
        {"tiff", "image/tiff"},
        {"txt", "text/plain"},
        {"wav", "audio/x-wav"},
        {"webp", "image/webp"},
        {"xls", "application/vnd.ms-excel"},
        {"xml", "application/xml"},
        {"zip", "application/zip"},
    };
    std::ifstream file("/etc/mime.types");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('#'))
            continue;
        std::istringstream words(line);
        std::string type;
        words >> type;
        for (std::string extension; words >> extension;)
            types[extension] = type;
    }
    return types;
}

} // namespace

std::string extension_of(std::string_view key) {
    const auto name = key.substr(key.rfind('/') + 1);
    const auto dot = name.rfind('.');
    return dot == name.npos ? std::string() : config::to_lower(name.substr(dot + 1));
}

std::string content_type_of(const std::string& extension) {
    static const table types = make_table();
    const auto found = types.find(extension);
    return found == types.end() ? "application/octet-stream" : found->second;
}

} // namespace objftpd::storage
