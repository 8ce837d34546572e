#pragma once

#include <pugixml.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace objftpd::oss_server {

/// A document that is being written.
class xml_document {
public:
    explicit xml_document(const char* root_name);

    std::string text() const;

private:
    pugi::xml_document tree_;

public:
    pugi::xml_node root;
};

/// Appends <name>text</name>. A NUL ends the text: XML has none.
void add(pugi::xml_node& parent, const char* name, const std::string& text);
void add(pugi::xml_node& parent, const char* name, std::uint64_t number);

/// A document that a client sent.
class parsed_xml {
public:
    /// Nothing if the text is no document with that root.
    static std::optional<parsed_xml> parse(std::string_view text, std::string_view root_name);

    const pugi::xml_node& root() const { return root_; }

private:
    parsed_xml() : tree_(std::make_unique<pugi::xml_document>()) {}

    std::unique_ptr<pugi::xml_document> tree_; // nodes point into it
    pugi::xml_node root_;
};

/// The text of a child; nothing if there is no such child.
std::optional<std::string> child_text(const pugi::xml_node& parent, const char* name);

} // namespace objftpd::oss_server
