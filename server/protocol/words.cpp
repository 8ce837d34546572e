#include "server/protocol/words.hpp"

namespace objftpd::server {
namespace {

// Takes the word in quotes that `text` begins with.
std::optional<std::string> take_quoted(std::string_view& text) {
    std::string word;
    text.remove_prefix(1);
    for (auto quote = text.find('"'); quote != text.npos; quote = text.find('"')) {
        word += text.substr(0, quote);
        text.remove_prefix(quote + 1);
        if (text.empty() || text.front() == ' ')
            return word;
        if (text.front() != '"')
            return std::nullopt;
        word += '"';
        text.remove_prefix(1);
    }
    return std::nullopt;
}

} // namespace

std::optional<std::vector<std::string>> split_words(std::string_view text) {
    std::vector<std::string> words;
    while (true) {
        const auto begin = text.find_first_not_of(' ');
        if (begin == text.npos)
            return words;
        text.remove_prefix(begin);
        if (text.front() == '"') {
            auto word = take_quoted(text);
            if (!word)
                return std::nullopt;
            words.push_back(std::move(*word));
            continue;
        }
        const auto end = text.find(' ');
        words.emplace_back(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end);
    }
}

std::string only_word(std::string_view text) {
    if (text.starts_with('"')) {
        auto rest = text;
        if (auto word = take_quoted(rest); word && rest.empty())
            return std::move(*word);
    }
    return std::string(text);
}

} // namespace objftpd::server
