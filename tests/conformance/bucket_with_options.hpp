#pragma once

#include "tests/conformance/adapter_test.hpp"
#include "tests/conformance/object_store_bucket.hpp"

#include <memory>
#include <optional>
#include <string>

namespace objftpd::tests {

/// A bucket over HTTP with options of its own. What other programs put there is put there as well.
class bucket_with_options : public bucket_speech {
public:
    template <class Set>
    void with(const config::store_settings& settings, Set set) {
        settings_ = settings;
        set(settings_.remote);
        bucket_.emplace(loop(), settings_);
        use(bucket_->adapter());
    }
    ~bucket_with_options() { use(nullptr); }

    void put_as(const std::string& key, const std::string& content_type) {
        storage::upload_request request(key, overwrite::allowed);
        request.content_type = content_type;
        const auto to = value_of(run(store().open_upload(std::move(request))));
        value_of(commit(*to));
    }

    /// Stores it as a mount would that says so.
    result<storage::put_result> put_with(const config::upload_attributes& own,
                                         const std::string& key, const std::string& content) {
        storage::object_store store(settings_, std::make_shared<storage::memory_budget>(8 << 20),
                                    pool_);
        const auto mount = store.open_bucket(bucket_->name(), own);
        storage::upload_request request(key, overwrite::allowed);
        return finish(run(mount->open_upload(std::move(request))), content);
    }

    result<std::vector<storage::named_value>> get(const std::string& key, storage::property which) {
        return run(store().property_of(key, which));
    }
    std::string metadata(const std::string& key, const std::string& name) {
        return find(value_of(get(key, storage::property::metadata)), name);
    }
    std::string header(const std::string& key, const std::string& name) {
        return find(value_of(get(key, storage::property::headers)), name);
    }

private:
    static std::string find(const std::vector<storage::named_value>& all, const std::string& name) {
        for (const auto& v : all)
            if (v.name == name)
                return v.value;
        return {};
    }

    worker_pool pool_{1};
    config::store_settings settings_;
    std::optional<object_store_bucket> bucket_;
};

} // namespace objftpd::tests
