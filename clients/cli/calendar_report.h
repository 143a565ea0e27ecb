// Opening days and their effect, as tables.
#ifndef JALON_CLIENTS_CLI_CALENDAR_REPORT_H_
#define JALON_CLIENTS_CLI_CALENDAR_REPORT_H_

#include <string>
#include <vector>

#include "clients/cli/context.h"

namespace jalon::client {

// What `jalon network calendar` is asked.
struct CalendarArguments {
  std::string window;
  // With it, the change between two windows instead of days.
  std::string against;
  // Split what was realised, unit by unit, instead of naming the change of days by calendar.
  bool split = false;
  // A run whose means stand in for a window that is not realised yet.
  std::string run;
  std::vector<std::string> units, indicators;
  int depth = 0;
};

// Runs the command; returns the exit code.
int ReportCalendar(Context& context, const CalendarArguments& arguments);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_CALENDAR_REPORT_H_
