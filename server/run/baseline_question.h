// What it means to ask for a run with a baseline: what the baseline must be, and what the run takes
// from it.
#ifndef JALON_SERVER_RUN_BASELINE_QUESTION_H_
#define JALON_SERVER_RUN_BASELINE_QUESTION_H_

#include "jalon/v1/simulation_service.pb.h"
#include "server/convert/checks.h"

namespace jalon::server {

// Every rule that a run asked for and its baseline, as stored, break together: BAD_BASELINE where
// the baseline cannot be one, SET_BY_BASELINE where the run asks for something else than what the
// baseline decides.
void CheckBaseline(const v1::Run& baseline, const v1::Run& asked, Checks& checks);

// Fills what the run leaves to its baseline: model and revision, objective set, targets; and what
// the baseline decides: seed, as_of, estimator, number of paths. The scenario is the run's own.
void InheritFromBaseline(const v1::Run& baseline, v1::Run& run);

// The world without, for a run's provenance.
v1::BaselineProvenance ProvenanceOfBaseline(const v1::Run& baseline);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_BASELINE_QUESTION_H_
