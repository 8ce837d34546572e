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

/// Checks what must hold something and goes to the system as it is.
complaint check_path(std::string& text);

const std::vector<option<settings>>& top_options();
const std::vector<option<server_settings>>& server_options();
const std::vector<option<listener_settings>>& listener_options();
const std::vector<option<tls_settings>>& tls_options();
const std::vector<option<certificate_settings>>& certificate_options();
const std::vector<option<log_settings>>& log_options();
const std::vector<option<store_settings>>& store_options();
const std::vector<option<user_source>>& user_options();
const std::vector<option<mount_settings>>& mount_options();

} // namespace objftpd::config
