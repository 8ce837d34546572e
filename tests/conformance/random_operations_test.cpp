#include "storage/layers/stat_cache.hpp"
#include "tests/conformance/adapter_test.hpp"
#include "tests/conformance/file_tree_model.hpp"
#include "tests/conformance/mounted_bucket.hpp"

#include <rapidcheck.h>
#include <rapidcheck/state.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <sstream>

using namespace objftpd;
using namespace objftpd::tests;

namespace {

using kind = tree_operation::kind;

std::string as_text(const std::set<errc>& reasons) {
    std::string text;
    for (const auto reason : reasons)
        text += (text.empty() ? "" : " or ") + make_error_code(reason).message();
    return text;
}

template <class What>
void fail(const What& what, const std::string& expected, const std::string& found) {
    std::ostringstream text;
    text << what << "\nexpected: " << expected << "\nfound: " << found;
    RC_FAIL(text.str());
}

// Asks for it, and compares the answer.
void check(const file_tree& tree, const tree_operation& operation, mounted_bucket& bucket) {
    const auto answer = bucket.perform(operation);
    const auto found = answer ? "success " + *answer : answer.error().message();
    const auto refusals = tree.refusals(operation);
    if (!refusals.empty()) {
        const bool ended_before = operation.what == kind::abandon && answer;
        const bool is_one = !answer && std::ranges::any_of(refusals, [&](errc reason) {
            return answer.error() == reason;
        });
        if (!is_one && !ended_before)
            fail(operation, as_text(refusals), found);
        return;
    }
    const auto expected = tree.answer(operation);
    if (!answer || *answer != expected)
        fail(operation, "success " + expected, found);
}

std::string in_words(const storage::tree_size& size) {
    return std::to_string(size.files) + " files of " + std::to_string(size.bytes) + " bytes";
}

// All files, those that a directory hides from listings, too.
void check_size(const file_tree& tree, mounted_bucket& bucket) {
    storage::tree_size expected;
    expected.files = tree.files().size();
    for (const auto& [path, content] : tree.files())
        expected.bytes += content.size();
    const auto found = bucket.measure();
    if (!found)
        fail("size of all", in_words(expected), found.error().message());
    else if (found->files != expected.files || found->bytes != expected.bytes)
        fail("size of all", in_words(expected), in_words(*found));
}

std::set<std::string> changed(const file_tree& before, const file_tree& after) {
    std::set<std::string> paths;
    std::ranges::set_symmetric_difference(before.directories(), after.directories(),
                                          std::inserter(paths, paths.end()));
    std::vector<std::pair<std::string, std::string>> files;
    std::ranges::set_symmetric_difference(before.files(), after.files(), std::back_inserter(files));
    for (auto& [path, content] : files)
        paths.insert(std::move(path));
    return paths;
}

void look(kind what, const std::string& path, const file_tree& tree, mounted_bucket& bucket) {
    tree_operation operation;
    operation.what = what;
    operation.path = path;
    check(tree, operation, bucket);
}

void look_at(const std::set<std::string>& paths, const file_tree& tree, mounted_bucket& bucket) {
    for (const auto& path : paths) {
        look(kind::stat, path, tree, bucket);
        look(kind::enter, path, tree, bucket);
    }
}

// A cache learns from listings: before them it tells what it knows by itself.
void look_at_all(const file_tree& tree, mounted_bucket& bucket) {
    const file_tree nothing(true);
    look_at(changed(nothing, tree), tree, bucket);
    for (const auto& path : tree.directories())
        look(kind::list, path, tree, bucket);
    for (const auto& [path, content] : tree.files())
        look(kind::read, path, tree, bucket);
}

class command final : public rc::state::Command<file_tree, mounted_bucket> {
public:
    explicit command(tree_operation operation) : operation_(std::move(operation)) {}

    // The server itself answers where both names are the same.
    void checkPreconditions(const file_tree& tree) const override {
        RC_PRE(!operation_.has_target() || operation_.path != operation_.to);
        RC_PRE(!tree.is_uncertain(operation_));
    }

