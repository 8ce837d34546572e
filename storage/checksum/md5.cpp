#include "storage/checksum/md5.hpp"

#include <openssl/evp.h>

#include <new>
#include <utility>

namespace objftpd::storage {

md5::md5() : context_(::EVP_MD_CTX_new()) {
    if (context_ == nullptr)
        throw std::bad_alloc();
    ::EVP_DigestInit_ex(context_, ::EVP_md5(), nullptr);
}

md5::~md5() {
    ::EVP_MD_CTX_free(context_);
}

md5::md5(md5&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}

md5& md5::operator=(md5&& other) noexcept {
    std::swap(context_, other.context_);
    return *this;
}

void md5::update(const void* data, std::size_t length) {
    ::EVP_DigestUpdate(context_, data, length);
}

md5_digest md5::finish() {
    md5_digest digest;
    unsigned length = 0;
    ::EVP_DigestFinal_ex(context_, digest.data(), &length);
    ::EVP_DigestInit_ex(context_, ::EVP_md5(), nullptr);
    return digest;
}

md5_digest md5::of(std::string_view bytes) {
    md5 sum;
    sum.update(bytes.data(), bytes.size());
    return sum.finish();
}

} // namespace objftpd::storage
