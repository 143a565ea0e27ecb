// The commands of `jalon`, one file each.
#ifndef JALON_CLIENTS_CLI_COMMANDS_COMMANDS_H_
#define JALON_CLIENTS_CLI_COMMANDS_COMMANDS_H_

#include <functional>

#include "clients/cli/command.h"
#include "clients/cli/context.h"

namespace jalon::client {

// What parsing decided to run; returns the exit code.
struct Invocation {
  std::function<int(Context&)> run;
};

// Each adds its command (with subcommands) to `app`; when the command line names it, parsing sets
// `invocation.run`. Both must outlive the parse.
void AddStatus(const Command& app, Invocation& invocation);
void AddDoctor(const Command& app, Invocation& invocation);
void AddImport(const Command& app, Invocation& invocation);
void AddNetwork(const Command& app, Invocation& invocation);
void AddIndicators(const Command& app, Invocation& invocation);
// Below `indicators`.
void AddIndicatorEffects(const Command& indicators, Invocation& invocation);
void AddSeries(const Command& app, Invocation& invocation);
void AddFit(const Command& app, Invocation& invocation);
void AddModel(const Command& app, Invocation& invocation);
void AddScenario(const Command& app, Invocation& invocation);
void AddObjectives(const Command& app, Invocation& invocation);
void AddSimulate(const Command& app, Invocation& invocation);
void AddRuns(const Command& app, Invocation& invocation);
void AddForecast(const Command& app, Invocation& invocation);
void AddCompletion(const Command& app, Invocation& invocation);

// Commands below `network` and `objectives`, in files of their own.
void AddNetworkPerimeter(const Command& network, Invocation& invocation);
void AddNetworkExport(const Command& network, Invocation& invocation);
void AddObjectivesRestate(const Command& objectives, Invocation& invocation);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_COMMANDS_COMMANDS_H_
