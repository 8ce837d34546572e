#include "storage/open_adapter.hpp"

#include "storage/error.hpp"
#include "storage/local/local_adapter.hpp"
#include "storage/local/local_store.hpp"

namespace objftpd::storage {

result<> adapter_registry::open(const config::store_settings& settings) {
    auto store = local::local_store::open(settings.path, settings.durability, disk_);
    if (!store)
        return store.error();
    stores_[settings.name] = std::move(*store);
    return {};
}

result<std::shared_ptr<adapter>> adapter_registry::bucket(const std::string& store,
                                                          const std::string& bucket) {
    auto& known = adapters_[{store, bucket}];
    if (!known) {
        const auto& opened = stores_.at(store);
        auto directory = opened->open_bucket(bucket);
        if (!directory)
            return directory.error();
        known = std::make_shared<local::local_adapter>(opened, std::move(*directory));
    }
    return known;
}

} // namespace objftpd::storage
