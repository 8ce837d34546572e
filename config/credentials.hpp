#pragma once

#include "config/problems.hpp"
#include "config/schema.hpp"

#include <string>

namespace objftpd::config {

/// Whether `access_key_id` and its like are what signs requests, or what assumes the role.
bool uses_keys(const credential_settings& s);

/// Settles what a store's credentials leave to the environment, and checks that their source has
/// what it needs and nothing that it would not use. `key` is the store's place, "store[1]".
/// REQUIRES: endpoint and region are settled.
void complete_credentials(store_source& store, const std::string& key, problem_list& problems);

} // namespace objftpd::config
