// Periods as the API writes them.
#ifndef JALON_CLIENTS_CLI_PERIODS_H_
#define JALON_CLIENTS_CLI_PERIODS_H_

#include <string>

namespace jalon::client {

// The period `n` periods after `period` (`YYYY-MM` or `YYYY-Qn`); `period` itself when it is
// neither.
std::string PeriodPlus(const std::string& period, int n);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_PERIODS_H_
