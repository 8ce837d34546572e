// What the paths that a session's client sends mean.
#include "server/session.hpp"

#include "server/protocol/charset.hpp"
#include "storage/error.hpp"

namespace objftpd::server {

config::charset session::charset() const {
    return account && !utf8_requested ? account->charset : config::charset::utf8;
}

result<storage::virtual_path> session::resolve(std::string_view argument) const {
    if (charset() == config::charset::utf8)
        return storage::virtual_path::resolve(directory, argument);
    const auto decoded = decode_name(argument, charset());
    if (!decoded)
        return storage::errc::invalid_path;
    return storage::virtual_path::resolve(directory, *decoded);
}

awaitable<result<session::named_entry>> session::find(std::string argument,
                                                      storage::expected kind) const {
    auto path = resolve(argument);
    if (!path)
        co_return path.error();
    const auto entry = co_await files->stat(*path, kind);
    if (!entry)
        co_return entry.error();
    named_entry f;
    f.path = std::move(*path);
    f.entry = *entry;
    co_return f;
}

void session::tell(const storage::virtual_path& path, const storage::entry& e) {
    if (!e.unfinished) {
        forget_told(path);
        return;
    }
    told_here.tell(account->name, path.text(), e.size);
    shared.told.tell(account->name, path.text(), e.size);
}

std::optional<std::uint64_t> session::told(const storage::virtual_path& path) const {
    const auto here = told_here.find(account->name, path.text());
    return here ? here : shared.told.find(account->name, path.text());
}

void session::forget_told(const storage::virtual_path& path) {
    told_here.forget(account->name, path.text());
    shared.told.forget(account->name, path.text());
}

std::string session::to_client(std::string_view utf8) const {
    if (charset() == config::charset::utf8)
        return std::string(utf8);
    return encode_name(utf8, charset()).value_or("?");
}

} // namespace objftpd::server
