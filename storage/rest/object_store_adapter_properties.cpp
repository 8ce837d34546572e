#include "storage/error.hpp"
#include "storage/rest/object_properties.hpp"
#include "storage/rest/object_store_adapter.hpp"

namespace objftpd::storage::rest {

awaitable<result<std::vector<named_value>>> object_store_adapter::property_of(std::string key,
                                                                              property which) {
    if (names_directory(key))
        co_return error_code(errc::is_a_directory);
    co_return co_await rest::property_of(bucket_, std::move(key), which);
}

awaitable<result<>> object_store_adapter::set_modified(std::string key, timestamp modified) {
    if (!bucket_->settings.times_in_metadata || names_directory(key))
        co_return errc::unsupported;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(modified).time_since_epoch();
    std::vector<named_value> changes;
    changes.emplace_back(time_of_change_name, std::to_string(seconds.count()));
    co_return co_await rest::set_property(bucket_, std::move(key), property::metadata,
                                          std::move(changes));
}

awaitable<result<>> object_store_adapter::set_property(std::string key, property which,
                                                       std::vector<named_value> to) {
    if (names_directory(key))
        co_return errc::is_a_directory;
    if (which == property::link) {
        const copy_request place(std::string(), key, overwrite::refused);
        const auto is_free = co_await require_file_place(place);
        if (!is_free)
            co_return is_free.error();
    }
    co_return co_await rest::set_property(bucket_, std::move(key), which, std::move(to));
}

awaitable<result<signed_url>> object_store_adapter::sign_url(std::string key,
                                                             std::chrono::seconds lifetime) {
    if (!bucket_->signer)
        co_return error_code(errc::unsupported);
    co_return co_await bucket_->signer->sign_url(std::move(key), lifetime);
}

awaitable<result<archive_state>> object_store_adapter::restore(std::string key, unsigned days) {
    co_return co_await rest::restore(bucket_, std::move(key), days);
}

awaitable<result<std::vector<upload_in_parts>>>
object_store_adapter::uploads_in_parts(std::string key, std::size_t most, std::stop_token stop) {
    co_return co_await rest::uploads_in_parts(bucket_, std::move(key), most, std::move(stop));
}

awaitable<result<>> object_store_adapter::abort_upload(std::string key, std::string id) {
    if (id.empty()) // SECURITY: Ceph deletes the object
        co_return errc::not_found;
    upload_name which(std::move(key), std::move(id));
    const auto there = co_await bucket_->client.list_parts(which, std::string());
    if (!there) // whether it is one that abort_upload does not tell
        co_return there.error();
    co_return co_await bucket_->client.abort_upload(std::move(which), stage::beginning);
}

} // namespace objftpd::storage::rest
