// Objectives of a set after the changes of the perimeter.
#ifndef JALON_SERVER_RPC_OBJECTIVE_RESTATEMENT_H_
#define JALON_SERVER_RPC_OBJECTIVE_RESTATEMENT_H_

#include <vector>

#include "absl/status/statusor.h"
#include "jalon/v1/objective_service.pb.h"
#include "server/convert/objective.h"
#include "server/rpc/call.h"

namespace jalon::server {

// The objectives of the set a rule names, handed over by the perimeter of `revision`; what
// happened goes to `set`, and the perimeter it then refers to unless the caller gave one. `network`
// is the set's own.
// Errors: kInvalidArgument (BAD_NAME, a set that does not fit the revision any more), kNotFound.
absl::StatusOr<std::vector<sim::Objective>> RestateObjectives(Call& call,
                                                              const v1::PerimeterRestatement& rule,
                                                              const sim::Revision& revision,
                                                              v1::ObjectiveSet* set);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_OBJECTIVE_RESTATEMENT_H_
