#include "clients/cli/usage_error.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace jalon::client {
namespace {

size_t EditDistance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

// The command that was being read when the words stopped making sense.
const CLI::App& DeepestCommand(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : DeepestCommand(*chosen.back());
}

std::string FullCommand(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name()
                           : absl::StrCat(FullCommand(*parent), " ", command.get_name());
}

std::vector<std::string> CommandNames(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* below : command.get_subcommands({})) names.push_back(below->get_name());
  return names;
}

// Options of the command and of those above it, which may follow it.
std::vector<std::string> OptionNames(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* app = &command; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

// The first word nobody expected, as typed; unexpected options come before unexpected words.
std::string UnexpectedWord(const CLI::App& app) {
  const std::vector<std::string> words = app.remaining(true);
  const auto option = std::find_if(words.begin(), words.end(),
                                   [](const std::string& word) { return word[0] == '-'; });
  if (option != words.end()) return option->substr(0, option->find('='));
  return words.empty() ? "" : words.front();
}

}  // namespace

std::string Nearest(const std::string& word, const std::vector<std::string>& candidates) {
  std::string nearest;
  size_t fewest = std::max<size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const size_t edits = EditDistance(word, candidate);
    if (edits < fewest) {
      fewest = edits;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string ExplainUsageError(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = DeepestCommand(app);
  const std::string name = FullCommand(command);
  const std::string word = UnexpectedWord(app);
  const bool is_option = !word.empty() && word[0] == '-';
  const std::vector<std::string> names = is_option ? OptionNames(command) : CommandNames(command);
  std::string text = absl::StrCat("error: ", error.what());
  if (is_option) {
    text = absl::StrCat("error: `", name, "` has no option `", word, "`");
  } else if (!names.empty() && !word.empty()) {
    text = absl::StrCat("error: `", name, "` has no command `", word, "`");
  } else if (!word.empty()) {
    text = absl::StrCat("error: `", name, "` does not expect `", word, "`");
  } else if (!names.empty()) {
    text = absl::StrCat("error: `", name, "` needs a command");
  }
  const std::string nearest = word.empty() ? "" : Nearest(word, names);
  if (!nearest.empty()) {
    absl::StrAppend(&text, "; did you mean `", nearest, "`?");
  } else if (!is_option && !names.empty()) {
    absl::StrAppend(&text, "; commands: ", absl::StrJoin(names, ", "));
  }
  return absl::StrCat(text, "\nsee: ", name, " --help\n");
}

}  // namespace jalon::client
