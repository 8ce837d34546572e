#include "storage/rest/property_answers.hpp"

#include "storage/error.hpp"
#include "storage/rest/xml.hpp"

namespace objftpd::storage::rest {
namespace {

using namespace xml;

// A group is named by a URI of which the last word tells; a user by an ID.
std::string grantee(const pugi::xml_node& grant) {
    const auto who = child(grant, "Grantee");
    const auto uri = text(who, "URI");
    if (!uri.empty())
        return uri.substr(uri.rfind('/') + 1);
    const auto name = text(who, "DisplayName");
    return name.empty() ? text(who, "ID") : name;
}

} // namespace

result<std::string> parse_acl(std::string_view xml) {
    const document doc(xml);
    const auto list = child(doc.root({"AccessControlPolicy"}), "AccessControlList");
    if (!list)
        return errc::unavailable;
    std::string all;
    for (const auto node : list.children()) {
        if (local_name(node) != "Grant")
            continue;
        const auto permission = text(node, "Permission");
        all += all.empty() ? "" : ", ";
        all += permission.empty() ? node.text().get() : permission + " to " + grantee(node);
    }
    return all;
}

result<std::vector<named_value>> parse_tags(std::string_view xml) {
    const document doc(xml);
    const auto set = child(doc.root({"Tagging"}), "TagSet");
    if (!set)
        return errc::unavailable;
    std::vector<named_value> tags;
    for (const auto node : set.children())
        if (local_name(node) == "Tag")
            tags.emplace_back(text(node, "Key"), text(node, "Value"));
    return tags;
}

result<versions_answer> parse_versions(std::string_view xml) {
    const document doc(xml);
    const auto root = doc.root({"ListVersionsResult"});
    if (!root)
        return errc::unavailable;
    const name_reader names(root);
    versions_answer all;
    all.truncated = is_true(root, "IsTruncated");
    for (const auto node : root.children()) {
        const bool deleted = local_name(node) == "DeleteMarker";
        if (!deleted && local_name(node) != "Version")
            continue;
        const auto key = names.read(text(node, "Key"));
        if (!key)
            return errc::unavailable;
        auto& one = all.versions.emplace_back();
        one.key = *key;
        one.id = text(node, "VersionId");
        one.text = is_true(node, "IsLatest") ? "latest, " : "";
        one.text += text(node, "LastModified");
        one.text += deleted ? ", deleted" : ", " + text(node, "Size") + " bytes";
    }
    return all;
}

} // namespace objftpd::storage::rest
