#include "storage/refused_action.hpp"

#include "storage/rest/call.hpp"

#include <boost/system/error_category.hpp>

namespace objftpd::storage {
namespace {

class refusal_category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "objftpd.refused_action"; }

    std::string message(int value) const override {
        return "the store refuses " + name_of_action(value);
    }

    static std::string name_of_action(int value) {
        return std::string(rest::name_of(static_cast<rest::operation>(value - 1)));
    }
};

const refusal_category& refusals() {
    static const refusal_category instance;
    return instance;
}

} // namespace

error_code refused_action(rest::operation which) {
    return {static_cast<int>(which) + 1, refusals()}; // 0 would be no error
}

std::optional<std::string> refused_action_of(const error_code& e) {
    if (e.category() != refusals())
        return std::nullopt;
    return refusal_category::name_of_action(e.value());
}

bool is_refusal(const error_code& e) {
    return e == errc::permission_denied || e.category() == refusals();
}

} // namespace objftpd::storage
