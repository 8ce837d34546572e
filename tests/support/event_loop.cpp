#include "tests/support/event_loop.hpp"

#include <boost/asio/detached.hpp>

namespace objftpd::tests {

// Here and nowhere else: g++ 12 cannot link what it makes of this in two files of one program.
void event_loop::start(awaitable<void> work) {
    asio::co_spawn(context_, std::move(work), asio::detached);
}

} // namespace objftpd::tests
