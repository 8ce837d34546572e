#include "storage/rest/content_check.hpp"

namespace objftpd::storage::rest {

content_check::content_check(const stored& told) {
    using enum crc_kind;
    for (const auto kind : {crc32c, crc32, crc64, crc64nvme}) {
        if (const auto sum = told.crcs.find(kind)) {
            wanted_crc_ = crc_sum{kind, *sum};
            return;
        }
    }
    if (told.hashes.empty())
        return;
    const auto& first = told.hashes.front();
    hash_.emplace(first.algorithm);
    wanted_hash_ = first.hex;
}

void content_check::add(std::span<const char> bytes) {
    if (wanted_crc_)
        crc_ = crc(wanted_crc_->kind, crc_, bytes.data(), bytes.size());
    if (hash_)
        hash_->update(bytes.data(), bytes.size());
}

bool content_check::holds() {
    if (wanted_crc_)
        return crc_ == wanted_crc_->value;
    return !hash_ || hash_->finish() == wanted_hash_;
}

} // namespace objftpd::storage::rest
