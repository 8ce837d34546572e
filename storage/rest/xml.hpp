#pragma once

#include <pugixml.hpp>

#include <charconv>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

/// The XML of stores' answers: names without their namespaces, numbers and truths with all doubts.
namespace objftpd::storage::rest::xml {

std::string_view local_name(const pugi::xml_node& node);

/// The first of that name; a null node if there is none.
pugi::xml_node child(const pugi::xml_node& parent, std::string_view name);

/// Of the child of that name; empty if there is none.
std::string text(const pugi::xml_node& parent, std::string_view name);

/// Nothing if it is no number, or there is none.
template <class Number>
std::optional<Number> number(const pugi::xml_node& parent, std::string_view name) {
    const std::string_view digits = child(parent, name).text().get();
    Number value = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [rest, failed] = std::from_chars(digits.data(), end, value);
    if (digits.empty() || failed != std::errc() || rest != end)
        return std::nullopt;
    return value;
}

/// Nothing if it is neither true nor false.
std::optional<bool> truth(const pugi::xml_node& parent, std::string_view name);

bool is_true(const pugi::xml_node& parent, std::string_view name);

/// A document with its root. What is too large for an answer, or no whole document, has none.
class document {
public:
    explicit document(std::string_view xml);

    /// A null node if it has none of these names.
    pugi::xml_node root(std::initializer_list<std::string_view> names) const;

private:
    pugi::xml_document tree_;
    bool parsed_ = false;
};

/// Decodes names where the answer says that they are encoded.
class name_reader {
public:
    explicit name_reader(const pugi::xml_node& root);

    std::optional<std::string> read(const std::string& name) const;

private:
    bool encoded_;
};

} // namespace objftpd::storage::rest::xml
