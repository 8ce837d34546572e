#pragma once

#include "tls_link.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

/// An FTP client that costs as little as it can, so that what is measured is the server.
/// It blocks, speaks IPv4 to a numeric address, opens data connections with EPSV only,
/// and throws away what it downloads. Under explicit TLS it decrypts a session's first download
/// whole, and of later ones no more than their beginning. Not thread-safe: one client, one thread
/// at a time.
namespace load {

/// The server's answer, or the network, was not what the measurement needs.
/// `code` is the reply's, 0 if there was none (the session is then of no more use).
class ftp_error : public std::runtime_error {
public:
    ftp_error(int code, const std::string& text) : std::runtime_error(text), code_(code) {}
    int code() const { return code_; }

private:
    int code_;
};

/// Owns a file descriptor.
class descriptor {
public:
    explicit descriptor(int fd = -1) : fd_(fd) {}
    descriptor(descriptor&& other) noexcept : fd_(other.release()) {}
    descriptor& operator=(descriptor&& other) noexcept;
    ~descriptor() { reset(); }

    int get() const { return fd_; }
    int release();
    void reset();

private:
    int fd_;
};

enum class encryption {
    none,
    tls,        // explicit, of the control connection and of data connections
    tls_resumed // and a data connection that does not resume the session is an error
};

struct target {
    std::string host = "127.0.0.1";
    std::uint16_t port = 21;
    std::string user;
    std::string password;
    encryption protect = encryption::none;
};

/// What one transfer or listing took, in seconds from the moment its command was sent.
struct transfer {
    std::uint64_t bytes = 0;
    std::uint64_t lines = 0; // listings only
    double first_byte = 0;   // 0 for uploads and for empty data
    double total = 0;        // until the final reply
};

class ftp_client {
public:
    /// Connects, reads the greeting and, where asked for, starts TLS.
    explicit ftp_client(const target& server);
    ftp_client(ftp_client&&) = delete;

    void login();

    /// TYPE I, and what protects data connections. The transfers of a session need it once.
    void prepare_transfers();

    /// Sends QUIT, waits for its reply and closes.
    void quit();

    transfer retrieve(const std::string& path);

    /// Sends `block` again and again until `size` bytes are sent.
    transfer store(const std::string& path, std::uint64_t size, std::string_view block);

    /// `verb` is LIST or MLSD.
    transfer list(const std::string& verb, const std::string& path);

private:
    enum class sink { discard, count_lines };

    void start_tls();
    descriptor open_data();
    std::optional<tls_link> secure(const descriptor& data);
    void send_command(const std::string& line);
    void expect(int first_digit, const char* what);
    int read_reply();
    std::string_view read_line();
    std::size_t receive_control(std::span<char> buffer);
    transfer receive(const std::string& command, sink kind);

    const target& server_;
    descriptor control_;
    resumable_session session_;
    std::optional<tls_link> tls_;
    bool decrypted_once_ = false; // a download, whole
    std::string input_;           // received on the control connection
    std::size_t used_ = 0;
    std::string reply_; // last line of the last reply
};

} // namespace load
