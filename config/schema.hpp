#pragma once

#include "config/option.hpp"
#include "config/settings.hpp"

#include <string>
#include <vector>

/// The one place that says what each option means, its unit, default and bounds.
namespace objftpd::config {

/// A [[user]] as it is read: its password hash may still lie elsewhere.
struct user_source : user_settings {
    std::string password_hash_env;
    std::string password_hash_file;
};

enum class address_style { automatic, virtual_hosted, path, bound_domain };

/// A [[store]] as it is read: the address's style may still be open, the secret lie elsewhere.
struct store_source : store_settings, object_store_settings {
    address_style style = address_style::automatic;
    std::string access_key_secret_env;
    std::string access_key_secret_file;
    std::string sts_endpoint; // empty: settled by the store's own
};

/// Checks what must hold something and goes to the system as it is.
complaint check_path(std::string& text);

/// Checks what is sent to others: it has no control characters.
complaint check_one_line(std::string& text);

const std::vector<option<settings>>& top_options();
const std::vector<option<server_settings>>& server_options();
const std::vector<option<listener_settings>>& listener_options();
const std::vector<option<tls_settings>>& tls_options();
const std::vector<option<certificate_settings>>& certificate_options();
const std::vector<option<log_settings>>& log_options();
const std::vector<option<store_source>>& store_options();
const std::vector<option<store_source>>& local_store_options();
const std::vector<option<store_source>>& object_store_options();
const std::vector<option<store_source>>& credential_options(); // part of the former
const std::vector<option<user_source>>& user_options();
const std::vector<option<mount_settings>>& mount_options();

} // namespace objftpd::config
