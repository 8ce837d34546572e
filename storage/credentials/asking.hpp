#pragma once

#include "storage/credentials/source.hpp"
#include "storage/http/client.hpp"

#include <memory>
#include <string>

namespace objftpd::storage::credentials {

/// How a service that gives out credentials is reached.
using client_settings = std::shared_ptr<const http::client_settings>;

/// For metadata and token services: close by, so never through a proxy, and quick.
client_settings direct_settings();

/// The same for a service of one's own, which may have a certificate as the store has.
client_settings token_service_settings(const http::client_settings& of_store);

/// For STS: as the store itself is reached, with time limits of its own.
client_settings sts_settings(const http::client_settings& of_store);

struct reply {
    int status = 0;
    std::string text;
    std::string date; // as the header has it; empty: none
};

/// One short request and its whole answer.
awaitable<result<reply>> ask(client_settings how, http::request r, std::string body);

/// What is told when no answer came, or not the one that was wanted.
failure no_answer(const http::request& r, const error_code& why, std::string advice);
failure wrong_answer(const http::request& r, const reply& got, std::string advice);

} // namespace objftpd::storage::credentials
