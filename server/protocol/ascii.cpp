#include "server/protocol/ascii.hpp"

namespace objftpd::server {

void ascii_encoder::encode(std::string_view in, std::string& out) {
    if (in.empty())
        return;
    std::size_t copied = 0;
    for (auto lf = in.find('\n'); lf != std::string_view::npos; lf = in.find('\n', lf + 1)) {
        const bool after_cr = lf > 0 ? in[lf - 1] == '\r' : after_cr_;
        if (after_cr)
            continue;
        out.append(in.substr(copied, lf - copied));
        out += '\r';
        copied = lf;
    }
    out.append(in.substr(copied));
    after_cr_ = in.back() == '\r';
}

void ascii_decoder::decode(std::string_view in, std::string& out) {
    if (in.empty())
        return;
    if (held_cr_ && in.front() != '\n')
        out += '\r';
    held_cr_ = in.back() == '\r';
    if (held_cr_)
        in.remove_suffix(1);

    std::size_t copied = 0;
    for (auto cr = in.find('\r'); cr != std::string_view::npos; cr = in.find('\r', cr + 1)) {
        if (cr + 1 == in.size() || in[cr + 1] != '\n')
            continue;
        out.append(in.substr(copied, cr - copied));
        copied = cr + 1;
    }
    out.append(in.substr(copied));
}

void ascii_decoder::finish(std::string& out) {
    if (held_cr_)
        out += '\r';
    held_cr_ = false;
}

} // namespace objftpd::server
