#include "storage/credentials/file_source.hpp"

#include "config/async.hpp"
#include "config/secret.hpp"
#include "storage/credentials/documents.hpp"

namespace objftpd::storage::credentials {
namespace {

constexpr std::chrono::seconds interval(5);

bool same_file(const struct ::stat& a, const struct ::stat& b) {
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
           a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

} // namespace

fetch_result file_source::read() const {
    const auto found = config::read_secret_text(path_);
    if (!found.problem.empty())
        return failure(found.problem, "check credentials_file");
    return parse_file(found.value, profile_);
}

fetch_result file_source::look() {
    struct ::stat now {};
    const bool there = ::stat(path_.c_str(), &now) == 0;
    if (there && known_ && same_file(now, seen_))
        return *known_;
    auto got = read();
    if (!got)
        return got;
    got->look_again = interval;
    seen_ = now; // before it was read: a change meanwhile is seen the next time
    known_ = *got;
    return got;
}

awaitable<fetch_result> file_source::fetch() {
    auto work = [this] { return look(); };
    co_return co_await offload(pool_, work);
}

} // namespace objftpd::storage::credentials
