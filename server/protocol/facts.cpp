#include "server/protocol/facts.hpp"

#include "config/ascii_text.hpp"
#include "server/protocol/timestamps.hpp"

#include <algorithm>
#include <charconv>

namespace objftpd::server {

namespace {

struct named_fact {
    fact bit;
    std::string_view name;
};

constexpr named_fact facts[] = {
    {fact::type, "type"}, {fact::size, "size"},           {fact::modify, "modify"},
    {fact::perm, "perm"}, {fact::unix_mode, "UNIX.mode"},
};

bool has(fact_set set, fact bit) {
    return (set & static_cast<fact_set>(bit)) != 0;
}

std::string_view unix_mode(const listing_entry& e) {
    if (e.directory)
        return e.writable ? "UNIX.mode=0755;" : "UNIX.mode=0555;";
    return e.writable ? "UNIX.mode=0644;" : "UNIX.mode=0444;";
}

} // namespace

std::string facts_feature(fact_set selected) {
    std::string out;
    for (const auto& [bit, name] : facts) {
        out += name;
        if (has(selected, bit))
            out += '*';
        out += ';';
    }
    return out;
}

fact_set parse_facts(std::string_view list) {
    fact_set selected = 0;
    while (!list.empty()) {
        const auto name = list.substr(0, list.find(';'));
        list.remove_prefix(std::min(name.size() + 1, list.size()));
        for (const auto& known : facts)
            if (config::equal_ignoring_case(name, known.name))
                selected |= static_cast<fact_set>(known.bit);
    }
    return selected;
}

std::string fact_names(fact_set selected) {
    std::string out;
    for (const auto& [bit, name] : facts) {
        if (!has(selected, bit))
            continue;
        out += name;
        out += ';';
    }
    return out;
}

void append_facts(std::string& out, const fact_entry& e, fact_set selected) {
    if (has(selected, fact::type)) {
        out.append("type=").append(e.type);
        out += ';';
    }
    if (has(selected, fact::size) && !e.entry.directory) {
        char digits[20];
        const auto end = std::to_chars(digits, digits + sizeof digits, e.entry.size).ptr;
        out.append("size=").append(digits, static_cast<std::size_t>(end - digits));
        out += ';';
    }
    if (has(selected, fact::modify) && e.entry.modified != std::chrono::sys_seconds()) {
        out.append("modify=");
        append_timestamp(out, e.entry.modified);
        out += ';';
    }
    if (has(selected, fact::perm)) {
        out.append("perm=").append(e.perm);
        out += ';';
    }
    if (has(selected, fact::unix_mode))
        out.append(unix_mode(e.entry));
    out += ' ';
    out.append(e.entry.name);
}

} // namespace objftpd::server
