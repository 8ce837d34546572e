#include "config/problems.hpp"

#include "config/text.hpp"

#include <algorithm>
#include <tuple>

namespace objftpd::config {

void problem_list::add(const std::string& key, std::string text) {
    auto found = places_.find(key);
    for (auto section = key; found == places_.end() && !section.empty();) {
        const auto dot = section.rfind('.');
        section.erase(dot == std::string::npos ? 0 : dot);
        found = places_.find(section);
    }
    add(key, found == places_.end() ? position{} : found->second, std::move(text));
}

void problem_list::add(const std::string& key, position where, std::string text) {
    problems_.push_back({file_, where.line, where.column, key, std::move(text)});
}

std::vector<problem> problem_list::take() {
    std::ranges::stable_sort(problems_, {},
                             [](const problem& p) { return std::tuple(p.line, p.column); });
    return std::move(problems_);
}

std::string to_string(const problem& p) {
    std::string text = p.file;
    if (p.line > 0)
        text += ":" + std::to_string(p.line) + ":" + std::to_string(p.column);
    // A key may be any text that the file holds.
    if (!p.key.empty()) {
        text += ": ";
        if (has_control_characters(p.key))
            append_escaped(text, p.key);
        else
            text += p.key;
    }
    return text + ": " + p.text;
}

} // namespace objftpd::config
