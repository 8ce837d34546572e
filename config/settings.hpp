#pragma once

#include "config/endpoint.hpp"
#include "config/upload_attributes.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

/// What the process is told: the plain values of the configuration after every check.
/// `schema.cpp` says what each option means, its unit, default and bounds, and is the only
/// place that does; the reference configuration is made from it.
namespace objftpd::config {

using std::chrono::milliseconds;
using std::chrono::seconds;

enum class listener_scheme {
    ftp,  // plain, and explicit TLS by AUTH
    ftps, // implicit TLS
};

/// Where a listener listens.
struct listener_address {
    listener_scheme scheme = listener_scheme::ftp;
    std::string host; // an IP address, IPv6 without brackets
    std::uint16_t port = 0;
};

/// What may cross the network in clear.
enum class plain_policy { on_loopback, refuse, allow };
enum class session_reuse { off, prefer, require };
enum class client_certificate { off, optional, required };

/// One or more addresses with the rules for who connects there.
struct listener_settings {
    std::vector<listener_address> addresses;
    plain_policy plain_login = plain_policy::on_loopback;
    plain_policy plain_data = plain_policy::on_loopback;
    config::session_reuse session_reuse = session_reuse::prefer;
    config::client_certificate client_certificate = client_certificate::off;
    bool require_close_notify = true;
    bool auth_ssl = false; // AUTH SSL means AUTH TLS
    bool ccc = false;      // the control connection may go back to clear
    bool active_mode = true;
    std::string passive_address; // IPv4 to announce in 227; empty: the control connection's own
};

enum class tls_version { tls1_2, tls1_3 };

struct tls_settings {
    tls_version minimum_version = tls_version::tls1_2;
    std::string ciphers;      // TLS 1.2: "intermediate", or OpenSSL's form
    std::string ciphersuites; // TLS 1.3
    std::string client_ca_file;
    std::string client_crl_file;
    seconds reload_interval{}; // between looks at the files; 0: only on SIGHUP
    seconds expiry_warning{};
    seconds handshake_timeout{};
    std::size_t max_handshakes_per_address = 0; // at the same time
};

/// A server certificate in two PEM files.
struct certificate_settings {
    std::string chain_file; // the certificate, then its intermediates
    std::string key_file;
};

/// Inclusive at both ends. {0, 0} lets the system choose.
struct port_range {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
};

/// What becomes of unfinished uploads that nobody may go on with any more.
enum class clean_up_policy { off, report, remove };

struct server_settings {
    std::string greeting;
    port_range passive_ports;
    unsigned io_threads = 0;   // 0: one for each core
    unsigned disk_threads = 0; // for the embedded store's system calls
    unsigned hash_threads = 0; // for password hashing; bounds its memory
    std::size_t max_sessions = 0;
    std::size_t max_sessions_per_address = 0;
    std::size_t max_unauthenticated = 0; // sessions that have not logged in yet
    std::size_t max_command_length = 0;  // bytes, without the line's end
    std::size_t max_pending_commands = 0;
    unsigned max_login_attempts = 0;             // per session, then 421
    unsigned max_login_failures_per_address = 0; // within login_failure_window, then refused
    seconds login_failure_window{};
    seconds login_ban{};
    milliseconds login_failure_delay{};
    seconds login_timeout{};
    seconds idle_timeout{};
    seconds passive_timeout{};  // for the client to connect after PASV or EPSV
    seconds active_timeout{};   // for our connect after PORT or EPRT
    seconds stall_timeout{};    // without a byte on a data connection
    seconds finalize_timeout{}; // for the store to confirm an upload
    seconds drain_timeout{};    // for running transfers after SIGTERM
    clean_up_policy clean_up = clean_up_policy::off;
    seconds clean_up_interval{};
    std::size_t upload_memory = 0; // bytes of uploads that wait to be stored, of all sessions
};

enum class log_level { trace, debug, info, warning, error, off };

struct log_settings {
    log_level level = log_level::info;
    std::string file; // empty: standard error
};

enum class store_type { local, s3, oss };
enum class durability { fsync, none };

/// Where the credentials of a store come from.
enum class credential_source {
    keys,
    environment,
    anonymous,
    file,
    process,
    url,
    ecs_role,
    ec2_role,
    container,
    assume_role,
    web_identity,
};

/// Who signs requests to a store. Of the options that are not about `credentials`, or not about
/// `role_base` where a role is assumed, nothing is set.
struct credential_settings {
    credential_source credentials = credential_source::keys;
    std::string access_key_id;
    std::string access_key_secret;
    std::string session_token;
    std::string credentials_file;
    std::string credentials_profile; // empty: the file's own default
    std::vector<std::string> credentials_command;
    std::string credentials_url;        // also of a container
    std::string authorization_file;     // what is sent to that URL; empty: nothing
    std::string authorization;          // the same from the environment
    std::string metadata_endpoint;      // empty: the cloud's own
    std::string instance_role;          // empty: the machine's only one
    bool metadata_without_token = true; // Alibaba: older machines know no token
    credential_source role_base = credential_source::keys;
    std::string role_arn;
    std::string role_session_name;
    std::string role_external_id;
    seconds role_duration{};
    std::string web_identity_token_file;
    std::string oidc_provider_arn;
    config::endpoint sts;
    std::vector<std::string> hidden_variables; // from credentials_command
};

enum class oss_signature { v4, v1 };
enum class etag_meaning { automatic, md5, opaque };
enum class upload_checksum { md5, crc32c, crc64nvme };
enum class payload_hash { automatic, never, always };
enum class internal_network { automatic, never, always };

/// What renamed, copied and appended objects keep: what requests tell that are sent anyway, or all
/// that can be asked for. Automatic is `all` where a user may set ACLs; loading settles it.
enum class kept_attributes { automatic, known, all };

/// A store that is reached over HTTP.
struct object_store_settings : credential_settings, upload_attributes {
    config::endpoint endpoint;
    std::string region; // empty: told by the endpoint
    internal_network internal = internal_network::automatic;
    std::string internal_host; // to be looked for; empty: there is none
    oss_signature signature = oss_signature::v4;
    etag_meaning etags = etag_meaning::automatic;
    upload_checksum checksum = upload_checksum::md5;
    payload_hash payload = payload_hash::automatic; // that signatures cover
    unsigned list_version = 2;
    std::size_t part_size = 0;    // bytes
    std::size_t largest_part = 0; // bytes
    unsigned parallel_parts = 0;
    unsigned parallel_reads = 0;
    unsigned attempts = 0;          // to send a request
    milliseconds outage_patience{}; // of what has begun; 0: no more than of others
    milliseconds connect_timeout{};
    seconds stall_timeout{};
    std::size_t lowest_speed = 0;                      // of uploads, bytes in a second; 0: any
    unsigned max_connections = 0;                      // of one I/O thread, without downloads
    unsigned max_requests = 0;                         // at the same time
    unsigned max_requests_per_second = 0;              // 0: any number
    milliseconds stat_cache{};                         // 0: none
    std::size_t rename_objects = 10'000;               // of a directory, at most
    std::size_t rename_bytes = std::size_t{100} << 30; // the same
    unsigned parallel_copies = 16;
    std::size_t largest_copy = 0; // by one request; 0: as the store has it
    bool native_rename = false;   // OSS: its buckets have hierarchical namespaces
    kept_attributes rename_keeps = kept_attributes::automatic;
    bool keep_empty_directories = true;
    bool check_directories = false;
    bool times_in_metadata = false; // MFMT is kept there
    std::vector<std::string> hidden_prefixes;
    std::size_t stat_cache_entries = 0;
    std::string ca_file;
    std::string ca_folder;
    std::string proxy;
    std::string bind_address;
    bool dots_need_path = false; // a bucket with dots in its name is addressed by path
};

struct store_settings {
    std::string name;
    store_type type = store_type::local;
    std::string path; // local: the folder whose subfolders are the buckets
    config::durability durability = durability::fsync;
    seconds keep_unfinished{24 * 3600}; // uploads that broke off, for their users to go on with
    object_store_settings remote;       // of the other types
};

/// Bits of user_settings::rights.
enum class right : std::uint32_t {
    list = 1u << 0,             // LIST, NLST, MLSD, MLST, STAT path, CWD
    read = 1u << 1,             // RETR, SIZE, MDTM, HASH and its like
    create = 1u << 2,           // STOR, STOU, APPE of a name that does not exist
    overwrite = 1u << 3,        // replace or append to what exists; rename over a file
    remove = 1u << 4,           // DELE
    rename = 1u << 5,           // RNFR, RNTO
    make_directory = 1u << 6,   // MKD
    remove_directory = 1u << 7, // RMD
    set_attributes = 1u << 8,   // MFMT, MDTM with a time, SITE UTIME, CHMOD, META
    // What no FTP client asks for by itself is not part of all_rights.
    remove_tree = 1u << 9, // SITE RMDIR
    sign = 1u << 10,       // SITE SIGN
    acl = 1u << 11,        // SITE ACL
    restore = 1u << 12,    // SITE RESTORE, and RETR of an archived object begins it
    link = 1u << 13,       // SITE SYMLINK
    storage_class = 1u << 14,
    tags = 1u << 15,
};
using rights = std::uint32_t;
inline constexpr rights no_rights = 0;
inline constexpr rights all_rights = (1u << 9) - 1;

/// One folder of a user's tree: `path` shows what lies in `bucket` of `store` under `prefix`.
struct mount_settings : upload_attributes { // what is set there goes before the store's
    mount_settings() = default;
    mount_settings(std::string at, std::string in, std::string of, std::string under = {},
                   bool read = false)
        : path(std::move(at)), store(std::move(in)), bucket(std::move(of)),
          prefix(std::move(under)), read_only(read) {}

