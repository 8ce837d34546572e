#include "tests/oss_server/blobs.hpp"

#include "storage/checksum/crc64.hpp"
#include "tests/oss_server/text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace objftpd::oss_server {
namespace {

// Two letters of it are a folder, so that no folder gets too long.
std::string path_of(const std::string& name) {
    return name.substr(0, 2) + '/' + name;
}

awaitable<void> remove_file(std::shared_ptr<storage::adapter> adapter, std::string path) {
    // What cannot be removed is swept at the next start.
    co_await adapter->remove(std::move(path));
}

} // namespace

blob::~blob() {
    owner_.remove(std::move(name_));
}

awaitable<result<>> blob_writer::write(std::span<const char> bytes) {
    md5_.update(bytes.data(), bytes.size());
    crc64_ = storage::crc64(crc64_, bytes.data(), bytes.size());
    size_ += bytes.size();
    co_return co_await upload_->write(bytes);
}

const std::string& blob_writer::digest(std::span<const char> last) {
    if (digest_.empty()) {
        md5_.update(last.data(), last.size());
        digest_ = md5_.finish();
    }
    return digest_;
}

awaitable<result<written>> blob_writer::commit(std::span<const char> last) {
    digest(last);
    crc64_ = storage::crc64(crc64_, last.data(), last.size());
    size_ += last.size();
    const auto stored = co_await upload_->commit(last);
    if (!stored)
        co_return stored.error();
    co_return written(piece(target_, stored->size), digest_, crc64_);
}

awaitable<result<std::unique_ptr<blob_writer>>> blob_store::create() {
    auto name = unique_name();
    storage::upload_request request(path_of(name), storage::overwrite::refused);
    auto upload = co_await adapter_->open_upload(std::move(request));
    if (!upload)
        co_return upload.error();
    auto target = std::make_shared<blob>(*this, std::move(name));
    co_return std::make_unique<blob_writer>(std::move(target), std::move(*upload));
}

awaitable<result<std::unique_ptr<storage::body>>> blob_store::read(const piece& p,
                                                                   std::uint64_t offset) {
    co_return co_await adapter_->read(path_of(p.data->name()), offset, std::stop_token());
}

std::shared_ptr<const blob> blob_store::adopt(std::string name) {
    return std::make_shared<blob>(*this, std::move(name));
}

awaitable<result<>> blob_store::sweep(const std::set<std::string>& known) {
    std::vector<std::string> unknown;
    std::string token;
    do {
        storage::list_request request("", token, 1000);
        request.recursive = true;
        request.names_only = true;
        const auto page = co_await adapter_->list(std::move(request));
        if (!page)
            co_return page.error();
        for (const auto& entry : page->entries) {
            const auto name = entry.key.substr(entry.key.rfind('/') + 1);
            if (!entry.directory && !known.contains(name))
                unknown.push_back(entry.key);
        }
        token = page->next;
    } while (!token.empty());
    for (const auto& path : unknown) {
        const auto removed = co_await adapter_->remove(path);
        if (!removed)
            co_return removed.error();
    }
    co_return result<>();
}

void blob_store::remove(std::string name) {
    if (!closed_)
        asio::co_spawn(executor_, remove_file(adapter_, path_of(name)), asio::detached);
}

content_reader::content_reader(blob_store& store, std::vector<piece> pieces, std::uint64_t offset,
                               std::uint64_t length)
    : store_(store), pieces_(std::move(pieces)), offset_(offset), remaining_(length) {
    while (next_ < pieces_.size() && offset_ >= pieces_[next_].size) {
        offset_ -= pieces_[next_].size;
        ++next_;
    }
}

awaitable<result<std::size_t>> content_reader::read_some(std::span<char> buffer) {
    if (remaining_ == 0)
        co_return std::size_t{0};
    if (!body_) {
        auto opened = co_await store_.read(pieces_[next_], offset_);
        if (!opened)
            co_return opened.error();
        body_ = std::move(*opened);
    }
    const auto here = pieces_[next_].size - offset_;
    const auto most = std::min({std::uint64_t{buffer.size()}, here, remaining_});
    const auto n = co_await body_->read_some(buffer.first(static_cast<std::size_t>(most)));
    if (!n)
        co_return n.error();
    if (*n == 0)
        co_return error_code(asio::error::eof); // the file is shorter than its record says
    offset_ += *n;
    remaining_ -= *n;
    if (offset_ == pieces_[next_].size) {
        body_.reset();
        offset_ = 0;
        do
            ++next_;
        while (next_ < pieces_.size() && pieces_[next_].size == 0);
    }
    co_return *n;
}

} // namespace objftpd::oss_server
