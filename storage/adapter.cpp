#include "storage/adapter.hpp"

#include "storage/error.hpp"

namespace objftpd::storage {

awaitable<result<std::size_t>> body::send_to(direct_socket&) {
    co_return error_code(errc::unsupported);
}

awaitable<result<std::size_t>> upload::receive_from(direct_socket&) {
    co_return error_code(errc::unsupported);
}

} // namespace objftpd::storage
