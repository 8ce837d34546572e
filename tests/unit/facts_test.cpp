#include "server/protocol/facts.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::server;
using namespace std::chrono;

namespace {

constexpr fact_set type = 1, size = 2, modify = 4, perm = 8, unix_mode = 16;
const sys_seconds changed_at = sys_days(2026y / November / 21) + 1h + 2min + 3s;

std::string facts_of(const fact_entry& e, fact_set selected) {
    std::string out;
    append_facts(out, e, selected);
    return out;
}

} // namespace

TEST_CASE("FEAT names every fact and stars the selected ones") {
    CHECK(facts_feature(default_facts) == "type*;size*;modify*;perm*;UNIX.mode;");
    CHECK(facts_feature(0) == "type;size;modify;perm;UNIX.mode;");
    CHECK(facts_feature(all_facts) == "type*;size*;modify*;perm*;UNIX.mode*;");
}

TEST_CASE("OPTS MLST selects the facts it names, in any case, and ignores the unknown") {
    struct row {
        std::string_view list;
        fact_set selected;
        std::string_view answer;
    };
    const row rows[] = {
        {"type;size;modify;", type | size | modify, "type;size;modify;"},
        {"Type;SIZE;nonsense;", type | size, "type;size;"},
        {"modify;type", type | modify, "type;modify;"},
        {"unix.MODE;perm;", perm | unix_mode, "perm;UNIX.mode;"},
        {"type;type;type;", type, "type;"},
        {"", 0, ""},
        {";;;", 0, ""},
        {"sizes;siz;typ e;", 0, ""},
        {"create;lang;", 0, ""},
    };
    for (const auto& [list, selected, answer] : rows) {
        CAPTURE(list);
        CHECK(parse_facts(list) == selected);
        CHECK(fact_names(selected) == answer);
        CHECK(parse_facts(answer) == selected);
    }
}

TEST_CASE("facts end in a semicolon each, then one space and the name") {
    const fact_entry file{{"name", false, 12, changed_at, true}, "file", "adfrw"};
    const fact_entry sealed{{"a b", false, 0, changed_at, false}, "file", "r"};
    const fact_entry directory{{"dir", true, 0, changed_at, true}, "dir", "cdeflmp"};
    const fact_entry prefix{{"p", true, 0, {}, false}, "dir", "el"};
    const fact_entry current{{"/in", true, 0, {}, true}, "cdir", ""};
    const fact_entry leading{{" x", false, 1, {}, true}, "file", "r"};
    struct row {
        const fact_entry& entry;
        fact_set selected;
        std::string_view line;
    };
    const row rows[] = {
        {file, default_facts, "type=file;size=12;modify=20261121010203;perm=adfrw; name"},
        {file, all_facts,
         "type=file;size=12;modify=20261121010203;perm=adfrw;UNIX.mode=0644; name"},
        {file, size, "size=12; name"},
        {file, 0, " name"},
        {sealed, all_facts, "type=file;size=0;modify=20261121010203;perm=r;UNIX.mode=0444; a b"},
        {directory, all_facts, "type=dir;modify=20261121010203;perm=cdeflmp;UNIX.mode=0755; dir"},
        {prefix, all_facts, "type=dir;perm=el;UNIX.mode=0555; p"},
        {current, default_facts, "type=cdir;perm=; /in"},
        {leading, default_facts, "type=file;size=1;perm=r;  x"},
    };
    for (const auto& [entry, selected, line] : rows)
        CHECK(facts_of(entry, selected) == line);
}

TEST_CASE("facts are appended to what is there") {
    std::string out = " ";
    append_facts(out, {{"n", false, 1, {}, true}, "file", "r"}, type);
    CHECK(out == " type=file; n");
}
