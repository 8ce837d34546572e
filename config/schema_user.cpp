#include "config/schema.hpp"

#include "config/names.hpp"
#include "config/rights.hpp"
#include "config/schema_attributes.hpp"

#include <algorithm>

namespace objftpd::config {
namespace {

complaint set_rights(user_source& user, const value& v) {
    std::vector<std::string> names;
    if (const auto* const name = std::get_if<std::string>(&v))
        names.push_back(*name);
    else if (const auto* const list = std::get_if<std::vector<std::string>>(&v))
        names = *list;
    else
        return unexpected;
    complaint problem;
    if (const auto parsed = parse_rights(names, problem))
        user.rights = *parsed;
    return problem;
}

complaint set_certificate_names(user_source& user, const value& v) {
    const auto* const names = std::get_if<std::vector<std::string>>(&v);
    if (!names || std::ranges::any_of(*names, &std::string::empty))
        return unexpected;
    user.certificate_names = *names;
    return {};
}

} // namespace

const std::vector<option<user_source>>& user_options() {
    using u = user_settings;
    using make = row<user_source>;
    static const std::vector<option<user_source>> options{
        make::text("name", &u::name, "", "a user name",
                   "What the client sends with USER; case matters.", check_user_name)
            .must_be_given("alice"),
        make::text("password_hash", &u::password_hash, "", "an argon2id hash",
                   "The argon2id hash of the password, as \"objftpd passwd\" prints it. Exactly "
                   "one of password_hash, password_hash_env and password_hash_file is needed.")
            .unset_by_default("(run: objftpd passwd)")
            .kept_secret(),
        make::text("password_hash_env", &user_source::password_hash_env, "",
                   "the name of an environment variable",
                   "The environment variable that holds the hash.", check_path)
            .unset_by_default("ALICE_HASH"),
        make::text("password_hash_file", &user_source::password_hash_file, "", "a file",
                   "The file whose first line is the hash. It must not be readable by others "
                   "(chmod o-rwx).",
                   check_path)
            .unset_by_default("alice.hash"),
        option<user_source>{
            "rights", "\"all\", \"read-only\", \"upload-only\", or a list of rights", "all",
            "What the user may do: \"all\", \"read-only\" (list, read), \"upload-only\" (list, "
            "create, make_directory), or a list of " +
                right_names() +
                ". \"all\" has none of the last seven: remove_tree (SITE RMDIR), sign (SITE "
                "SIGN, "
                "which lets anybody with the URL read), acl (SITE ACL), restore (of archived "
                "objects, which is billed), link (SITE SYMLINK), class and tags (SITE CLASS and "
                "TAGS, by which buckets may have rules). [\"all\", \"sign\"] adds one.",
            set_rights},
        make::text("home", &u::home, "/", "an absolute FTP path",
                   "The working directory after login.", normalise_ftp_path),
        make::count("max_sessions", &u::max_sessions, 0, 0, 100'000,
                    "Sessions of this user at the same time. 0 sets no limit."),
        make::count("restore_days", &u::restore_days, 1, 1, 365,
                    "How many days an archived object stays restored. With the right \"restore\", "
                    "RETR of one asks for it, and answers 450 until it is there."),
        make::choice("ascii", &u::ascii, "binary",
                     {{"binary", ascii_policy::binary},
                      {"convert", ascii_policy::convert},
                      {"reject", ascii_policy::reject}},
                     "Transfers of TYPE A. \"binary\": bytes stay as they are, the safe choice. "
                     "\"convert\": line ends are translated. \"reject\": TYPE A is refused."),
        make::choice("charset", &u::charset, "utf8",
                     {{"utf8", charset::utf8}, {"gbk", charset::gbk}, {"latin1", charset::latin1}},
                     "How this user's client encodes names. Stored names are always UTF-8."),
        make::choice(
            "set_time", &u::set_time, "apply",
            {{"apply", set_time_policy::apply},
             {"ignore", set_time_policy::ignore},
             {"reject", set_time_policy::reject}},
            "MFMT and its like. \"apply\": the store keeps the time if it can, else as \"ignore\". "
            "\"ignore\": answered as if done. \"reject\": refused."),
        make::choice("chmod", &u::chmod, "ignore",
                     {{"ignore", chmod_policy::ignore}, {"reject", chmod_policy::reject}},
                     "SITE CHMOD. Objects have no modes; \"ignore\" answers as if done, which "
                     "scripts rely on."),
        make::choice(
            "mkd_existing", &u::mkd_existing, "refuse",
            {{"refuse", existing_directory::refuse}, {"accept", existing_directory::accept}},
            "MKD of a directory that exists: \"refuse\" answers 550, \"accept\" 257."),
        make::choice("dele_missing", &u::dele_missing, "refuse",
                     {{"refuse", missing_file::refuse}, {"accept", missing_file::accept}},
                     "DELE of a file that does not exist: \"refuse\" answers 550, \"accept\" 250."),
        make::choice("allo", &u::allo, "hint",
                     {{"hint", announced_size::hint}, {"strict", announced_size::strict}},
                     "An upload of another length than ALLO told: of the whole file, or of what is "
                     "added to one; as sent, before TYPE A is converted. \"hint\": it is stored. "
                     "\"strict\": it is refused, with 552 if it is longer, 451 if shorter; what "
                     "was shorter is kept as on_interrupt has it. Either way an upload as long as "
                     "told is stored even if its control connection has ended before."),
        make::size("max_file_size", &u::max_file_size, 0, 0, std::uint64_t{1} << 60,
                   "Largest file that may be uploaded, such as \"10 GiB\", with what an upload is "
                   "added to; as sent, before TYPE A is converted. A larger one is refused with "
                   "552. 0 sets no limit."),
        make::choice(
            "on_interrupt", &u::on_interrupt, "discard",
            {{"discard", interrupted_upload::discard},
             {"resume", interrupted_upload::resume},
             {"keep-partial", interrupted_upload::keep_partial}},
            "An upload that breaks off. \"discard\": nothing of it is left. \"resume\": where no "
            "file had the name, its parts stay in the store for its keep_unfinished. To this "
            "user alone they show as a file of what is there, for SIZE and APPE, or REST, to go "
            "on with. It costs requests: each listing, each upload and each name that is missing "
            "is looked up among the unfinished uploads, too. \"keep-partial\": what has arrived "
            "becomes the file, in place of one that was there. In any case the client is told "
            "that the transfer failed."),
        make::choice(
            "encryption", &u::encryption, "as-listener",
            {{"as-listener", encryption::as_listener}, {"required", encryption::required}},
            "\"required\": this user logs in and moves files over TLS only, whatever the "
            "listener allows. Where the listener takes plain logins, the refusal shows that the "
            "name exists."),
        make::choice("close_notify", &u::close_notify, "as-listener",
                     {{"as-listener", close_notify_policy::as_listener},
                      {"require", close_notify_policy::require},
                      {"tolerate", close_notify_policy::tolerate}},
                     "What this user's uploads over TLS may end with, in place of the listener's "
                     "require_close_notify."),
        make::choice("certificate_login", &u::certificate_login, "off",
                     {{"off", certificate_login::off},
                      {"replaces-password", certificate_login::replaces_password},
                      {"besides-password", certificate_login::besides_password}},
                     "What a client certificate with one of certificate_names does: nothing, "
                     "log in without a password, or what the login needs beside the password. "
                     "Listeners ask for certificates by client_certificate."),
        option<user_source>{"certificate_names",
                            "a list of names, such as [\"alice\", \"alice@example.com\"]",
                            std::vector<std::string>(),
                            "The common or alternative names (DNS, mail) of the client "
                            "certificates that are this user's. An empty list stands for the "
                            "user's own name.",
                            set_certificate_names},
        make::flag("strict_parents", &u::strict_parents, false,
                   "Whether the directory must exist before a file is uploaded or a directory is "
                   "made in it."),
    };
    return options;
}

const std::vector<option<mount_settings>>& mount_options() {
    using m = mount_settings;
    using make = row<m>;
    static const auto options = [] {
        std::vector<option<m>> all{
            make::text("path", &m::path, "", "an absolute FTP path",
                       "Where the user sees it: \"/\" or \"/in/scans\".", normalise_ftp_path)
                .must_be_given("/"),
            make::text("store", &m::store, "", "the name of a [[store]]", "The store it lies in.")
                .must_be_given("main"),
            make::text("bucket", &m::bucket, "", "the name of a bucket",
                       "The bucket's name alone. In a \"local\" store it is a subfolder of path.",
                       check_bucket_name)
                .must_be_given("files"),
            make::text("prefix", &m::prefix, "", "the beginning of keys, such as \"in/2026/\"",
                       "Shows only what begins with it, and hides it from the user.",
                       normalise_prefix),
            make::flag("read_only", &m::read_only, false,
                       "Forbids every change below this path, whatever the user's rights are."),
        };
        for (auto& own : attribute_options<m>(attributes_of::mount))
            all.push_back(std::move(own));
        return all;
    }();
    return options;
}

} // namespace objftpd::config
