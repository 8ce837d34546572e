#pragma once

#include "storage/error.hpp"

#include <optional>
#include <string>

namespace objftpd::storage {

namespace rest {
enum class operation;
}

/// A store's refusal of one action to this server's account: errc::permission_denied that knows the
/// action, so that user and operator learn what is not allowed.
error_code refused_action(rest::operation which);

/// The vendor's name of the action that was refused, such as "PutObject".
std::optional<std::string> refused_action_of(const error_code& e);

/// Whether the store refuses us, whatever it says of the reason.
bool is_refusal(const error_code& e);

} // namespace objftpd::storage
