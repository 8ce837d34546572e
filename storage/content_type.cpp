#include "storage/content_type.hpp"

#include "config/ascii_text.hpp"

#include <array>
#include <fstream>
#include <sstream>
#include <utility>

namespace objftpd::storage {
namespace {

using row = std::pair<std::string_view, std::string_view>;

// What IANA has registered, or else what Debian's table says.
constexpr std::array built_in{
    row{"7z", "application/x-7z-compressed"},
    row{"aac", "audio/aac"},
    row{"apk", "application/vnd.android.package-archive"},
    row{"avi", "video/x-msvideo"},
    row{"avif", "image/avif"},
    row{"avro", "application/avro"},
    row{"bmp", "image/bmp"},
    row{"br", "application/x-brotli"},
    row{"bz2", "application/x-bzip2"},
    row{"css", "text/css"},
    row{"csv", "text/csv"},
    row{"doc", "application/msword"},
    row{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    row{"eml", "message/rfc822"},
    row{"epub", "application/epub+zip"},
    row{"flac", "audio/flac"},
    row{"geojson", "application/geo+json"},
    row{"gif", "image/gif"},
    row{"gz", "application/gzip"},
    row{"heic", "image/heic"},
    row{"heif", "image/heif"},
    row{"htm", "text/html"},
    row{"html", "text/html"},
    row{"ico", "image/vnd.microsoft.icon"},
    row{"ics", "text/calendar"},
    row{"jar", "application/java-archive"},
    row{"jpeg", "image/jpeg"},
    row{"jpg", "image/jpeg"},
    row{"js", "text/javascript"},
    row{"json", "application/json"},
    row{"jsonl", "application/jsonl"},
    row{"jxl", "image/jxl"},
    row{"log", "text/plain"},
    row{"m3u8", "application/vnd.apple.mpegurl"},
    row{"m4a", "audio/mp4"},
    row{"m4v", "video/mp4"},
    row{"md", "text/markdown"},
    row{"mjs", "text/javascript"},
    row{"mkv", "video/x-matroska"},
    row{"mov", "video/quicktime"},
    row{"mp3", "audio/mpeg"},
    row{"mp4", "video/mp4"},
    row{"mpeg", "video/mpeg"},
    row{"mpg", "video/mpeg"},
    row{"ndjson", "application/x-ndjson"},
    row{"odp", "application/vnd.oasis.opendocument.presentation"},
    row{"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    row{"odt", "application/vnd.oasis.opendocument.text"},
    row{"ogg", "audio/ogg"},
    row{"opus", "audio/ogg"},
    row{"otf", "font/otf"},
    row{"parquet", "application/vnd.apache.parquet"},
    row{"pdf", "application/pdf"},
    row{"png", "image/png"},
    row{"ppt", "application/vnd.ms-powerpoint"},
    row{"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    row{"rar", "application/vnd.rar"},
    row{"rtf", "application/rtf"},
    row{"sql", "application/sql"},
    row{"svg", "image/svg+xml"},
    row{"tar", "application/x-tar"},
    row{"tgz", "application/gzip"},
    row{"tif", "image/tiff"},
    row{"tiff", "image/tiff"},
    row{"toml", "application/toml"},
    row{"tsv", "text/tab-separated-values"},
    row{"ttf", "font/ttf"},
    row{"txt", "text/plain"},
    row{"wasm", "application/wasm"},
    row{"wav", "audio/x-wav"},
    row{"webm", "video/webm"},
    row{"webp", "image/webp"},
    row{"woff", "font/woff"},
    row{"woff2", "font/woff2"},
    row{"xls", "application/vnd.ms-excel"},
    row{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    row{"xml", "application/xml"},
    row{"xz", "application/x-xz"},
    row{"yaml", "application/yaml"},
    row{"yml", "application/yaml"},
    row{"zip", "application/zip"},
    row{"zst", "application/zstd"},
};

const content_types& system_table() {
    static const content_types types("/etc/mime.types");
    return types;
}

} // namespace

std::string extension_of(std::string_view key) {
    const auto name = key.substr(key.rfind('/') + 1);
    const auto dot = name.rfind('.');
    return dot == name.npos ? std::string() : config::to_lower(name.substr(dot + 1));
}

content_types::content_types(const std::string& file) {
    for (const auto& [extension, type] : built_in)
        types_.emplace(extension, type);
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line.substr(0, line.find('#')));
        std::string type;
        words >> type;
        for (std::string extension; words >> extension;)
            types_[config::to_lower(extension)] = type;
    }
}

const std::string& content_types::of(const std::string& extension) const {
    static const std::string unknown = "application/octet-stream";
    const auto found = types_.find(extension);
    return found == types_.end() ? unknown : found->second;
}

void load_content_types() {
    system_table();
}

const std::string& content_type_of(const std::string& extension) {
    return system_table().of(extension);
}

} // namespace objftpd::storage
