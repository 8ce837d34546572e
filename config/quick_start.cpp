#include "config/load.hpp"

#include "config/password_hash.hpp"
#include "config/secret.hpp"
#include "config/text.hpp"

#include <algorithm>
#include <array>

namespace objftpd::config {
namespace {

constexpr std::string_view local_scheme = "local:";

// The command line's word for an option of the text that was made from it.
struct origin {
    std::string_view key;
    std::string_view argument;
};
constexpr std::array origins{
    origin{"listener", "--listen"},   origin{"store", "--store"},
    origin{"user[1].name", "--user"}, origin{"user[1].password_hash", "--password-file"},
    origin{"state", "--state"},
};

problem on_command_line(std::string_view argument, std::string text) {
    return {"command line", 0, 0, std::string(argument), std::move(text)};
}

std::vector<problem> check_store(const std::string& store) {
    if (store.starts_with(local_scheme) && store.size() > local_scheme.size())
        return {};
    const auto colon = store.find(':');
    const auto scheme = store.substr(0, colon);
    // SECURITY: only the scheme is repeated; the rest may hold credentials.
    if (scheme == "s3" || scheme == "oss")
        return {on_command_line("--store", "stores of type " + toml_quote(scheme) +
                                               " are not supported by this version; expects "
                                               "local:FOLDER, such as local:./data")};
    if (colon != std::string::npos && scheme != "local")
        return {on_command_line("--store", "there is no store type " + toml_quote(scheme) +
                                               "; expects local:FOLDER, such as local:./data")};
    return {on_command_line("--store", "expects local:FOLDER, such as local:./data")};
}

std::string to_text(const quick_start& options, const std::string& hash) {
    std::string listen;
    for (const auto& l : options.listen)
        listen += (listen.empty() ? "" : ", ") + toml_quote(l);

    return "state = " + toml_quote(options.state) + "\n[[listener]]\naddresses = [" + listen +
           "]\n" +
           (options.allow_plain_off_loopback ? "plain_login = \"allow\"\nplain_data = \"allow\"\n"
                                             : "") +
           "[[store]]\nname = \"main\"\ntype = \"local\"\npath = " +
           toml_quote(options.store.substr(local_scheme.size())) +
           "\n[[user]]\nname = " + toml_quote(options.user) +
           "\npassword_hash = " + toml_quote(hash) +
           "\n[[user.mount]]\npath = \"/\"\nstore = \"main\"\nbucket = \"files\"\n";
}

} // namespace

load_result load_quick_start(const quick_start& options) {
    auto problems = check_store(options.store);
    if (options.user.empty())
        problems.push_back(on_command_line("--user", "is missing; expects a user name"));
    if (options.password_file.empty())
        problems.push_back(on_command_line("--password-file", "is missing; expects a file"));
    const auto password =
        options.password_file.empty() ? secret{} : read_secret_file(options.password_file);
    if (!password.problem.empty())
        problems.push_back(on_command_line("--password-file", password.problem));
    if (!problems.empty())
        return {{}, std::move(problems)};

    const auto hash = cost_of(password.value) ? password.value : hash_password(password.value);
    auto loaded = load_text(to_text(options, hash), "command line", "");
    for (auto& p : loaded.problems) {
        p.line = p.column = 0;
        const auto found = std::ranges::find_if(
            origins, [&](const origin& o) { return p.key.starts_with(o.key); });
        if (found != origins.end())
            p.key = found->argument;
    }
    return loaded;
}

} // namespace objftpd::config
