#pragma once

#include "storage/adapter.hpp"
#include "storage/local/descriptor.hpp"
#include "storage/local/local_store.hpp"

namespace objftpd::storage::local {

/// A download from a file. Published files never change, they are only replaced, so what was
/// opened stays one version to its end.
class file_body final : public body {
public:
    /// `file` is open for reading; `info.size` is its size. REQUIRES: offset <= info.size.
    file_body(std::shared_ptr<local_store> store, descriptor file, object_info info,
              std::uint64_t offset)
        : store_(std::move(store)), file_(std::move(file)), info_(std::move(info)),
          offset_(offset) {}
    ~file_body() override;

    const object_info& info() const override { return info_; }
    std::uint64_t remaining() const override { return info_.size - offset_; }
    awaitable<result<std::size_t>> read_some(std::span<char> buffer) override;
    bool can_send() const override { return true; }
    awaitable<result<std::size_t>> send_to(direct_socket& socket) override;

private:
    result<std::size_t> send_file(int socket);
    result<std::size_t> send_copy(direct_socket& socket);

    std::shared_ptr<local_store> store_;
    descriptor file_;
    object_info info_;
    std::uint64_t offset_;
};

} // namespace objftpd::storage::local
