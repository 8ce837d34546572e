#pragma once

namespace objftpd::server {

/// Has the system probe a connection on which nothing moves: a client that has vanished is noticed
/// after two minutes, and what stands in between and forgets silent connections, NAT above all,
/// sees bytes before it does. Without it the system begins after two hours.
void keep_alive(int socket);

} // namespace objftpd::server
