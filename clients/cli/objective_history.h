// `jalon objectives history`: past objectives against what was realised.
#ifndef JALON_CLIENTS_CLI_OBJECTIVE_HISTORY_H_
#define JALON_CLIENTS_CLI_OBJECTIVE_HISTORY_H_

#include <string>
#include <vector>

#include "clients/cli/context.h"

namespace jalon::client {

struct ObjectiveHistoryOptions {
  // Ids or names of sets; empty means all of the network.
  std::vector<std::string> sets;
  std::vector<std::string> levels;
  std::vector<std::string> indicators;
  bool as_published = false;
};

// Writes the report; returns the exit code.
int ReportObjectiveHistory(Context& context, const ObjectiveHistoryOptions& options);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_OBJECTIVE_HISTORY_H_
