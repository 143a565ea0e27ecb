// How likely each objective is attained, for people and for files.
#ifndef JALON_CLIENTS_CLI_ATTAINMENT_REPORT_H_
#define JALON_CLIENTS_CLI_ATTAINMENT_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "clients/cli/context.h"

namespace jalon::client {

struct AttainmentReportOptions {
  // Rows shown on a screen; files always get all of them.
  int64_t shown_rows = 40;
  v1::View view;
};

// Writes the rows of `run`. On a screen: a summary by indicator first (objectives, mean
// probability, how many under 10 % and over 90 %), then the first rows.
absl::Status WriteAttainment(Context& context, const std::string& run,
                             const AttainmentReportOptions& options);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_ATTAINMENT_REPORT_H_