    void apply(file_tree& tree) const override { tree.apply(operation_); }

    void run(const file_tree& before, mounted_bucket& bucket) const override {
        check(before, operation_, bucket);
        const auto after = nextState(before);
        auto paths = changed(before, after);
        paths.insert(operation_.path);
        paths.insert(operation_.to);
        look_at(paths, after, bucket);
        check_size(after, bucket);
    }

    void show(std::ostream& out) const override { out << operation_; }

private:
    const tree_operation operation_;
};

// --- what is tried ---

template <class T>
T one_of(const std::vector<T>& all) {
    return all[*rc::gen::inRange<std::size_t>(0, all.size())];
}

bool one_in(int n) {
    return *rc::gen::inRange(0, n) == n - 1;
}

// Few, so that they meet; "a-1" stands between "a" and what is in it.
std::string any_name() {
    static const std::vector<std::string> names = {"a", "a", "b", "a-1", "c d", "ä"};
    return one_of(names);
}

std::string new_path() {
    auto path = any_name();
    const auto depth = *rc::gen::element(1, 1, 2, 2, 3);
    for (int i = 1; i < depth; ++i)
        path += '/' + any_name();
    return path;
}

// Mostly of something that is there.
std::string any_path(const file_tree& tree) {
    if (one_in(40))
        return std::string();
    const auto choice = *rc::gen::inRange(0, 10);
    std::vector<std::string> there;
    if (choice < 3)
        return new_path();
    if (choice < 5)
        there.assign(std::next(tree.directories().begin()), tree.directories().end());
    else
        for (const auto& [path, content] : tree.files())
            there.push_back(path);
    return there.empty() ? new_path() : one_of(there);
}

// Long ones are beyond what stores take for a part.
std::string any_content() {
    const auto first = *rc::gen::inRange<std::size_t>(0, 10);
    const bool is_long = one_in(12);
    const auto size = is_long ? *rc::gen::inRange<std::size_t>(100 << 10, 300 << 10)
                              : *rc::gen::inRange<std::size_t>(0, 20);
    return pattern(first + size).substr(first);
}

// Within a file, at its end and beyond.
std::uint64_t any_offset(const file_tree& tree, const std::string& path) {
    const auto there = tree.files().find(path);
    const auto size = there == tree.files().end() ? 0 : there->second.size();
    return one_in(3) ? size : *rc::gen::inRange<std::uint64_t>(0, size + 3);
}

tree_operation any_operation(const file_tree& tree) {
    // More comes than goes.
    static const std::vector<kind> kinds = {
        kind::store,
        kind::store,
        kind::store,
        kind::store,
        kind::store,
        kind::store,
        kind::store,
        kind::make_directory,
        kind::make_directory,
        kind::rename,
        kind::rename,
        kind::rename,
        kind::rename,
        kind::copy,
        kind::copy,
        kind::remove,
        kind::remove_directory,
        kind::remove_tree,
        kind::abandon,
        kind::read,
        kind::list,
        kind::stat,
    };
    tree_operation o;
    o.what = one_of(kinds);
    o.path = o.uploads() && one_in(2) ? new_path() : any_path(tree);
    if (o.has_target())
        o.to = any_path(tree);
    if (o.uploads()) {
        o.content = any_content();
        o.in_pieces = one_in(2);
        o.offset = one_in(5) ? at_end : 0;
        if (o.offset == 0 && one_in(3))
            o.offset = any_offset(tree, o.path);
    }
    if (o.what == kind::read)
        o.offset = any_offset(tree, o.path);
    if (o.what == kind::list && one_in(3))
        o.name_prefix = any_name();
    const bool makes = o.uploads() || o.has_target();
    if (makes && one_in(3))
        o.existing = overwrite::refused;
    if ((makes || o.what == kind::make_directory) && one_in(6))
        o.missing = parents::must_exist;
    return o;
}

using any_of_them = std::shared_ptr<const command::CommandType>;

rc::Gen<any_of_them> any_command(const file_tree& tree) {
    const auto any = [tree]() -> any_of_them {
        return std::make_shared<const command>(any_operation(tree));
    };
    return rc::gen::resize(rc::kNominalSize, rc::gen::exec(any));
}

// --- the test ---

class random_operations_test : public adapter_test {
public:
    static constexpr int longest_sequence = 100;
    static constexpr auto shrinking_time = std::chrono::seconds(40);

