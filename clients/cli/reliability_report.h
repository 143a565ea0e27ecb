// The reliability table of a run whose windows are realised by now.
#ifndef JALON_CLIENTS_CLI_RELIABILITY_REPORT_H_
#define JALON_CLIENTS_CLI_RELIABILITY_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "clients/cli/context.h"

namespace jalon::client {

struct ReliabilityReportOptions {
  v1::View view;
  // One table per indicator instead of one over all.
  bool by_indicator = false;
};

// Compares the probabilities of `run` (a full name) with what the newest revision says came, by
// level of the tree. Objectives whose window is not wholly realised are counted and left out.
// Errors: those of the reads; kFailedPrecondition when nothing is realised.
absl::Status WriteReliability(Context& context, const std::string& run,
                              const ReliabilityReportOptions& options);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_RELIABILITY_REPORT_H_
