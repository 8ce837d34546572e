#include "config/listener.hpp"
#include "config/names.hpp"
#include "config/password_hash.hpp"
#include "config/problems.hpp"
#include "config/text.hpp"
#include "config/units.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <system_error>

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

void check_authorities(const std::string& path, const std::string& key, problem_list& problems) {
    if (!path.empty() && ::access(path.c_str(), R_OK) != 0)
        problems.add(key, "cannot use " + toml_quote(path) + ": " +
                              std::system_category().message(errno));
}

// What nobody has written adapts itself: uploads send shorter parts where memory is short.
void check_memory(const settings& s, const object_store_settings& store, const std::string& key,
                  problem_list& problems) {
    const auto memory = s.server.upload_memory;
    if (memory == 0) // already complained of
        return;
    const auto than = " than server.upload_memory holds, " + format_size(memory);
    const bool sizes = problems.has(key + ".part_size");
    if ((sizes || problems.has(key + ".parallel_parts")) &&
        store.part_size * store.parallel_parts > memory)
        problems.add(key + (sizes ? ".part_size" : ".parallel_parts"),
                     std::to_string(store.parallel_parts) + " parts of " +
                         format_size(store.part_size) + " at the same time are more" + than);
    if (problems.has(key + ".largest_part") && store.largest_part > memory)
        problems.add(key + ".largest_part", "is more" + than);
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
        check_authorities(store.remote.ca_file, key + ".ca_file", problems);
        check_authorities(store.remote.ca_folder, key + ".ca_folder", problems);
        if (store.type != store_type::local)
            check_memory(s, store.remote, key, problems);
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

// Of a store over HTTP, which would refuse the first request only.
void check_bucket(const settings& s, std::size_t index, const mount_settings& mount,
                  const std::string& key, problem_list& problems) {
    const auto& store = s.stores[index];
    if (store.type == store_type::local && !mount.empty())
        problems.add(key,
                     "has attributes of uploads, which a store of type \"local\" does not keep");
    if (store.type == store_type::local || mount.bucket.empty())
        return;
    const auto dots = store.type == store_type::oss ? dots_in_name::refused : dots_in_name::allowed;
    if (const auto wrong = check_vendor_bucket_name(mount.bucket, dots); !wrong.empty())
        problems.add(key + ".bucket", wrong);
    const auto& where = store.remote.endpoint;
    if (where.style == addressing::virtual_hosted && where.host.starts_with(mount.bucket + '.'))
        problems.add(numbered("store", index) + ".endpoint",
                     "begins with the bucket " + toml_quote(mount.bucket) +
                         ", which stands in front of it anyway; leave it out");
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
        const auto named = std::ranges::find(stores, mount.store);
        if (named != stores.end())
            check_bucket(s, static_cast<std::size_t>(named - stores.begin()), mount, key, problems);
        if (mount.store.empty() || named != stores.end())
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
