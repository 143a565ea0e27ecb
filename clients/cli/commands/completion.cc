#include "clients/cli/completion.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "clients/cli/command.h"
#include "clients/cli/commands/commands.h"
#include "clients/cli/exit_code.h"

namespace jalon::client {
namespace {

std::string ScriptFor(const std::string& shell, const CLI::App& app) {
  const CompletionCommand tree = CompletionTreeOf(app);
  if (shell == "bash") return BashCompletion(tree);
  return shell == "zsh" ? ZshCompletion(tree) : FishCompletion(tree);
}

// Where the shell looks for completions of its user.
std::string PlaceFor(const std::string& shell) {
  if (shell == "bash") return "~/.local/share/bash-completion/completions/jalon";
  return shell == "zsh" ? "~/.zfunc/_jalon" : "~/.config/fish/completions/jalon.fish";
}

}  // namespace

void AddCompletion(const Command& app, Invocation& invocation) {
  const Command command =
      app.Add("completion", "A script that completes commands and options in your shell");
  auto shell = std::make_shared<std::string>();  // lives as long as the parsed command
  command.Option("shell", *shell, "Shell", {.required = true, .one_of = {"bash", "zsh", "fish"}});
  command.Examples(
      "Examples:\n"
      "  source <(jalon completion bash)\n"
      "  jalon completion zsh --output-file ~/.zfunc/_jalon\n"
      "  jalon completion fish --output-file ~/.config/fish/completions/jalon.fish");
  command.OnChosen([&invocation, shell, app] {
    invocation.run = [shell, app](Context& context) {
      context.out() << ScriptFor(*shell, app.app());
      context.Next(absl::StrCat("jalon completion ", *shell, " --output-file ", PlaceFor(*shell)),
                   "complete in every new shell");
      return kExitOk;
    };
  });
}

}  // namespace jalon::client
