#pragma once

#include "config/problems.hpp"
#include "config/schema.hpp"

#include <string>

namespace objftpd::config {

/// Settles what a store of type "s3" or "oss" leaves open: the addresses' style, the region, and
/// where its credentials come from. `key` is its place, "store[1]".
void complete_store(store_source& store, const std::string& key, problem_list& problems);

} // namespace objftpd::config
