#include "storage/adapter.hpp"

#include "storage/error.hpp"

#include <boost/asio/error.hpp>

namespace objftpd::storage {
namespace {

// Begins after what it has removed: whatever is left in a directory keeps it from being removed.
awaitable<result<>> remove_all_in(adapter& store, const remove_tree_request& wanted,
                                  std::string directory) {
    constexpr std::size_t page_size = 100; // for each level of the tree
    list_request request(directory, std::string(), page_size);
    request.names_only = true;
    request.stop = wanted.stop;
    do {
        const auto page = co_await store.list(request);
        if (!page)
            co_return page.error();
        for (const auto& entry : page->entries) {
            if (wanted.stop.stop_requested())
                co_return error_code(asio::error::operation_aborted);
            const bool inner = entry.directory && !entry.link;
            result<> removed;
            if (inner)
                removed = co_await remove_all_in(store, wanted, entry.key);
            else
                removed = co_await store.remove(entry.key);
            if (!removed && removed.error() != errc::not_found)
                co_return removed;
            if (wanted.progress && !inner)
                ++wanted.progress->done;
        }
        request.token = page->next;
    } while (!request.token.empty());
    co_return co_await store.remove_directory(std::move(directory));
}

} // namespace

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

awaitable<result<std::vector<named_value>>> adapter::property_of(std::string, property) {
    co_return error_code(errc::unsupported);
}

awaitable<result<>> adapter::set_property(std::string, property, std::vector<named_value>) {
    co_return errc::unsupported;
}

awaitable<result<signed_url>> adapter::sign_url(std::string, std::chrono::seconds) {
    co_return errc::unsupported;
}

awaitable<result<archive_state>> adapter::restore(std::string, unsigned) {
    co_return errc::unsupported;
}

awaitable<result<std::vector<upload_in_parts>>> adapter::uploads_in_parts(std::string, std::size_t,
                                                                          std::stop_token) {
    co_return error_code(errc::unsupported);
}

awaitable<result<>> adapter::abort_upload(std::string, std::string) {
    co_return errc::unsupported;
}

awaitable<result<>> adapter::remove_tree(remove_tree_request request) {
    if (request.key.empty())
        co_return errc::permission_denied;
    const auto there = co_await stat(request.key, detail::basic);
    if (!there)
        co_return there.error();
    if (!there->directory)
        co_return errc::not_a_directory;
    co_return co_await remove_all_in(*this, request, request.key);
}

} // namespace objftpd::storage
