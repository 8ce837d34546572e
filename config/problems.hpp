#pragma once

#include "config/load.hpp"

#include <map>
#include <string>
#include <vector>

namespace objftpd::config {

/// Where a key stands in the file, both from 1; 0 when it is not there.
struct position {
    int line = 0;
    int column = 0;
};

/// Gathers all problems of one file, so that they can be told at once.
class problem_list {
public:
    explicit problem_list(std::string file) : file_(std::move(file)) {}

    /// Remembers where `key` ("user[2].name") or a section ("user[2]") stands.
    void place(const std::string& key, position where) { places_[key] = where; }

    /// Whether it stands in the file.
    bool has(const std::string& key) const { return places_.contains(key); }

    /// A problem of `key`. A key that was not given is placed at its section.
    void add(const std::string& key, std::string text);

    /// A problem at a known position.
    void add(const std::string& key, position where, std::string text);

    /// All problems in the order of the file.
    std::vector<problem> take();

private:
    std::string file_;
    std::map<std::string, position> places_;
    std::vector<problem> problems_;
};

/// The checks that look at several options at once.
void check_consistency(const settings& s, problem_list& problems);

} // namespace objftpd::config
