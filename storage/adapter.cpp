#include "storage/adapter.hpp"

#include "storage/error.hpp"

namespace objftpd::storage {

awaitable<result<std::size_t>> body::send_to(direct_socket&) {
    co_return error_code(errc::unsupported);
}

awaitable<result<std::size_t>> upload::receive_from(direct_socket&) {
    co_return error_code(errc::unsupported);
}

// Of stores that keep nothing of what breaks off.
awaitable<result<std::vector<object_info>>> adapter::unfinished(std::string, std::string) {
    co_return std::vector<object_info>();
}

awaitable<result<>> adapter::remove_unfinished(std::string, std::string) {
    co_return errc::not_found;
}

awaitable<result<std::size_t>> adapter::clean_up(clean_up_request) {
    co_return std::size_t{0};
}

} // namespace objftpd::storage
