// Phases an objective set: reads what the rule names and asks sim/ for the cumulated objectives.
#ifndef JALON_SERVER_RUN_PHASED_SET_H_
#define JALON_SERVER_RUN_PHASED_SET_H_

#include <string>

#include "absl/status/statusor.h"
#include "jalon/v1/objective_service.pb.h"
#include "server/run/archive.h"
#include "sim/objective/phasing.h"

namespace jalon::server {

// What is phased, and against what.
struct PhasingQuestion {
  // `networks/{network}`: everything the rule names must belong to it.
  std::string network;
  const v1::PhasingRule& rule;
  const LoadedRevision& revision;
};

// The phased objectives of `rule.objective_set`, in canonical order. With METHOD_MODEL the model's
// mean path on the question's revision, under the scenario if one is named.
// Errors: kInvalidArgument with violations below `phasing_rule` (BAD_NAME, MISSING_FIELD,
// UNKNOWN_INDICATOR, UNKNOWN_LEVEL, FIELD_OF_ANOTHER_METHOD, BAD_WINDOW, SIZE_MISMATCH,
// OUTSIDE_REALISATIONS, WINDOW_BEFORE_MODEL, EMPTY when nothing is left to phase, NO_PROFILE, and
// those of BuildPlan), kNotFound, kFailedPrecondition for a model that is not usable.
absl::StatusOr<sim::PhasedObjectives> PhaseObjectiveSet(Archive& archive,
                                                        const PhasingQuestion& question);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_PHASED_SET_H_
