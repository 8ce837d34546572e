#include "config/load.hpp"

#include "config/credentials.hpp"
#include "config/object_store.hpp"
#include "config/problems.hpp"
#include "config/rights.hpp"
#include "config/schema.hpp"
#include "config/secret.hpp"
#include "config/text.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace objftpd::config {
namespace {

position begin_of(const toml::source_region& region) {
    return {static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

std::optional<value> value_of(const toml::node& node) {
    if (const auto* const flag = node.as_boolean())
        return flag->get();
    if (const auto* const number = node.as_integer())
        return number->get();
    if (const auto* const text = node.as_string())
        return text->get();
    const auto* const array = node.as_array();
    if (!array)
        return std::nullopt;
    std::vector<std::string> list;
    for (const auto& item : *array) {
        if (!item.is_string())
            return std::nullopt;
        list.push_back(item.as_string()->get());
    }
    return list;
}

std::string kind_of(const toml::node& node) {
    switch (node.type()) {
    case toml::node_type::table:
        return "a section";
    case toml::node_type::array:
        return "a list";
    case toml::node_type::string:
        return "a text";
    case toml::node_type::integer:
        return "a whole number";
    case toml::node_type::floating_point:
        return "a number with a fraction";
    case toml::node_type::boolean:
        return "true or false";
    default:
        return "a date or time";
    }
}

template <class Section>
std::vector<std::string_view> keys_of(const std::vector<option<Section>>& options) {
    std::vector<std::string_view> keys;
    keys.reserve(options.size());
    for (const auto& o : options)
        keys.push_back(o.key);
    return keys;
}

// Where a key that stands in the wrong section belongs.
std::string home_of(std::string_view key) {
    const auto has = [&](const auto& options) {
        const auto keys = keys_of(options);
        return std::find(keys.begin(), keys.end(), key) != keys.end();
    };
    if (has(top_options()))
        return "the top of the file, before the first section";
    if (has(server_options()))
        return "[server]";
    if (has(listener_options()))
        return "[[listener]]";
    if (has(tls_options()))
        return "[tls]";
    if (has(certificate_options()))
        return "[[certificate]]";
    if (has(log_options()))
        return "[log]";
    if (has(user_options()))
        return "[[user]]";
    return has(mount_options()) ? "[[user.mount]]"
           : has(store_options()) || has(local_store_options()) || has(object_store_options())
               ? "[[store]]"
               : "";
}

std::string unknown_key(std::string_view key, const std::vector<std::string_view>& valid) {
    const auto meant = nearest(key, valid);
    if (!meant.empty())
        return "unknown key; did you mean " + std::string(meant) + "?";
    const bool of_store = std::ranges::find(valid, "type") != valid.end();
    if (const auto home = home_of(key); !home.empty())
        return "unknown key; it belongs to " +
               (of_store && home == "[[store]]" ? "a store of another type" : home);
    std::string list;
    for (const auto v : valid)
        list += (list.empty() ? "" : ", ") + std::string(v);
    return "unknown key; valid are " + list;
}

/// Walks through one parsed file, filling settings and gathering problems.
class reader {
public:
    reader(const std::string& file, std::string folder)
        : problems_(file), folder_(std::move(folder)) {}

    load_result read(const toml::table& root) {
        settings s;
        problems_.place("", {1, 1});
        read_section(root, "", top_options(), s,
                     {"server", "listener", "tls", "certificate", "log", "store", "user"});
        read_section(section(root, "server"), "server", server_options(), s.server);
        for_each(root, "listener", "", [&](const toml::table& table, const std::string& key) {
            read_section(table, key, listener_options(), s.listeners.emplace_back());
        });
        read_section(section(root, "tls"), "tls", tls_options(), s.tls);
        for_each(root, "certificate", "", [&](const toml::table& table, const std::string& key) {
            read_section(table, key, certificate_options(), s.certificates.emplace_back());
        });
        read_section(section(root, "log"), "log", log_options(), s.log);
        for_each(root, "store", "", [&](const toml::table& table, const std::string& key) {
            s.stores.push_back(read_store(table, key));
        });
        for_each(root, "user", "", [&](const toml::table& table, const std::string& key) {
            s.users.push_back(read_user(table, key));
        });
        make_absolute(s.state_directory);
        make_absolute(s.log.file);
        make_absolute(s.tls.client_ca_file);
        make_absolute(s.tls.client_crl_file);
        for (auto& certificate : s.certificates) {
            make_absolute(certificate.chain_file);
            make_absolute(certificate.key_file);
        }
        for (auto& store : s.stores) {
            make_absolute(store.path);
            make_absolute(store.remote.ca_file);
            make_absolute(store.remote.ca_folder);
            make_absolute(store.remote.credentials_file);
            make_absolute(store.remote.authorization_file);
            make_absolute(store.remote.web_identity_token_file);
            store.remote.hidden_variables = secret_variables_;
        }
        settle_rename_keeps(s);
        check_consistency(s, problems_);
        return {std::move(s), problems_.take()};
    }

private:
    // What a store may say besides depends on its type.
    store_settings read_store(const toml::table& table, const std::string& key) {
        store_source store;
        const auto type = table["type"].value<std::string>();
        const bool local = !type || *type == "local";
        if (!local && *type != "s3" && *type != "oss") { // nothing else can be said of it
            read_options(table, key, store_options(), store);
            return store;
        }
        const auto& options = local ? local_store_options() : object_store_options();
        read_options(table, key, store_options(), store);
        read_options(table, key, options, store);
        check_keys(table, key, keys_of(store_options()), keys_of(options));
        store_settings done = store;
        if (local)
            return done;
        find_secret(table, key, store);
        complete_store(store, key, problems_);
        done.remote = store;
        return done;
    }

    void find_secret(const toml::table& table, const std::string& key, store_source& store) {
        const int given = table.contains("access_key_secret") +
                          table.contains("access_key_secret_env") +
                          table.contains("access_key_secret_file");
        const bool needed = uses_keys(store);
        if (given != (needed ? 1 : 0))
            problems_.add(key + ".access_key_secret",
                          needed ? std::string(given == 0 ? "is missing" : "is given twice") +
                                       "; expects exactly one of access_key_secret, "
                                       "access_key_secret_env and access_key_secret_file"
                                 : "is not used unless credentials = \"keys\"");
        else if (const auto* const text = table["access_key_secret"].as_string();
                 text && text->get().empty())
            problems_.add(key + ".access_key_secret", "is empty");
        take_variable(key + ".access_key_secret_env", store.access_key_secret_env,
                      store.access_key_secret);
        if (!store.access_key_secret_file.empty()) {
            make_absolute(store.access_key_secret_file);
            take_secret(key + ".access_key_secret_file",
                        read_secret_file(store.access_key_secret_file), store.access_key_secret);
        }
    }

    user_settings read_user(const toml::table& table, const std::string& key) {
        user_source user;
        read_section(table, key, user_options(), user, {"mount"});
        for_each(table, "mount", key, [&](const toml::table& mount, const std::string& mount_key) {
            read_section(mount, mount_key, mount_options(), user.mounts.emplace_back());
        });
        find_hash(table, key, user);
        return user;
    }

    void find_hash(const toml::table& table, const std::string& key, user_source& user) {
        const int given = table.contains("password_hash") + table.contains("password_hash_env") +
                          table.contains("password_hash_file");
        if (given != 1) {
            user.password_hash.clear();
            problems_.add(key + ".password_hash",
                          std::string(given == 0 ? "is missing" : "is given more than once") +
                              "; expects exactly one of password_hash, password_hash_env and "
                              "password_hash_file");
            return;
        }
        take_variable(key + ".password_hash_env", user.password_hash_env, user.password_hash);
        if (!user.password_hash_file.empty()) {
            make_absolute(user.password_hash_file);
            take_secret(key + ".password_hash_file", read_secret_file(user.password_hash_file),
                        user.password_hash);
        }
    }

    void take_variable(const std::string& key, const std::string& name, std::string& target) {
        if (name.empty())
            return;
        secret_variables_.push_back(name);
        take_secret(key, read_secret_variable(name), target);
    }

    void take_secret(const std::string& key, secret found, std::string& target) {
        if (found.problem.empty())
            target = std::move(found.value);
        else
            problems_.add(key, std::move(found.problem));
    }

    template <class Section>
    void read_section(const toml::table& table, const std::string& path,
                      const std::vector<option<Section>>& options, Section& target,
                      const std::vector<std::string_view>& subsections = {}) {
        read_options(table, path, options, target);
        check_keys(table, path, keys_of(options), subsections);
    }

    template <class Section>
    void read_options(const toml::table& table, const std::string& path,
                      const std::vector<option<Section>>& options, Section& target) {
        for (const auto& o : options)
            read_option(table, join(path, o.key), o, target);
    }

    void check_keys(const toml::table& table, const std::string& path,
                    std::vector<std::string_view> valid,
                    const std::vector<std::string_view>& more) {
        valid.insert(valid.end(), more.begin(), more.end());
        for (const auto& [key, node] : table)
            if (std::find(valid.begin(), valid.end(), key.str()) == valid.end())
                problems_.add(join(path, key.str()), begin_of(key.source()),
                              unknown_key(key.str(), valid));
    }

    template <class Section>
    void read_option(const toml::table& table, const std::string& path, const option<Section>& o,
                     Section& target) {
        const auto* const node = table.get(o.key);
        if (!node) {
            if (o.required)
                problems_.add(path, "is missing; expects " + o.expects);
            else if (o.fallback)
                o.set(target, *o.fallback);
            return;
        }
        problems_.place(path, begin_of(node->source()));
        const auto given = value_of(*node);
        const auto wrong = given ? o.set(target, *given) : unexpected;
        if (wrong == unexpected)
            problems_.add(path, "expects " + o.expects + ", not " + told(o, *node, given));
        else if (!wrong.empty())
            problems_.add(path, wrong);
    }

    // SECURITY: what was given, as far as it may be repeated.
    template <class Section>
    static std::string told(const option<Section>& o, const toml::node& node,
                            const std::optional<value>& given) {
        if (given && !o.secret)
            return shown(*given);
        return node.is_string() ? "what stands there" : kind_of(node);
    }

    // A section that may be left out: [server].
    const toml::table& section(const toml::table& root, const std::string& name) {
        static const toml::table nothing;
        const auto* const node = root.get(name);
        if (!node)
            return nothing;
        problems_.place(name, begin_of(node->source()));
        if (const auto* const table = node->as_table())
            return *table;
        problems_.add(name, "expects a section [" + name + "], not " + kind_of(*node));
        return nothing;
    }

    // Sections that may be repeated: [[store]].
    template <class Action>
    void for_each(const toml::table& parent, const std::string& name, const std::string& path,
                  const Action& action) {
        const auto* const node = parent.get(name);
        if (!node)
            return;
        const auto key = join(path, name);
        problems_.place(key, begin_of(node->source()));
        const auto* const array = node->as_array();
        const auto wanted = path.empty() ? name : path.substr(0, path.find('[')) + "." + name;
        if (!array || !array->is_homogeneous(toml::node_type::table)) {
            problems_.add(key, "expects sections [[" + wanted + "]], in double brackets, not " +
                                   kind_of(*node));
            return;
        }
        int number = 0;
        for (const auto& item : *array) {
            const auto numbered = key + "[" + std::to_string(++number) + "]";
            problems_.place(numbered, begin_of(item.source()));
            action(*item.as_table(), numbered);
        }
    }

    static std::string join(const std::string& path, std::string_view key) {
        return path.empty() ? std::string(key) : path + "." + std::string(key);
    }

    void make_absolute(std::string& path) const {
        if (path.empty())
            return;
        namespace fs = std::filesystem;
        path = fs::absolute(fs::path(folder_) / path).lexically_normal().string();
        if (path.size() > 1 && path.ends_with('/'))
            path.pop_back();
    }

    problem_list problems_;
    std::string folder_;
    std::vector<std::string> secret_variables_;
};

} // namespace

load_result load_text(std::string_view text, const std::string& name, const std::string& folder) {
    toml::table root;
    try {
        root = toml::parse(text, name);
    } catch (const toml::parse_error& error) {
        problem_list problems(name);
        problems.add("", begin_of(error.source()), std::string(error.description()));
        return {{}, problems.take()};
    }
    return reader(name, folder).read(root);
}

load_result load_file(const std::string& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    // An empty file leaves `text` in a failed state, though nothing is wrong.
    if (file && file.peek() != std::ifstream::traits_type::eof())
        text << file.rdbuf();
    if (!file.is_open() || file.bad() || text.bad() || errno == EISDIR) {
        problem_list problems(path);
        problems.add("", "cannot be read: " + std::system_category().message(errno));
        return {{}, problems.take()};
    }
    return load_text(text.str(), path, std::filesystem::path(path).parent_path().string());
}

} // namespace objftpd::config
