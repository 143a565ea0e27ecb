// `jalon network drivers`: drivers as a table, as plots, or as formulas.
#ifndef JALON_CLIENTS_CLI_DRIVER_REPORT_H_
#define JALON_CLIENTS_CLI_DRIVER_REPORT_H_

#include <string>
#include <vector>

#include "clients/cli/context.h"

namespace jalon::client {

struct DriverReportOptions {
  // Only these drivers; empty means all.
  std::vector<std::string> drivers;
  bool plot = false;
  bool ascii = false;
  bool formulas = false;
  // A scenario whose paths are drawn beside the history; empty for none.
  std::string scenario;
  // First period of plots, `YYYY-MM` or `YYYY-Qn`; empty means the first known.
  std::string since;
  // Columns of plots; 0 means the width of the terminal, or 80.
  int width = 0;
};

// Writes the report; returns the exit code.
int ReportDrivers(Context& context, const DriverReportOptions& options);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_DRIVER_REPORT_H_
