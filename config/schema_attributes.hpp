#pragma once

#include "config/schema.hpp"

/// The options of what uploads are stored with, of a store or a mount.
namespace objftpd::config {

/// Reads "name=value" texts; of names, only characters of `allowed` and capitals of them.
complaint set_pairs(const value& v, std::string_view allowed, upload_attributes::pairs& target);

enum class attributes_of { store, mount };

template <class Section>
std::vector<option<Section>> attribute_options(attributes_of whose) {
    using a = upload_attributes;
    using make = row<Section>;
    constexpr std::string_view extensions = "abcdefghijklmnopqrstuvwxyz0123456789-_+";
    constexpr std::string_view names = "abcdefghijklmnopqrstuvwxyz0123456789-";
    const bool mount = whose == attributes_of::mount;
    const std::string default_type =
        mount ? " Left empty, as the store says." : " Left empty, the file's extension tells.";
    const std::string others = mount ? default_type : " Left empty, as the bucket says.";
    const std::string added = mount ? " Left empty, the store's." : "";
    return {
        make::text("content_type", &a::content_type, "", "a media type",
                   "What uploads are stored as." + default_type, check_one_line),
        option<Section>{
            "content_types", "a list such as [\"log=text/plain\"]", std::vector<std::string>(),
            "Media types of extensions that the system's table does not know or takes "
            "for something else." +
                added,
            [=](Section& s, const value& v) { return set_pairs(v, extensions, s.content_types); }},
        make::text("storage_class", &a::storage_class, "", "a class, such as \"IA\"",
                   "The storage class of uploads." + others, check_one_line),
        make::text("acl", &a::acl, "", "an access control list, such as \"private\"",
                   "The ACL of uploads." + others, check_one_line),
        make::text("encryption", &a::encryption, "",
                   "a method, such as \"AES256\", \"KMS\" or \"aws:kms\"",
                   "How the store encrypts uploads." + others, check_one_line),
        make::text("encryption_key", &a::encryption_key, "", "the id of a key",
                   "The key of the store's key service that encryption uses.", check_one_line),
        make::text("tags", &a::tags, "", "tags, such as \"from=ftp&keep=90d\"",
                   "The tags of uploads, encoded as in a URL." + added, check_one_line),
        option<Section>{
            "metadata", "a list such as [\"source=ftp\"]", std::vector<std::string>(),
            "Metadata of uploads: names of letters, digits and '-', values of "
            "printable ASCII." +
                added,
            [=](Section& s, const value& v) { return set_pairs(v, names, s.metadata); }},
    };
}

} // namespace objftpd::config
