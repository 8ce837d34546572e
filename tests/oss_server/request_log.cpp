#include "tests/oss_server/request_log.hpp"

#include "storage/http/encoding.hpp"

#include <iostream>
#include <stdexcept>

namespace objftpd::oss_server {
namespace {

std::string or_dash(std::string text) {
    return text.empty() ? "-" : text;
}

} // namespace

request_log::request_log(const std::string& file, memory m)
    : to_standard_output_(file == "-"), memory_(m) {
    if (file.empty() || to_standard_output_)
        return;
    file_.open(file, std::ios::app);
    if (!file_)
        throw std::runtime_error("cannot open the log " + file);
}

void request_log::add(logged_request r) {
    const std::lock_guard guarded(mutex_);
    if (file_.is_open() || to_standard_output_) {
        std::ostream& out = to_standard_output_ ? std::cout : file_;
        // SECURITY: keys are encoded, so no name can forge a line.
        out << r.method << ' ' << or_dash(r.bucket) << ' '
            << or_dash(storage::http::percent_encode_path(r.key)) << ' ' << or_dash(r.query) << ' '
            << r.status << ' ' << r.received << ' ' << r.sent << ' ' << or_dash(r.code)
            << std::endl;
    }
    if (memory_ == memory::kept)
        requests_.push_back(std::move(r));
}

std::vector<logged_request> request_log::requests() const {
    const std::lock_guard guarded(mutex_);
    return requests_;
}

void request_log::clear() {
    const std::lock_guard guarded(mutex_);
    requests_.clear();
}

} // namespace objftpd::oss_server
