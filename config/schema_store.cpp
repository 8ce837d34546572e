#include "config/schema.hpp"

#include "config/names.hpp"
#include "config/schema_attributes.hpp"
#include "config/text.hpp"

#include <boost/asio/ip/address.hpp>

#include <net/if.h>

#include <algorithm>

namespace objftpd::config {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t MiB = 1 << 20;

complaint set_endpoint(store_source& store, const value& v) {
    const auto* const text = std::get_if<std::string>(&v);
    if (!text)
        return unexpected;
    auto parsed = parse_endpoint(*text);
    if (!parsed)
        return unexpected;
    store.endpoint = std::move(*parsed);
    return {};
}

complaint check_proxy(std::string& text) {
    return text.empty() || (is_proxy(text) && !has_control_characters(text)) ? complaint()
                                                                             : unexpected;
}

// A name that is no interface by now would fail at the first request.
complaint check_own_address(std::string& text) {
    boost::system::error_code no_address;
    boost::asio::ip::make_address(text, no_address);
    return text.empty() || !no_address || ::if_nametoindex(text.c_str()) != 0 ? complaint()
                                                                              : unexpected;
}

} // namespace

complaint check_one_line(std::string& text) {
    return has_control_characters(text) ? unexpected : complaint();
}

const std::vector<option<store_source>>& store_options() {
    using make = row<store_source>;
    static const std::vector<option<store_source>> options{
        make::text("name", &store_settings::name, "", "a name of letters, digits, '-', '_' and '.'",
                   "What mounts call this store.", check_store_name)
            .must_be_given("main"),
        make::choice(
            "type", &store_settings::type, "local",
            {{"local", store_type::local}, {"s3", store_type::s3}, {"oss", store_type::oss}},
            "\"local\": the embedded store, plain files in a folder of this machine. "
            "\"s3\": any S3-compatible store. \"oss\": Alibaba Cloud OSS by its own API.")
            .must_be_given("local"),
        make::duration("keep_unfinished", &store_settings::keep_unfinished, 24h, 1s, 24h * 365,
                       "Time that an upload which broke off is kept for its user to go on with: "
                       "see on_interrupt of [[user]]."),
    };
    return options;
}

const std::vector<option<store_source>>& local_store_options() {
    using make = row<store_source>;
    static const std::vector<option<store_source>> options{
        make::text("path", &store_settings::path, "", "a folder",
                   "The folder whose subfolders are the buckets. Made when missing.", check_path)
            .must_be_given("data"),
        make::choice("durability", &store_settings::durability, "fsync",
                     {{"fsync", durability::fsync}, {"none", durability::none}},
                     "\"fsync\": an upload is answered with 226 when it would survive a power "
                     "cut. \"none\": faster, for files that may get lost."),
    };
    return options;
}

