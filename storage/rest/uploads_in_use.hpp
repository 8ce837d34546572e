#pragma once

#include "storage/adapter.hpp"

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace objftpd::storage::rest {

class upload_parts;

/// The uploads of a bucket that sessions of this process have in hand, by their ids: they look like
/// unfinished ones to whoever lists those. Thread-safe.
class uploads_in_use {
public:
    void add(const std::string& id, std::weak_ptr<upload_parts> parts);
    /// No longer; nothing happens if somebody else has it by now.
    void remove(const std::string& id, const upload_parts* parts);

    bool has(const std::string& id) const;

    /// When somebody here has had it for the last time. Of those that nobody has any longer the
    /// latest are known.
    std::optional<timestamp> let_go(const std::string& id) const;

    /// Ends the one who has it, whose client must be gone, and leaves the upload in the store.
    void take_over(const std::string& id);

private:
    struct use {
        std::weak_ptr<upload_parts> parts;
        const upload_parts* whose;
    };

    mutable std::mutex mutex_;
    std::map<std::string, use> by_id_;
    std::deque<std::pair<std::string, timestamp>> let_go_; // by ids, the latest last
};

} // namespace objftpd::storage::rest
