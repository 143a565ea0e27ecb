// A command of `jalon` and its options, in front of CLI11, which takes seconds to compile and so is
// included by one file only.
#ifndef JALON_CLIENTS_CLI_COMMAND_H_
#define JALON_CLIENTS_CLI_COMMAND_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}  // namespace CLI

namespace jalon::client {

// What a value must be, besides of its type.
struct OptionRule {
  bool required = false;
  // The name of a file; shells complete it.
  bool is_file = false;
  // Accepted texts; empty means any.
  std::vector<std::string> one_of;
  // Accepted numbers, both ends included.
  std::optional<std::pair<double, double>> range;
};

// A handle on a command; copies mean the same command. Variables bound to options must live until
// the command line has been parsed and the command has run.
class Command {
 public:
  explicit Command(CLI::App& app) : app_(&app) {}

  // A command below this one.
  Command Add(const std::string& name, const std::string& what) const;
  // Naming this command without one below it is a usage error.
  void RequireOne() const;
  // Called when the command line names this command.
  void OnChosen(const std::function<void()>& chosen) const;
  // Shown after the options by --help.
  void Examples(const std::string& text) const;

  // `flags`: `--name`, `-n,--name`, or `name` for a positional. T: std::string, int, int64_t,
  // double, std::optional of a number, std::vector<std::string> (given one or more times).
  template <class T>
  void Option(const std::string& flags, T& value, const std::string& what,
              const OptionRule& rule = {}) const;
  void Flag(const std::string& flags, bool& value, const std::string& what) const;

  const CLI::App& app() const { return *app_; }

 private:
  CLI::App* app_;
};

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_COMMAND_H_
