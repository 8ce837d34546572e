#include "server/protocol/words.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::server;

TEST_CASE("words are what spaces separate") {
    struct row {
        const char* text;
        std::vector<std::string> words;
    };
    const auto r =
        GENERATE(row{"", {}}, row{"   ", {}}, row{"a", {"a"}}, row{"a b", {"a", "b"}},
                 row{"  a   b  ", {"a", "b"}}, row{"\"a b\" c", {"a b", "c"}},
                 row{"c \"a b\"", {"c", "a b"}}, row{R"("say ""x""" b)", {"say \"x\"", "b"}},
                 row{R"("")", {""}}, row{R"("""")", {"\""}}, row{"a\"b c", {"a\"b", "c"}},
                 row{"n=\"v w\"", {"n=\"v", "w\""}});
    INFO(r.text);
    const auto words = split_words(r.text);
    REQUIRE(words);
    CHECK(*words == r.words);
}

TEST_CASE("a quote that is not closed, or does not end its word, is no word") {
    const auto* const text = GENERATE("\"", "\"a", "a \"b", "\"a\"b", R"("a""b)");
    INFO(text);
    CHECK_FALSE(split_words(text));
}

TEST_CASE("a command's only parameter may stand in quotes") {
    CHECK(only_word("a b") == "a b");
    CHECK(only_word("\"a b\"") == "a b");
    CHECK(only_word(R"("a ""b""")") == "a \"b\"");
    CHECK(only_word(R"("a" b)") == R"("a" b)");
    CHECK(only_word("\"a") == "\"a");
    CHECK(only_word("").empty());
}
