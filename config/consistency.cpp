#include "config/listener.hpp"
#include "config/password_hash.hpp"
#include "config/problems.hpp"
#include "config/text.hpp"

#include <algorithm>
#include <set>

namespace objftpd::config {
namespace {

std::string numbered(const char* section, std::size_t index) {
    return std::string(section) + "[" + std::to_string(index + 1) + "]";
}

void check_listeners(const settings& s, problem_list& problems) {
    if (s.listeners.empty())
        problems.add("listener", "there is no [[listener]]: nobody could connect");
    std::set<std::string> addresses;
    for (std::size_t i = 0; i < s.listeners.size(); ++i) {
        const auto& l = s.listeners[i];
        const auto key = numbered("listener", i);
        for (const auto& address : l.addresses) {
            const auto place = address.host + " " + std::to_string(address.port);
            if (address.port != 0 && !addresses.insert(place).second)
                problems.add(key + ".addresses", toml_quote(to_string(address)) +
                                                     ": the address and port are listed twice");
        }
        if (l.client_certificate != client_certificate::off && s.tls.client_ca_file.empty())
            problems.add(key + ".client_certificate",
                         "needs tls.client_ca_file: who signs the certificates");
    }
    if (!s.tls.client_crl_file.empty() && s.tls.client_ca_file.empty())
        problems.add("tls.client_crl_file", "needs tls.client_ca_file: whose certificates");
}

void check_stores(const settings& s, problem_list& problems) {
    if (s.stores.empty())
        problems.add("store", "there is no [[store]]: files would have nowhere to go");
    std::set<std::string> names;
    std::set<std::string> folders;
    for (std::size_t i = 0; i < s.stores.size(); ++i) {
        const auto& store = s.stores[i];
        const auto key = numbered("store", i);
        if (!store.name.empty() && !names.insert(store.name).second)
            problems.add(key + ".name", "there is already a store " + toml_quote(store.name));
        if (!store.path.empty() && !folders.insert(store.path).second)
            problems.add(key + ".path", "another store has the same folder");
        if (!store.path.empty() && store.path == s.state_directory)
            problems.add(key + ".path", "state lies in the same folder; users could reach it");
    }
}

bool is_within(const std::string& path, const std::string& folder) {
    return !path.empty() && (path + "/").starts_with(folder + "/");
}

// What lies in a bucket's folder can be read and deleted over FTP.
void check_bucket_folders(const settings& s, problem_list& problems) {
    std::set<std::string> buckets;
    for (const auto& user : s.users)
        for (const auto& mount : user.mounts)
            for (const auto& store : s.stores)
                if (store.name == mount.store && !store.path.empty() && !mount.bucket.empty())
                    buckets.insert(store.path + "/" + mount.bucket);
    for (const auto& bucket : buckets) {
        if (is_within(s.state_directory, bucket))
            problems.add("state",
                         "lies in the bucket " + toml_quote(bucket) + "; users could reach it");
        for (std::size_t i = 0; i < s.stores.size(); ++i)
            if (is_within(s.stores[i].path, bucket))
                problems.add(numbered("store", i) + ".path",
                             "lies in the bucket " + toml_quote(bucket) +
                                 " of another store; users could reach its private files");
    }
}

void check_mounts(const settings& s, const user_settings& user, const std::string& user_key,
                  problem_list& problems) {
    if (user.mounts.empty())
        problems.add(user_key + ".mount",
                     "there is no [[user.mount]]: the user would see an empty tree");
    std::vector<std::string_view> stores;
    for (const auto& store : s.stores)
        stores.push_back(store.name);
    std::set<std::string> paths;
    for (std::size_t i = 0; i < user.mounts.size(); ++i) {
        const auto& mount = user.mounts[i];
        const auto key = user_key + "." + numbered("mount", i);
        if (!mount.path.empty() && !paths.insert(mount.path).second)
            problems.add(key + ".path",
                         "the user has already a mount at " + toml_quote(mount.path));
        if (mount.store.empty() || std::ranges::find(stores, mount.store) != stores.end())
            continue;
        const auto meant = nearest(mount.store, stores);
        problems.add(
            key + ".store",
            "there is no store " + toml_quote(mount.store) +
                (meant.empty() ? std::string() : "; did you mean " + toml_quote(meant) + "?"));
    }
}

void check_users(const settings& s, problem_list& problems) {
    if (s.users.empty())
        problems.add("user", "there is no [[user]]: nobody could log in");
    std::set<std::string> names;
    for (std::size_t i = 0; i < s.users.size(); ++i) {
        const auto& user = s.users[i];
        const auto key = numbered("user", i);
        if (!user.name.empty() && !names.insert(user.name).second)
            problems.add(key + ".name", "there is already a user " + toml_quote(user.name));
        // SECURITY: what stands there may be a password in clear, so it is not repeated.
        if (!user.password_hash.empty() && !cost_of(user.password_hash))
            problems.add(key + ".password_hash",
                         "is not an argon2id hash; make one with \"objftpd passwd\"");
        check_mounts(s, user, key, problems);
        if (user.certificate_login != certificate_login::off &&
            std::ranges::all_of(s.listeners, [](const listener_settings& l) {
                return l.client_certificate == client_certificate::off;
            }))
            problems.add(key + ".certificate_login",
                         "no listener asks for certificates; set its client_certificate");
    }
}

} // namespace

void check_consistency(const settings& s, problem_list& problems) {
    check_listeners(s, problems);
    check_stores(s, problems);
    check_bucket_folders(s, problems);
    check_users(s, problems);
}

} // namespace objftpd::config
