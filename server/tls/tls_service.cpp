#include "server/tls/tls_service.hpp"

#include "config/listener.hpp"
#include "config/log.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace objftpd::server {
namespace {

// SECURITY: who learns the ticket keys can read what sessions with them sent; so new ones each day.
constexpr auto ticket_key_life = std::chrono::hours(24);
constexpr auto warning_interval = std::chrono::hours(24);

// What a client may know this machine by.
std::vector<std::string> names_of_this_machine(const config::settings& settings) {
    std::vector<std::string> names;
    const auto add = [&](const std::string& name) {
        if (std::ranges::find(names, name) == names.end())
            names.push_back(name);
    };
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) == 0 && host[0] != '\0')
        add(host.data());
    add("localhost");
    for (const auto& listener : settings.listeners) {
        for (const auto& address : listener.addresses)
            if (address.host != "0.0.0.0" && address.host != "::")
                add(address.host);
        if (!listener.passive_address.empty())
            add(listener.passive_address);
    }
    return names;
}

} // namespace

std::vector<config::problem> tls_service::check(const config::settings& settings,
                                                const std::string& file) {
    std::vector<config::problem> problems;
    std::vector<certificate> certificates;
    for (std::size_t i = 0; i < settings.certificates.size(); ++i) {
        const auto& c = settings.certificates[i];
        auto loaded = load_certificate(c.chain_file, c.key_file);
        if (loaded.value)
            certificates.push_back(std::move(*loaded.value));
        else
            problems.push_back({file, 0, 0, "certificate[" + std::to_string(i + 1) + "]",
                                std::move(loaded.problem)});
    }
    if (certificates.empty())
        certificates.push_back(make_self_signed_certificate({}));
    try {
        const tls_context usable(settings.tls, std::move(certificates));
    } catch (const std::runtime_error& e) {
        problems.push_back({file, 0, 0, "tls", e.what()});
    }
    return problems;
}

std::optional<std::string> tls_service::open() {
    const std::lock_guard one(loading_);
    loaded_state_ = state_of_files(); // before: what is written meanwhile is a change
    loaded_ = clock::now();
    try {
        install(load());
    } catch (const std::runtime_error& e) {
        return e.what();
    }
    return {};
}

std::vector<certificate> tls_service::load() const {
    std::vector<certificate> certificates;
    const auto take = [&](certificate_result loaded) {
        if (!loaded.value)
            throw std::runtime_error(loaded.problem);
        certificates.push_back(std::move(*loaded.value));
    };
    for (const auto& c : settings_.certificates)
        take(load_certificate(c.chain_file, c.key_file));
    if (settings_.certificates.empty()) {
        const auto names = names_of_this_machine(settings_);
        if (settings_.state_directory.empty())
            certificates.push_back(make_self_signed_certificate(names));
        else
            take(keep_self_signed_certificate(settings_.state_directory, names));
    }
    return certificates;
}

void tls_service::install(std::vector<certificate> certificates) {
    auto made = std::make_shared<const tls_context>(settings_.tls, std::move(certificates));
    const std::lock_guard lock(mutex_);
    current_ = std::move(made);
}

std::shared_ptr<const tls_context> tls_service::current() const {
    const std::lock_guard lock(mutex_);
    return current_;
}

void tls_service::reload() {
    const std::lock_guard one(loading_);
    loaded_state_ = state_of_files();
    loaded_ = clock::now(); // what is wrong is said once for each change
    try {
        install(load());
        warned_ = {};
        for (const auto& c : current()->certificates())
            config::log::info("certificate loaded",
                              {{"name", c.name()}, {"fingerprint", c.fingerprint()}});
    } catch (const std::runtime_error& e) {
        config::log::error("certificates not reloaded, the old ones stay in use",
                           {{"error", e.what()}});
    }
}

// Changes when one of the files does, whatever its clock says.
std::string tls_service::state_of_files() const {
    std::vector<std::string> files = {settings_.tls.client_ca_file, settings_.tls.client_crl_file};
    for (const auto& c : settings_.certificates) {
        files.push_back(c.chain_file);
        files.push_back(c.key_file);
    }
    std::string state;
    for (const auto& file : files) {
        struct stat status {};
        if (!file.empty() && ::stat(file.c_str(), &status) == 0)
            state += std::to_string(status.st_ino) + ' ' + std::to_string(status.st_size) + ' ' +
                     std::to_string(status.st_mtim.tv_sec) + '.' +
                     std::to_string(status.st_mtim.tv_nsec);
        state += ';';
    }
    return state;
}

void tls_service::tend(clock::time_point now) {
    bool changed = false;
    {
        const std::lock_guard one(loading_);
        changed =
            (settings_.tls.reload_interval.count() > 0 && state_of_files() != loaded_state_) ||
            now - loaded_ >= ticket_key_life;
    }
    if (changed)
        reload();
    const std::lock_guard one(loading_);
    warn_of_expiry(now);
}

void tls_service::warn_of_expiry(clock::time_point now) {
    if (now - warned_ < warning_interval)
        return;
    warned_ = now;
    for (const auto& c : current()->certificates()) {
        const auto left = c.not_after() - now;
        if (left < std::chrono::seconds(0))
            config::log::error("certificate has expired", {{"name", c.name()}});
        else if (left < settings_.tls.expiry_warning)
            config::log::warning(
                "certificate expires soon",
                {{"name", c.name()},
                 {"days", std::chrono::duration_cast<std::chrono::days>(left).count()}});
    }
}

} // namespace objftpd::server
