#include "clients/cli/completion_tree.h"

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace jalon::client {
namespace {

using Value = CompletionOption::Value;

// Accepted texts stand in the type as `{replace,append}`, the name of a file as `FILE`.
void SetValue(const std::string& type, CompletionOption& option) {
  const size_t open = type.find('{');
  const size_t close = type.find('}', open == type.npos ? 0 : open);
  if (open != type.npos && close != type.npos) {
    option.value = Value::kOneOf;
    option.values = absl::StrSplit(type.substr(open + 1, close - open - 1), ',');
  } else {
    option.value = type == "FILE" ? Value::kFile : Value::kText;
  }
}

CompletionOption OptionOf(const CLI::Option& option) {
  CompletionOption result{.what = option.get_description()};
  for (const std::string& name : option.get_snames()) result.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) result.names.push_back("--" + name);
  if (option.get_items_expected_max() > 0) SetValue(option.get_type_name(), result);
  return result;
}

std::string PathOf(const CLI::App& app) {
  if (app.get_parent() == nullptr) return "";
  const std::string above = PathOf(*app.get_parent());
  return absl::StrCat(above, above.empty() ? "" : " ", app.get_name());
}

}  // namespace

CompletionCommand CompletionTreeOf(const CLI::App& app) {
  CompletionCommand command{
      .path = PathOf(app), .name = app.get_name(), .what = app.get_description()};
  for (const CLI::Option* option : app.get_options()) {
    (option->get_positional() ? command.words : command.options).push_back(OptionOf(*option));
  }
  for (const CLI::App* below : app.get_subcommands({})) {
    command.commands.push_back(CompletionTreeOf(*below));
  }
  return command;
}

std::vector<const CompletionCommand*> AllCommands(const CompletionCommand& tree) {
  std::vector<const CompletionCommand*> all = {&tree};
  for (const CompletionCommand& command : tree.commands) {
    const std::vector<const CompletionCommand*> below = AllCommands(command);
    all.insert(all.end(), below.begin(), below.end());
  }
  return all;
}

}  // namespace jalon::client
