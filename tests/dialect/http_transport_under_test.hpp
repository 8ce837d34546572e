#pragma once

#include "storage/http/signing.hpp"
#include "storage/oss/oss_dialect.hpp"
#include "storage/rest/http_transport.hpp"
#include "storage/s3/s3_dialect.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/http_server.hpp"
#include "tests/support/results.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace objftpd::tests {

namespace http = storage::http;
namespace rest = storage::rest;
using storage::errc;

/// A Date header's value by a clock that goes `ahead` of ours.
inline std::string server_time(std::chrono::seconds ahead) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return http::http_date(now + ahead);
}

/// Gives out one key after the other: each refusal makes it take the next, if there is one.
class scripted_credentials final : public http::credentials_provider {
public:
    explicit scripted_credentials(const std::vector<std::string>& keys,
                                  const std::string& token = {}) {
        for (const auto& key : keys) {
            http::credentials who;
            who.key_id = key;
            who.secret = "secret";
            who.session_token = token;
            keys_.push_back(std::make_shared<const http::credentials>(who));
        }
    }

    awaitable<result<std::shared_ptr<const http::credentials>>> get(std::stop_token = {}) override {
        if (failed)
            co_return failed;
        co_return keys_.at(current_);
    }
    void refused(const http::credentials& which) override {
        ++refusals;
        if (which.key_id == keys_[current_]->key_id && current_ + 1 < keys_.size())
            ++current_;
    }

    int refusals = 0;
    error_code failed; // there are none

private:
    std::vector<std::shared_ptr<const http::credentials>> keys_;
    std::size_t current_ = 0;
};

/// The end of the layers with a scripted store, which it takes for a proxy: so every host is it.
class http_transport_test {
protected:
    http_transport_test() {
        to.store = "store";
        to.bucket = "bucket";
        to.where = *config::parse_endpoint("http://s3.eu-west-1.amazonaws.com");
        to.region = "eu-west-1";
        settings.proxy = "http://" + server.host();
    }

    void is_oss() {
        to.where = *config::parse_endpoint("http://oss-cn-hangzhou.aliyuncs.com");
        to.region = "cn-hangzhou";
        speech = std::make_shared<storage::oss::oss_dialect>(storage::oss::signature::v4);
    }

    rest::http_transport& transport() {
        if (!transport_)
            transport_ = std::make_shared<rest::http_transport>(
                to, speech, keys, std::make_shared<const http::client_settings>(settings));
        return *transport_;
    }

    static rest::call head_call() { return {rest::operation::head_object, "HEAD", "key"}; }
    static rest::call get_call() {
        rest::call c(rest::operation::get_object, "GET", "key");
        c.streamed = true;
        return c;
    }
    static rest::call put_call() { return {rest::operation::put_object, "PUT", "key"}; }

    rest::answer send(const rest::call& c) { return loop.run(transport().send(c)); }

    static std::string error(const std::string& code, const std::string& more = {}) {
        return "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code>" + more + "</Error>";
    }
    static std::string refusal(int status, const std::string& body,
                               const std::string& headers = {}) {
        return "HTTP/1.1 " + std::to_string(status) + " X\r\nx-amz-request-id: id\r\n" + headers +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }

    /// The first line of a request, which names its host.
    std::string line(std::size_t i) const {
        const auto head = server.requests().at(i).head;
        return head.substr(0, head.find("\r\n"));
    }
    std::string head(std::size_t i) const { return server.requests().at(i).head; }

    http_server server;
    event_loop loop;
    rest::target to;
    http::client_settings settings;
    std::shared_ptr<const rest::dialect> speech = std::make_shared<storage::s3::s3_dialect>();
    std::shared_ptr<scripted_credentials> keys =
        std::make_shared<scripted_credentials>(std::vector<std::string>{"key"});

private:
    std::shared_ptr<rest::http_transport> transport_;
};

} // namespace objftpd::tests
