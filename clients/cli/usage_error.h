// What to say when the command line cannot be understood.
#ifndef JALON_CLIENTS_CLI_USAGE_ERROR_H_
#define JALON_CLIENTS_CLI_USAGE_ERROR_H_

#include <string>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace jalon::client {

// The problem in words, the nearest command or option where one is near, and where to read on.
// `app` has just refused its arguments with `error`.
std::string ExplainUsageError(const CLI::App& app, const CLI::ParseError& error);

// The candidate fewest edits (insert, delete, replace) away from `word`; empty when none is within
// a third of its letters. The first of equals.
std::string Nearest(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_USAGE_ERROR_H_
