#include "storage/content_type.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::storage;
using objftpd::tests::temporary_folder;

namespace {

const std::string unknown = "application/octet-stream";

} // namespace

TEST_CASE("what stands behind the last dot of a name is its extension") {
    struct row {
        const char* key;
        const char* extension;
    };
    const row rows[] = {
        {"a.txt", "txt"}, {"a/b.TXT", "txt"},      {"a.tar.gz", "gz"},    {"a", ""}, {"a.b/c", ""},
        {"a.", ""},       {".profile", "profile"}, {"a/.x.Docx", "docx"}, {"", ""}};
    for (const auto& r : rows) {
        INFO(r.key);
        CHECK(extension_of(r.key) == r.extension);
    }
}

TEST_CASE("common extensions are known where the system has no table") {
    const content_types types("/nonexistent/mime.types");
    const std::string office = "application/vnd.openxmlformats-officedocument.";
    const std::pair<const char*, std::string> rows[] = {
        {"txt", "text/plain"},
        {"html", "text/html"},
        {"docx", office + "wordprocessingml.document"},
        {"xlsx", office + "spreadsheetml.sheet"},
        {"pptx", office + "presentationml.presentation"},
        {"mov", "video/quicktime"},
        {"mkv", "video/x-matroska"},
        {"heic", "image/heic"},
        {"avif", "image/avif"},
        {"webp", "image/webp"},
        {"md", "text/markdown"},
        {"yaml", "application/yaml"},
        {"yml", "application/yaml"},
        {"7z", "application/x-7z-compressed"},
        {"jsonl", "application/jsonl"},
        {"parquet", "application/vnd.apache.parquet"},
        {"", unknown},
        {"nobody-knows", unknown},
    };
    for (const auto& [extension, type] : rows) {
        INFO(extension);
        CHECK(types.of(extension) == type);
    }
}

TEST_CASE("the system's table goes before the built-in one and adds to it") {
    const temporary_folder folder;
    const content_types types(folder.file("mime.types", "# a comment\n"
                                                        "\n"
                                                        "text/x-own\t\tmd  Own\towner # not this\n"
                                                        "application/without-extensions\n"
                                                        "  image/indented  ind\r\n"
                                                        "image/last last"));
    const std::pair<const char*, std::string> rows[] = {
        {"md", "text/x-own"},      {"own", "text/x-own"},  {"owner", "text/x-own"},
        {"not", unknown},          {"this", unknown},      {"comment", unknown},
        {"ind", "image/indented"}, {"last", "image/last"}, {"txt", "text/plain"},
    };
    for (const auto& [extension, type] : rows) {
        INFO(extension);
        CHECK(types.of(extension) == type);
    }
}

TEST_CASE("a table that is not readable text is no harm") {
    const temporary_folder folder;
    const content_types binary(folder.file("mime.types", std::string("\0\xff\n\0 a\n", 7)));
    CHECK(binary.of("txt") == "text/plain");
    const content_types directory(folder.path().string());
    CHECK(directory.of("txt") == "text/plain");
}