namespace {

std::vector<option<store_source>> address_options() {
    using r = object_store_settings;
    using make = row<store_source>;
    return {
        option<store_source>{"endpoint",
                             "a host name or address with or without a port, such as "
                             "\"oss-cn-hangzhou.aliyuncs.com\" or \"http://127.0.0.1:7480\"",
                             std::nullopt,
                             "The address of the store, without a bucket's name. https, unless "
                             "http:// stands in front.",
                             set_endpoint}
            .must_be_given("s3.eu-central-1.amazonaws.com"),
        make::text("region", &r::region, "", "a region, such as \"eu-central-1\"",
                   "The region that requests are signed for. Left empty it is read from the "
                   "endpoint; where that tells none it is \"us-east-1\" for S3 outside of the "
                   "clouds of Amazon and Alibaba.",
                   check_one_line),
        make::choice("internal", &r::internal, "auto",
                     {{"auto", internal_network::automatic},
                      {"never", internal_network::never},
                      {"always", internal_network::always}},
                     "OSS only: whether requests stay inside Alibaba's network, which costs "
                     "nothing. \"auto\": when the internal endpoint (oss-REGION-internal...) is "
                     "found to answer; it is looked for beside the first requests, over https "
                     "only. \"always\": for machines that reach no other."),
        make::choice(
            "style", &store_source::style, "auto",
            {{"auto", address_style::automatic},
             {"virtual", address_style::virtual_hosted},
             {"path", address_style::path},
             {"bound-domain", address_style::bound_domain}},
            "Where URLs hold the bucket: in the host's name (\"virtual\"), in the path, "
            "or nowhere because the endpoint is the bucket's own domain. \"auto\": "
            "\"virtual\" for the clouds of Amazon and Alibaba, \"path\" for others and, "
            "over https, for buckets with dots in their names, which no certificate fits."),
    };
}

complaint set_hidden_prefixes(store_source& store, const value& v) {
    const auto* const prefixes = std::get_if<std::vector<std::string>>(&v);
    if (!prefixes || std::ranges::any_of(*prefixes, &std::string::empty))
        return unexpected;
    store.hidden_prefixes = *prefixes;
    return {};
}

std::vector<option<store_source>> transfer_options() {
    using r = object_store_settings;
    using make = row<store_source>;
    return {
        make::choice("signature", &r::signature, "v4",
                     {{"v4", oss_signature::v4}, {"v1", oss_signature::v1}},
                     "OSS only: the version of its signature. \"v1\" is for old accounts and "
                     "private clouds."),
        make::choice("payload", &r::payload, "auto",
                     {{"auto", payload_hash::automatic},
                      {"unsigned", payload_hash::never},
                      {"sha256", payload_hash::always}},
                     "S3 only: which bodies a signature covers by their SHA-256. \"auto\": small "
                     "documents, such as a list of keys to delete. What files hold is protected by "
                     "the connection, over http by their checksum, which is signed; one without "
                     "is hashed. \"sha256\": all, for stores and policies that demand it: some "
                     "seconds of a core for each GiB. \"unsigned\": none."),
        make::choice("etags", &r::etags, "auto",
                     {{"auto", etag_meaning::automatic},
                      {"md5", etag_meaning::md5},
                      {"opaque", etag_meaning::opaque}},
                     "S3 only: whether what looks like an MD5 in an ETag is the content's, and "
                     "uploads and downloads are compared with it. \"auto\": \"md5\" but for "
                     "Alibaba's stores. Take \"opaque\" where good uploads end with 451 for damage "
                     "on their way."),
        make::choice("checksum", &r::checksum, "md5",
                     {{"md5", upload_checksum::md5},
                      {"crc32c", upload_checksum::crc32c},
                      {"crc64nvme", upload_checksum::crc64nvme}},
                     "S3 only: by what the store refuses uploads that were damaged on their way. "
                     "\"md5\": every store knows it. Amazon's and newer stores know the others, "
                     "which cost less of the processor, and keep them with the object: downloads "
                     "of what was stored in parts are compared with them, too."),
        make::count("list_version", &r::list_version, 2, 1, 2,
                    "The version of ListObjects to begin with. A store that knows only 1 is asked "
                    "in that from then on."),
        make::size("part_size", &r::part_size, 8 * MiB, 100 << 10, std::uint64_t{5} << 30,
                   "Files up to this size are stored by one request, larger ones in parts of it, "
                   "and up to an eighth or 1 MiB more: by that this server knows its unfinished "
                   "uploads, and whose they are, from others'. After 1500 parts they grow; where a "
                   "client announces a large file (ALLO) they are longer from the start. "
                   "parallel_parts of them must fit into upload_memory."),
        make::size(
            "largest_part", &r::largest_part, 64 * MiB, 5 * MiB, std::uint64_t{5} << 30,
            "How far parts grow, at most to upload_memory, where each is held until it is "
            "stored. 10,000 parts make the largest file: with the defaults 503 GiB, or 625 "
            "GiB if the client has announced it; 48.8 TB, OSS's limit, take \"5 GiB\" here "
            "and in upload_memory, and to be announced. An announced file that is too large "
            "is refused at once. Where many clients share upload_memory parts are shorter, and "
            "files of some 35 GiB each fit as long as no client is slow."),
        make::count("parallel_parts", &r::parallel_parts, 3, 1, 64,
                    "Parts of one upload that are on their way at the same time."),
        make::count("parallel_reads", &r::parallel_reads, 1, 1, 64,
                    "Ranges of one download, of part_size each, that are fetched at the same time "
                    "from a store that is far away: each is a request of its own, and waits in up "
                    "to half of upload_memory for its turn. 1: a download is one request."),
        make::count("attempts", &r::attempts, 4, 1, 20,
                    "How often a request is sent before a failure that may pass is reported."),
        make::duration("outage_patience", &r::outage_patience, 60s, 0ms, 1h,
                       "For how long the parts and the end of an upload that has begun, and a "
                       "download or a listing that goes on, are sent again while the store does "
                       "not answer or asks for fewer requests: a store that restarts meanwhile "
                       "costs no transfer. Above finalize_timeout clients may be told that an "
                       "upload is not confirmed. 0: only as often as attempts says."),
        make::duration("connect_timeout", &r::connect_timeout, 5s, 100ms, 5min,
                       "Time for a connection to the store, TLS included."),
        make::duration("stall_timeout", &r::stall_timeout, 60s, 1s, 1h,
                       "Time that a request may stand still without a byte in either direction."),
        make::size("lowest_speed", &r::lowest_speed, 1 << 10, 0, std::uint64_t{1} << 30,
                   "Bytes in a second: a request that stores content more slowly for the time of "
                   "stall_timeout stands still, and is sent again. Downloads are as slow as their "
                   "clients. 0: one byte suffices."),
        make::count("max_connections", &r::max_connections, 256, 1, 10'000,
                    "Connections to the store at the same time, of each I/O thread. Downloads are "
                    "not counted: sessions have one each, on a connection of its own. As many of "
                    "either are kept open for the next requests."),
        make::count("max_requests", &r::max_requests, 128, 1, 10'000,
                    "Requests to the store at the same time, of all sessions and for all buckets; "
                    "a download counts until its first byte. When the store asks for fewer, the "
                    "number is halved and grows again slowly."),
        make::count("max_requests_per_second", &r::max_requests_per_second, 0, 0, 1'000'000,
                    "Requests to the store in a second; for OSS a listing counts its keys. 0 sets "
                    "no limit."),
        make::count("rename_objects", &r::rename_objects, 10'000, 0, 1'000'000,
                    "How many objects a directory may hold to be renamed: each is copied inside "
                    "the store, and deleted when all have been. 0 forbids it. The same for "
                    "SITE RMDIR."),
        make::size("rename_bytes", &r::rename_bytes, std::uint64_t{100} << 30, 0,
                   std::uint64_t{1} << 60,
                   "How much they may be in all. A usual store copies so much within the minute "
                   "that clients wait for an answer to RNTO (16 copies at 100 MB/s); what would "
                   "take longer is refused before anything has moved. Raise it for clients with "
                   "more patience and for stores that copy without reading."),
        make::count("parallel_copies", &r::parallel_copies, 16, 1, 256,
                    "Objects of a directory, or parts of one file, that are copied at the same "
                    "time."),
        make::size("largest_copy", &r::largest_copy, std::uint64_t{5} << 30, 16 * MiB,
                   std::uint64_t{1} << 60,
                   "Files up to this size are copied by one request, when they are renamed, copied "
                   "or appended to, larger ones in parts. Left out it is 5 GiB for S3, and no "
                   "limit for OSS. A smaller one is of use where the store takes long to copy: "
                   "parts are copied at the same time, and none of the requests is as long.")
            .unset_by_default("5 GiB"),
        make::choice(
            "rename", &r::native_rename, "copy", {{"copy", false}, {"native", true}},
            "OSS only: how files and directories are renamed. \"copy\": by copies inside "
            "the store. \"native\": by one request each, which is atomic and has no limits; "
            "only for buckets with hierarchical namespace, which are not asked whether "
            "they have one. A file that replaces another is copied all the same. New "
            "directories are made by CreateDirectory."),
        make::choice(
            "rename_keeps", &r::rename_keeps, "auto",
            {{"auto", kept_attributes::automatic},
             {"known", kept_attributes::known},
             {"all", kept_attributes::all}},
            "What objects keep that are copied: those that are renamed, alone or with their "
            "directory, copied by SITE, or appended to. All keep media type, metadata, "
            "tags and class. \"known\": their encryption, too, but not in directories, "
            "where it would cost a request for each object to know it; ACLs become what "
            "acl says. \"all\": encryption and ACL, which is one request more, and three for "
            "each object of a directory. \"auto\": \"all\" where a user with a mount of the store "
            "has the right acl. Native "
            "renames keep all."),
        make::flag("keep_empty_directories", &r::keep_empty_directories, true,
                   "Whether a directory stays, as an empty object that marks it, when the last "
                   "file is deleted or renamed away. To know, DELE lists the directory where it "
                   "would ask for the object's head."),
        make::flag("check_directories", &r::check_directories, false,
                   "Whether each upload asks, by one request more, if a directory has its name, "
                   "and is refused then. Otherwise it is where a listing or CWD has just shown "
                   "the directory."),
        make::choice("file_times", &r::times_in_metadata, "stored",
                     {{"stored", false}, {"metadata", true}},
                     "What files show as their time. \"stored\": when they were. \"metadata\": "
                     "MFMT and its like write \"mtime\" into the object's metadata, as rclone, "
                     "s3fs and ossfs do, by a copy of the object onto itself (S3: up to 5 GiB); "
                     "MDTM and MLST tell it, listings cannot."),
        option<store_source>{"hidden_prefixes", "a list of beginnings of keys, such as [\"tmp/\"]",
                             std::vector<std::string>{".dlsdata/"},
                             "Keys of the bucket that are left out of listings. \".dlsdata/\" is "
                             "what OSS-HDFS keeps, and nobody else should touch.",
                             set_hidden_prefixes},
        make::duration("stat_cache", &r::stat_cache, 5s, 0ms, 1h,
                       "For how long size and time of a file are remembered, and that no file has "
                       "a directory's name, as listings or the store told them: changes that "
                       "others make beside this server show so much later. 0 asks the store each "
                       "time."),
        make::count("stat_cache_entries", &r::stat_cache_entries, 10'000, 1, 1'000'000,
                    "How many of a bucket are remembered."),
        make::text("ca_file", &r::ca_file, "", "a PEM file",
                   "The authorities that may sign the certificates of the store, of sts_endpoint "
                   "and of credentials_url, in place of the system's."),
        make::text("ca_folder", &r::ca_folder, "", "a folder",
                   "The same as files under their hashes (openssl rehash)."),
        make::text("proxy", &r::proxy, "",
                   "an URL such as \"http://proxy:3128\" or \"socks5h://proxy:1080\"",
                   "The proxy on the way to the store. The environment's is not used.",
                   check_proxy),
        make::text("bind_address", &r::bind_address, "", "an own address or interface",
                   "Where connections to the store begin.", check_own_address),
    };
}

} // namespace

const std::vector<option<store_source>>& object_store_options() {
    static const auto options = [] {
        auto all = address_options();
        for (const auto& part : {credential_options(), transfer_options(),
                                 attribute_options<store_source>(attributes_of::store)})
            all.insert(all.end(), part.begin(), part.end());
        return all;
    }();
    return options;
}

} // namespace objftpd::config
