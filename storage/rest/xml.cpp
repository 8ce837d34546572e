#include "storage/rest/xml.hpp"

#include "config/ascii_text.hpp"
#include "storage/http/encoding.hpp"

#include <algorithm>

namespace objftpd::storage::rest::xml {
namespace {

// A page of 1000 keys of 1024 bytes each, all percent-encoded, and as much again around them.
constexpr std::size_t largest = 16 << 20;

} // namespace

std::string_view local_name(const pugi::xml_node& node) {
    const std::string_view name = node.name();
    const auto colon = name.find(':');
    return colon == name.npos ? name : name.substr(colon + 1);
}

pugi::xml_node child(const pugi::xml_node& parent, std::string_view name) {
    for (const auto node : parent.children())
        if (local_name(node) == name)
            return node;
    return {};
}

std::string text(const pugi::xml_node& parent, std::string_view name) {
    return child(parent, name).text().get();
}

std::optional<bool> truth(const pugi::xml_node& parent, std::string_view name) {
    constexpr auto blanks = " \t\r\n";
    auto word = config::to_lower(text(parent, name));
    word.erase(0, std::min(word.find_first_not_of(blanks), word.size()));
    word.erase(word.find_last_not_of(blanks) + 1);
    if (word != "true" && word != "false")
        return std::nullopt;
    return word == "true";
}

bool is_true(const pugi::xml_node& parent, std::string_view name) {
    return truth(parent, name).value_or(false);
}

document::document(std::string_view xml) {
    if (xml.size() > largest)
        return;
    // White space keeps a slow answer alive in front of its first byte.
    const auto begin = xml.find('<');
    if (begin == xml.npos)
        return;
    xml.remove_prefix(begin);
    parsed_ = static_cast<bool>(
        tree_.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8));
}

pugi::xml_node document::root(std::initializer_list<std::string_view> names) const {
    const auto found = parsed_ ? tree_.document_element() : pugi::xml_node();
    const auto name = local_name(found);
    return std::ranges::find(names, name) == names.end() ? pugi::xml_node() : found;
}

name_reader::name_reader(const pugi::xml_node& root)
    : encoded_(text(root, "EncodingType") == "url") {}

std::optional<std::string> name_reader::read(const std::string& name) const {
    return encoded_ ? http::percent_decode(name) : name;
}

} // namespace objftpd::storage::rest::xml
