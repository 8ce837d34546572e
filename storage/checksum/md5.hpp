#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>

struct evp_md_ctx_st;

namespace objftpd::storage {

using md5_digest = std::array<unsigned char, 16>;

/// MD5 over a stream of bytes, for Content-MD5 and ETags: it tells damage, not malice.
class md5 {
public:
    md5();
    ~md5();
    md5(md5&&) noexcept;
    md5& operator=(md5&&) noexcept;

    void update(const void* data, std::size_t length);

    /// Ends the computation; the object begins anew.
    md5_digest finish();

    static md5_digest of(std::string_view bytes);

private:
    evp_md_ctx_st* context_;
};

} // namespace objftpd::storage
