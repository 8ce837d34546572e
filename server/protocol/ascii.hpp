#pragma once

#include <string>
#include <string_view>

namespace objftpd::server {

/// TYPE A towards the client: a LF not preceded by CR becomes CRLF, CRLF stays. Keeps its
/// state over buffer edges; one object for each transfer.
class ascii_encoder {
public:
    /// Appends the converted bytes.
    void encode(std::string_view in, std::string& out);

private:
    bool after_cr_ = false;
};

/// TYPE A from the client: CRLF becomes LF, a lone CR stays. A CR at a buffer's end is held
/// back until what follows is known.
class ascii_decoder {
public:
    void decode(std::string_view in, std::string& out);
    /// Appends a CR that is still held back at the end of the data.
    void finish(std::string& out);

private:
    bool held_cr_ = false;
};

} // namespace objftpd::server
