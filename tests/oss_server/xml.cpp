#include "tests/oss_server/xml.hpp"

#include <sstream>

namespace objftpd::oss_server {

xml_document::xml_document(const char* root_name) {
    auto declaration = tree_.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "UTF-8";
    root = tree_.append_child(root_name);
}

std::string xml_document::text() const {
    std::ostringstream out;
    tree_.save(out, "", pugi::format_raw, pugi::encoding_utf8);
    return out.str();
}

void add(pugi::xml_node& parent, const char* name, const std::string& text) {
    parent.append_child(name).text().set(text.c_str());
}

void add(pugi::xml_node& parent, const char* name, std::uint64_t number) {
    add(parent, name, std::to_string(number));
}

std::optional<parsed_xml> parsed_xml::parse(std::string_view text, std::string_view root_name) {
    parsed_xml document;
    // A key may be nothing but white space.
    constexpr unsigned options = pugi::parse_default | pugi::parse_ws_pcdata_single;
    if (!document.tree_->load_buffer(text.data(), text.size(), options, pugi::encoding_utf8))
        return std::nullopt;
    document.root_ = document.tree_->document_element();
    if (document.root_.name() != root_name)
        return std::nullopt;
    return document;
}

std::optional<std::string> child_text(const pugi::xml_node& parent, const char* name) {
    const auto found = parent.child(name);
    if (!found)
        return std::nullopt;
    return found.text().get();
}

} // namespace objftpd::oss_server
