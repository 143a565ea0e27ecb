// What can be typed after `jalon`, read off the commands themselves.
#ifndef JALON_CLIENTS_CLI_COMPLETION_TREE_H_
#define JALON_CLIENTS_CLI_COMPLETION_TREE_H_

#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace jalon::client {

// An option, or a word a command takes without one.
struct CompletionOption {
  // `-o`, `--output`; empty for a word.
  std::vector<std::string> names;
  std::string what;
  enum class Value { kNone, kText, kFile, kOneOf } value = Value::kNone;
  // kOneOf: the accepted texts.
  std::vector<std::string> values;
};

struct CompletionCommand {
  // Words after `jalon`; empty for `jalon` itself.
  std::string path;
  std::string name;
  std::string what;
  // Its own; those of `jalon` itself may follow any command.
  std::vector<CompletionOption> options;
  std::vector<CompletionOption> words;
  std::vector<CompletionCommand> commands;
};

CompletionCommand CompletionTreeOf(const CLI::App& app);

// The command and all below it, depth-first. Pointers into `tree`.
std::vector<const CompletionCommand*> AllCommands(const CompletionCommand& tree);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_COMPLETION_TREE_H_
