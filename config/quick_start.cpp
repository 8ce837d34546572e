#include "config/load.hpp"

#include "config/password_hash.hpp"
#include "config/secret.hpp"
#include "config/store_url.hpp"
#include "config/text.hpp"

#include <algorithm>
#include <array>

namespace objftpd::config {
namespace {

// The command line's word for an option of the text that was made from it.
struct origin {
    std::string_view key;
    std::string_view argument;
};
constexpr std::array origins{
    origin{"listener", "--listen"},   origin{"store", "--store"},
    origin{"user[1].name", "--user"}, origin{"user[1].password_hash", "--password-file"},
    origin{"state", "--state"},       origin{"user[1].mount", "--store"},
};

problem on_command_line(std::string_view argument, std::string text) {
    return {"command line", 0, 0, std::string(argument), std::move(text)};
}

std::string to_text(const quick_start& options, const store_text& store, const std::string& hash) {
    std::string listen;
    for (const auto& l : options.listen)
        listen += (listen.empty() ? "" : ", ") + toml_quote(l);

    return "state = " + toml_quote(options.state) + "\n[[listener]]\naddresses = [" + listen +
           "]\n" +
           (options.allow_plain_off_loopback ? "plain_login = \"allow\"\nplain_data = \"allow\"\n"
                                             : "") +
           "[[store]]\nname = \"main\"\n" + store.store +
           "[[user]]\nname = " + toml_quote(options.user) +
           "\npassword_hash = " + toml_quote(hash) +
           "\n[[user.mount]]\npath = \"/\"\nstore = \"main\"\nbucket = " +
           toml_quote(store.bucket) + "\nprefix = " + toml_quote(store.prefix) + "\n";
}

} // namespace

load_result load_quick_start(const quick_start& options) {
    const auto store = parse_store(options.store);
    std::vector<problem> problems;
    if (!store.problem.empty())
        problems.push_back(on_command_line("--store", store.problem));
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
    auto loaded = load_text(to_text(options, store, hash), "command line", "");
    for (auto& p : loaded.problems) {
        p.line = p.column = 0;
        const auto found = std::ranges::find_if(
            origins, [&](const origin& o) { return p.key.starts_with(o.key); });
        if (found == origins.end())
            continue;
        // --store holds options by their names: which one it is must be told.
        const auto dot = p.key.rfind('.');
        if (found->argument == "--store" && dot != std::string::npos)
            p.text = p.key.substr(dot + 1) + ": " + p.text;
        p.key = found->argument;
    }
    return loaded;
}

} // namespace objftpd::config