    /// One sequence on the empty bucket; then all of it is looked at.
    void run_sequence() {
        const bool shrunk_enough = fails_since_ && clock::now() - *fails_since_ > shrinking_time;
        if (shrunk_enough)
            return;
        const bool is_cached = !can().real_directories && *rc::gen::arbitrary<bool>();
        const file_tree nothing(can().real_directories, is_cached);
        const auto any_sequence = rc::state::gen::commands(nothing, any_command);
        const auto commands = *rc::gen::resize(longest_sequence, any_sequence);
        try {
            run_sequence(commands, nothing, is_cached);
        } catch (const rc::detail::CaseResult& failed) {
            if (!fails_since_)
                fails_since_ = clock::now();
            std::ostringstream text;
            text << (is_cached ? "with a cache in front:\n" : "");
            rc::state::showValue(commands, text);
            text << '\n' << failed.description;
            smallest_failure_ = std::move(text).str();
            throw;
        }
    }

    /// Of those that shrinking has led to in its time.
    const std::string& smallest_failure() const { return smallest_failure_; }

private:
    using clock = std::chrono::steady_clock;

    void run_sequence(const rc::state::Commands<command::CommandType>& commands,
                      const file_tree& nothing, bool is_cached) {
        clear();
        const auto store = shared_store();
        mounted_bucket bucket(*this, store, is_cached ? cache_of(store) : store);
        rc::state::runAll(commands, nothing, bucket);
        auto tree = nothing;
        rc::state::applyAll(commands, tree);
        look_at_all(tree, bucket);
    }

    static std::shared_ptr<storage::adapter> cache_of(std::shared_ptr<storage::adapter> store) {
        const storage::layers::stat_cache_settings settings;
        auto known = std::make_shared<storage::layers::stat_memory>(settings);
        return std::make_shared<storage::layers::stat_cache>(std::move(store), std::move(known));
    }

    // By single removals, the deepest first. A directory may come back with its last object's end.
    void clear() {
        storage::list_request all("", std::string(), 1000);
        all.recursive = true;
        for (int rounds = 0; rounds < 10; ++rounds) {
            const auto page = run(store().list(all));
            if (!page)
                RC_FAIL("the bucket cannot be listed: " + page.error().message());
            if (page->entries.empty())
                return;
            for (auto entry = page->entries.rbegin(); entry != page->entries.rend(); ++entry)
                static_cast<void>(entry->directory ? remove_directory(entry->key)
                                                   : remove(entry->key));
        }
        RC_FAIL("the bucket cannot be emptied");
    }

    std::optional<clock::time_point> fails_since_;
    std::string smallest_failure_;
};

} // namespace

// Repeated with the same sequences by RC_PARAMS="seed=N", as rapidcheck tells at the start;
// RC_PARAMS="max_success=N" tries more of them.
TEST_CASE_METHOD(random_operations_test, "whatever is done, a bucket is the tree that it should be",
                 "[random]") {
    auto params = rc::detail::configuration().testParams;
    if (params.maxSuccess == rc::detail::TestParams().maxSuccess)
        params.maxSuccess = 12;
    const auto outcome =
        rc::detail::checkTestable([this] { run_sequence(); }, rc::detail::TestMetadata(), params);
    std::ostringstream told;
    rc::detail::printResultMessage(outcome, told);
    INFO("RC_PARAMS=\"seed=" << params.seed << "\"");
    INFO((smallest_failure().empty() ? told.str() : smallest_failure()));
    CHECK(outcome.is<rc::detail::SuccessResult>());
    CHECK(leftovers() == 0);
}
