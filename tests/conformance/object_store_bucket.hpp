#pragma once

#include "storage/object_store.hpp"
#include "storage/oss/oss_dialect.hpp"
#include "storage/rest/bucket_client.hpp"
#include "storage/rest/http_transport.hpp"
#include "storage/s3/s3_dialect.hpp"
#include "tests/conformance/adapters_under_test.hpp"
#include "tests/support/store_settings.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <random>

namespace objftpd::tests {

/// The stores over HTTP that the suite runs on.
std::vector<config::store_settings> object_stores_under_test();

/// A new bucket of such a store.
class object_store_bucket final : public bucket_under_test {
public:
    object_store_bucket(event_loop& loop, const config::store_settings& settings)
        : loop_(loop), name_(unused_name()),
          client_(name_, transport(settings), dialect(settings)) {
        loop_.leave_background();
        storage::rest::call create(storage::rest::operation::put_object, "PUT");
        if (settings.remote.native_rename)
            create.headers.emplace_back("x-oss-hns-status", "enabled");
        const auto made = loop_.run(transport(settings)->send(create));
        if (made.failed)
            throw std::runtime_error("cannot make a bucket: " + made.failed.message() + " " +
                                     made.vendor.code);
        storage::object_store store(settings, memory_, pool_);
        adapter_ = store.open_bucket(name_);
    }

    const std::string& name() const { return name_; }
    std::shared_ptr<storage::adapter> adapter() override { return adapter_; }
    storage::memory_budget& memory() { return *memory_; }

    std::size_t leftovers() override {
        // Uploads are removed in the background, while the store is asked for them.
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        std::size_t left = 0;
        do
            left = value_of(loop_.run(client_.list_uploads({}, {}, {}, {}))).uploads.size();
        while (left > 0 && std::chrono::steady_clock::now() < give_up);
        return left;
    }

private:
    static std::string unused_name() {
        static std::random_device source;
        static std::atomic<unsigned> number{0};
        return "test-" + std::to_string(source()) + '-' + std::to_string(++number);
    }

    static std::shared_ptr<const storage::rest::dialect>
    dialect(const config::store_settings& settings) {
        if (settings.type == config::store_type::s3)
            return std::make_shared<storage::s3::s3_dialect>();
        return std::make_shared<storage::oss::oss_dialect>(
            settings.remote.signature == config::oss_signature::v1 ? storage::oss::signature::v1
                                                                   : storage::oss::signature::v4);
    }

    std::shared_ptr<storage::rest::transport> transport(const config::store_settings& s) {
        if (!transport_) {
            storage::rest::target to;
            to.bucket = name_;
            to.where = s.remote.endpoint;
            to.region = s.remote.region;
            storage::http::credentials who;
            who.key_id = s.remote.access_key_id;
            who.secret = s.remote.access_key_secret;
            transport_ = std::make_shared<storage::rest::http_transport>(
                std::move(to), dialect(s), std::make_shared<storage::http::fixed_credentials>(who),
                std::make_shared<const storage::http::client_settings>());
        }
        return transport_;
    }

    event_loop& loop_;
    worker_pool pool_{1};
    const std::shared_ptr<storage::memory_budget> memory_ =
        std::make_shared<storage::memory_budget>(64 << 20);
    const std::string name_;
    std::shared_ptr<storage::rest::transport> transport_;
    storage::rest::bucket_client client_;
    std::shared_ptr<storage::adapter> adapter_;
};

} // namespace objftpd::tests
