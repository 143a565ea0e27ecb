// Objectives: messages of the API, tables on disk and values of sim/.
#ifndef JALON_SERVER_CONVERT_OBJECTIVE_H_
#define JALON_SERVER_CONVERT_OBJECTIVE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jalon/store/v1/content.pb.h"
#include "jalon/v1/objective_service.pb.h"
#include "jalon/v1/result.pb.h"
#include "server/convert/checks.h"
#include "sim/network/network.h"
#include "sim/objective/objective.h"

namespace jalon::server {

// Reads objectives given one by one against a network; violations go to `checks` under
// `objectives[i]`. Values must be whole numbers of rounding steps. What sim::ValidateObjectives
// checks is not checked here.
std::vector<sim::Objective> ReadObjectives(const v1::ObjectiveList& list,
                                           const sim::Network& network, Checks& checks);

// Reads a rule against a network; violations go to `checks`, whose root is the rule's field.
sim::GrowthRule ReadGrowthRule(const v1::GrowthRule& proto, const sim::Network& network,
                               Checks& checks);

// Checks what people write about a set: label, fiscal year, dates, author, reason.
void CheckObjectiveSet(const v1::ObjectiveSet& set, sim::Frequency frequency, Checks& checks);

// Sorts objectives canonically: indicator, unit, segment, window. All ids must be known.
void SortObjectives(const sim::Network& network, std::vector<sim::Objective>& objectives);

// A table on disk, by columns, in the order given, and back. Errors: kDataLoss.
store::v1::ObjectiveTable ToTable(const sim::Network& network,
                                  const std::vector<sim::Objective>& objectives);
absl::StatusOr<std::vector<sim::Objective>> FromTable(const store::v1::ObjectiveTable& table);

}  // namespace jalon::server

#endif  // JALON_SERVER_CONVERT_OBJECTIVE_H_
