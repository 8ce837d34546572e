#pragma once

#include "storage/http/encoding.hpp"
#include "storage/http/request.hpp"
#include "storage/oss/signature_v1.hpp"
#include "storage/oss/signature_v4.hpp"
#include "tests/oss_server/server.hpp"
#include "tests/support/tcp_socket.hpp"
#include "tests/support/temporary_folder.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace objftpd::tests {

namespace http = storage::http;

/// What the server answered.
struct http_answer {
    unsigned status = 0;
    std::vector<http::header> headers; // names in lower case
    std::string body;

    std::string header(const std::string& name) const {
        for (const auto& h : headers)
            if (h.name == name)
                return h.value;
        return {};
    }

    /// The text of an element of the body; empty if there is none.
    std::string element(const std::string& name) const {
        const auto begin = body.find('<' + name + '>');
        if (begin == body.npos)
            return {};
        const auto from = begin + name.size() + 2;
        return body.substr(from, body.find("</" + name + '>', from) - from);
    }
    std::string code() const { return element("Code"); }
};

/// A server in a folder of its own with a bucket "bucket", and requests to it byte by byte.
class server_under_test {
public:
    server_under_test() {
        settings.data = folder.path().string();
        keys.key_id = "key";
        keys.secret = "secret";
        settings.accounts.emplace_back(keys);
        start();
        if (ask(signed_request("PUT", "bucket", "")).status != 200)
            throw std::runtime_error("cannot make a bucket");
    }

    void start() { server.emplace(settings, oss_server::request_log::memory::kept); }
    void restart() {
        server.reset();
        start();
    }

    tcp_socket connect() const {
        const auto host = server->host();
        const auto port = std::stoul(host.substr(host.rfind(':') + 1));
        return tcp_socket::connect(
            {asio::ip::address_v4::loopback(), static_cast<unsigned short>(port)});
    }

    http::request plain_request(const std::string& method, const std::string& bucket,
                                const std::string& key) const {
        http::request r;
        r.method = method;
        r.host = server->host();
        r.path = '/' + bucket + '/' + http::percent_encode_path(key);
        r.bucket = bucket;
        r.key = key;
        return r;
    }

    http::request signed_request(const std::string& method, const std::string& bucket,
                                 const std::string& key,
                                 const std::function<void(http::request&)>& change = {}) const {
        auto r = plain_request(method, bucket, key);
        if (change)
            change(r);
        sign(r);
        return r;
    }

    void sign(http::request& r) const { storage::oss::sign_v4(r, keys, scope(), now()); }

    static storage::oss::signing_scope scope() {
        storage::oss::signing_scope s;
        s.region = "cn-hangzhou";
        return s;
    }

    static std::chrono::sys_seconds now() {
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    }

    /// The head as it is sent, with the empty line. Nothing is added but Host.
    static std::string head_of(const http::request& r) {
        auto text = r.method + ' ' + r.target() + " HTTP/1.1\r\nHost: " + r.host + "\r\n";
        for (const auto& h : r.headers)
            text += h.name + ": " + h.value + "\r\n";
        return text + "\r\n";
    }

    /// One request with its body on a connection of its own.
    http_answer ask(http::request r, const std::string& body = {}) const {
        r.set("content-length", std::to_string(body.size()));
        auto connection = connect();
        connection.send(head_of(r) + body);
        return receive(connection, r.method);
    }

    /// Reads one answer.
    static http_answer receive(tcp_socket& connection, const std::string& method = "GET") {
        std::string bytes;
        return receive(connection, method, bytes);
    }

    /// Reads one answer, which may begin in `bytes`, where the beginning of the next is left.
    static http_answer receive(tcp_socket& connection, const std::string& method,
                               std::string& bytes) {
        while (bytes.find("\r\n\r\n") == bytes.npos)
            more(connection, bytes);
        http_answer a;
        const auto end = bytes.find("\r\n\r\n") + 4;
        auto lines = bytes.substr(0, end - 2);
        a.status = static_cast<unsigned>(std::stoul(lines.substr(9, 3)));
        for (auto at = lines.find("\r\n") + 2; at < lines.size();) {
            const auto line = lines.substr(at, lines.find("\r\n", at) - at);
            at += line.size() + 2;
            auto name = line.substr(0, line.find(':'));
            for (auto& c : name)
                c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            a.headers.emplace_back(name, line.substr(line.find(':') + 2));
        }
        bytes.erase(0, end);
        const auto length = a.header("content-length");
        if (method != "HEAD" && !length.empty()) {
            while (bytes.size() < std::stoul(length))
                more(connection, bytes);
            a.body = bytes.substr(0, std::stoul(length));
            bytes.erase(0, a.body.size());
        }
        return a;
    }

    /// How many files hold bytes of objects and parts.
    std::size_t blobs() const {
        std::size_t files = 0;
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(folder.path() / "blobs"))
            files += entry.is_regular_file();
        return files;
    }

    temporary_folder folder;
    oss_server::server_settings settings;
    http::credentials keys;
    std::optional<oss_server::server> server;

private:
    static void more(tcp_socket& connection, std::string& bytes) {
        const auto received = connection.receive();
        if (received.empty())
            throw std::runtime_error("the server has ended the connection");
        bytes += received;
    }
};

} // namespace objftpd::tests
