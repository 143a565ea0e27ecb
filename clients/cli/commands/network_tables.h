// Tables that hang on a network: channels, reconciliation, means.
#ifndef JALON_CLIENTS_CLI_COMMANDS_NETWORK_TABLES_H_
#define JALON_CLIENTS_CLI_COMMANDS_NETWORK_TABLES_H_

#include <string>

#include "clients/cli/context.h"

namespace jalon::client {

struct ReconcileArguments {
  // Empty: the whole history.
  std::string window;
  std::string perimeter = "target";
};

struct MeansArguments {
  // Empty: all.
  std::string mean;
  std::string unit;
  std::string perimeter = "target";
};

// Exit codes of the commands; Reconcile gives kExitUnhealthy when a total does not reconcile, or
// when there is none.
int ListChannels(Context& context);
int Reconcile(Context& context, const ReconcileArguments& arguments);
int ListMeans(Context& context, const MeansArguments& arguments);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_COMMANDS_NETWORK_TABLES_H_
