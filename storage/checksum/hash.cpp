#include "storage/checksum/hash.hpp"

#include "storage/checksum/crc.hpp"
#include "storage/http/encoding.hpp"

#include <openssl/evp.h>

#include <array>

namespace objftpd::storage {
namespace {

const EVP_MD* digest_of(hash_algorithm algorithm) {
    switch (algorithm) {
    case hash_algorithm::md5:
        return EVP_md5();
    case hash_algorithm::sha1:
        return EVP_sha1();
    case hash_algorithm::sha256:
        return EVP_sha256();
    case hash_algorithm::sha512:
        return EVP_sha512();
    case hash_algorithm::crc32:
        break;
    }
    return nullptr;
}

} // namespace

struct hash::state {
    EVP_MD_CTX* context = nullptr; // null for CRC-32
    std::uint64_t crc = 0;
    ~state() { EVP_MD_CTX_free(context); }
};

hash::hash(hash_algorithm algorithm) : state_(std::make_unique<state>()) {
    if (const auto* type = digest_of(algorithm)) {
        state_->context = EVP_MD_CTX_new();
        EVP_DigestInit_ex(state_->context, type, nullptr);
    }
}

hash::~hash() = default;
hash::hash(hash&&) noexcept = default;

void hash::update(const void* data, std::size_t length) {
    if (state_->context != nullptr)
        EVP_DigestUpdate(state_->context, data, length);
    else
        state_->crc = crc(crc_kind::crc32, state_->crc, data, length);
}

std::string hash::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned length = 0;
    if (state_->context != nullptr) {
        EVP_DigestFinal_ex(state_->context, out.data(), &length);
    } else {
        length = 4;
        for (unsigned i = 0; i < 4; ++i)
            out[i] = static_cast<unsigned char>(state_->crc >> (24 - 8 * i));
    }
    return http::to_hex({out.data(), length});
}

} // namespace objftpd::storage
