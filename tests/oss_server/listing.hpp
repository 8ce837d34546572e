#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

/// How keys become pages: the same for objects and for unfinished uploads.
namespace objftpd::oss_server {

/// The folder that a key shows as: up to and with the first delimiter behind the prefix. Nothing
/// if it shows as itself.
inline std::optional<std::string> folder_of(const std::string& key, const std::string& prefix,
                                            const std::string& delimiter) {
    if (delimiter.empty())
        return std::nullopt;
    const auto at = key.find(delimiter, prefix.size());
    if (at == key.npos)
        return std::nullopt;
    return key.substr(0, at + delimiter.size());
}

/// The first key behind all that begin with `prefix`; nothing if there can be none.
inline std::optional<std::string> behind(std::string prefix) {
    while (!prefix.empty()) {
        const auto last = static_cast<unsigned char>(prefix.back());
        if (last != 0xFF) {
            prefix.back() = static_cast<char>(last + 1);
            return prefix;
        }
        prefix.pop_back();
    }
    return std::nullopt;
}

/// Walks keys in order, from behind `marker`: `take(key, value)` for each that shows as itself,
/// `take_folder(folder)` once for all those that show as one. Both return whether to go on.
/// `map` has strings as keys, compared as bytes.
template <class Map, class Take, class TakeFolder>
void walk(const Map& map, const std::string& prefix, const std::string& delimiter,
          const std::string& marker, Take take, TakeFolder take_folder) {
    auto at = marker < prefix ? map.lower_bound(prefix) : map.upper_bound(marker);
    while (at != map.end() && at->first.starts_with(prefix)) {
        const auto folder = folder_of(at->first, prefix, delimiter);
        if (!folder) {
            if (!take(at->first, at->second))
                return;
            ++at;
            continue;
        }
        // A page that ended with this folder has told of all that is in it.
        if (*folder != marker && !take_folder(*folder))
            return;
        const auto next = behind(*folder);
        at = next ? map.lower_bound(*next) : map.end();
    }
}

} // namespace objftpd::oss_server
