// The commands of `jalon`, one file each.
#ifndef JALON_CLIENTS_CLI_COMMANDS_COMMANDS_H_
#define JALON_CLIENTS_CLI_COMMANDS_COMMANDS_H_

#include <functional>

#include "clients/cli/context.h"

namespace CLI {
class App;
}  // namespace CLI

namespace jalon::client {

// What parsing decided to run; returns the exit code.
struct Invocation {
  std::function<int(Context&)> run;
};

// Each adds its command (with subcommands) to `app`; when the command line names it, parsing sets
// `invocation.run`. Both must outlive the parse.
void AddStatus(CLI::App& app, Invocation& invocation);
void AddDoctor(CLI::App& app, Invocation& invocation);
void AddImport(CLI::App& app, Invocation& invocation);
void AddNetwork(CLI::App& app, Invocation& invocation);
void AddIndicators(CLI::App& app, Invocation& invocation);
void AddSeries(CLI::App& app, Invocation& invocation);
void AddFit(CLI::App& app, Invocation& invocation);
void AddModel(CLI::App& app, Invocation& invocation);
void AddScenario(CLI::App& app, Invocation& invocation);
void AddObjectives(CLI::App& app, Invocation& invocation);
void AddSimulate(CLI::App& app, Invocation& invocation);
void AddRuns(CLI::App& app, Invocation& invocation);
void AddForecast(CLI::App& app, Invocation& invocation);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_COMMANDS_COMMANDS_H_
