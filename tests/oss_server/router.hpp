#pragma once

#include "tests/oss_server/service.hpp"

namespace objftpd::oss_server {

/// Finds out who asks for what, whether he may, and has it done.
awaitable<reply> answer_request(service& s, call& c);

} // namespace objftpd::oss_server
