#include "storage/rest/unlisted_keys.hpp"

#include "config/log.hpp"

#include <functional>

namespace objftpd::storage::rest {
namespace {

// SECURITY: whoever may write to a bucket does not fill the log, nor the memory.
constexpr std::size_t most_told = 1000;

std::string_view text_of(unlisted_keys::reason why) {
    return why == unlisted_keys::reason::no_path
               ? "a key that no path can name is not listed"
               : "an object is not listed: a directory has its name";
}

} // namespace

bool unlisted_keys::is_new(const std::string& bucket, const std::string& key) {
    const auto name = std::hash<std::string>()(bucket + '/' + key);
    const std::lock_guard lock(mutex_);
    return told_.size() < most_told && told_.insert(name).second;
}

void unlisted_keys::add(const std::string& bucket, const std::string& key, reason why) {
    counted_[static_cast<std::size_t>(why)].fetch_add(1, std::memory_order_relaxed);
    if (is_new(bucket, key))
        config::log::info(text_of(why), {{"bucket", bucket}, {"key", key}});
}

std::uint64_t unlisted_keys::count(reason why) const {
    return counted_[static_cast<std::size_t>(why)].load(std::memory_order_relaxed);
}

} // namespace objftpd::storage::rest