    std::string path;   // absolute, normalised: "/" or "/in/scans"
    std::string store;  // the name of a [[store]]
    std::string bucket; //
    std::string prefix; // "" or ends in '/'; never begins with '/'
    bool read_only = false;
};

enum class ascii_policy { binary, convert, reject };
enum class charset { utf8, gbk, latin1 };
enum class set_time_policy { apply, ignore, reject };
enum class chmod_policy { ignore, reject };
enum class existing_directory { refuse, accept };
enum class encryption { as_listener, required };

enum class missing_file { refuse, accept };

/// What the size that ALLO told means to the upload behind it.
enum class announced_size { hint, strict };

/// What becomes of an upload that breaks off.
enum class interrupted_upload { discard, resume, keep_partial };

enum class close_notify_policy { as_listener, require, tolerate };

/// What a client certificate that names the user does for the login.
enum class certificate_login { off, replaces_password, besides_password };

struct user_settings {
    std::string name;
    std::string password_hash; // argon2id, encoded form
    config::rights rights = all_rights;
    std::vector<mount_settings> mounts;
    std::string home;             // absolute FTP path of the first working directory
    std::size_t max_sessions = 0; // 0: no limit of its own
    ascii_policy ascii = ascii_policy::binary;
    config::charset charset = charset::utf8;
    set_time_policy set_time = set_time_policy::apply;
    chmod_policy chmod = chmod_policy::ignore;
    existing_directory mkd_existing = existing_directory::refuse;
    missing_file dele_missing = missing_file::refuse;
    announced_size allo = announced_size::hint;
    std::size_t max_file_size = 0; // bytes; 0: no limit
    interrupted_upload on_interrupt = interrupted_upload::discard;
    std::size_t restore_days = 1; // that an archived object stays restored
    bool strict_parents = false;  // an upload needs its directory to exist
    config::encryption encryption = encryption::as_listener;
    close_notify_policy close_notify = close_notify_policy::as_listener;
    config::certificate_login certificate_login = certificate_login::off;
    std::vector<std::string> certificate_names; // empty: the user's own name
};

struct settings {
    server_settings server;
    std::vector<listener_settings> listeners;
    tls_settings tls;
    std::vector<certificate_settings> certificates; // empty: a self-signed one is made
    log_settings log;
    std::string state_directory;
    std::vector<store_settings> stores;
    std::vector<user_settings> users;
};

} // namespace objftpd::config
