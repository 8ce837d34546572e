#include "config/rights.hpp"

#include "config/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace objftpd::config {
namespace {

constexpr rights bits(std::initializer_list<right> list) {
    rights sum = no_rights;
    for (const auto r : list)
        sum |= static_cast<rights>(r);
    return sum;
}

struct named_rights {
    std::string_view name;
    rights meaning;
};

constexpr std::size_t bundles = 3;
constexpr std::array table{
    named_rights{"all", all_rights},
    named_rights{"read-only", bits({right::list, right::read})},
    named_rights{"upload-only", bits({right::list, right::create, right::make_directory})},
    named_rights{"list", bits({right::list})},
    named_rights{"read", bits({right::read})},
    named_rights{"create", bits({right::create})},
    named_rights{"overwrite", bits({right::overwrite})},
    named_rights{"remove", bits({right::remove})},
    named_rights{"rename", bits({right::rename})},
    named_rights{"make_directory", bits({right::make_directory})},
    named_rights{"remove_directory", bits({right::remove_directory})},
    named_rights{"set_attributes", bits({right::set_attributes})},
    named_rights{"remove_tree", bits({right::remove_tree})},
    named_rights{"sign", bits({right::sign})},
    named_rights{"acl", bits({right::acl})},
    named_rights{"restore", bits({right::restore})},
    named_rights{"link", bits({right::link})},
    named_rights{"class", bits({right::storage_class})},
    named_rights{"tags", bits({right::tags})},
};

} // namespace

std::optional<rights> parse_rights(const std::vector<std::string>& names, std::string& problem) {
    rights sum = no_rights;
    for (const auto& name : names) {
        const auto found = std::ranges::find(table, name, &named_rights::name);
        if (found == table.end()) {
            std::vector<std::string_view> valid;
            for (const auto& r : table)
                valid.push_back(r.name);
            const auto meant = nearest(name, valid);
            problem =
                toml_quote(name) + " is not a right; " +
                (meant.empty()
                     ? "expects \"all\", \"read-only\", \"upload-only\" or some of " + right_names()
                     : "did you mean " + toml_quote(meant) + "?");
            return std::nullopt;
        }
        sum |= found->meaning;
    }
    return sum;
}

std::string right_names() {
    std::string names;
    for (std::size_t i = bundles; i < table.size(); ++i)
        names += (names.empty() ? "" : ", ") + std::string(table.at(i).name);
    return names;
}

void settle_rename_keeps(settings& s) {
    const auto sets_acls = [](const store_settings& store, const user_settings& user) {
        return (user.rights & static_cast<rights>(right::acl)) != 0 &&
               std::ranges::find(user.mounts, store.name, &mount_settings::store) !=
                   user.mounts.end();
    };
    for (auto& store : s.stores) {
        if (store.remote.rename_keeps != kept_attributes::automatic)
            continue;
        const bool used = std::ranges::any_of(
            s.users, [&](const user_settings& user) { return sets_acls(store, user); });
        store.remote.rename_keeps = used ? kept_attributes::all : kept_attributes::known;
    }
}

} // namespace objftpd::config
