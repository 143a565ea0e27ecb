// Fitting a model to a revision.
#ifndef JALON_SIM_MODEL_FIT_H_
#define JALON_SIM_MODEL_FIT_H_

#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "sim/base/period.h"
#include "sim/base/stop_token.h"
#include "sim/model/model.h"
#include "sim/network/revision.h"

namespace jalon::sim {

struct FitOptions {
  // Last realised period used; what came later is not looked at. Default: the last one present,
  // before any indicator's provisional_from.
  std::optional<Period> as_of;
  // Seasonal shrinkage, trend and damping, in docs/model/first-fit.md.
  double trend_damping = 0.95;
  // Weight of a level observation halves every this many periods. > 0.
  double level_half_life_periods = 6.0;
  // A series missing in this many last periods has ended.
  int ended_after_missing = 3;
};

// The last period a fit with these options would use, or why it could not begin: what FitModel
// checks before it computes. Cheap. Errors: kInvalidArgument, as FitModel.
absl::StatusOr<Period> ResolveAsOf(const Revision& revision, const FitOptions& options);

// Called with a share done in [0, 1], at most a few hundred times.
using ProgressFn = absl::FunctionRef<void(double)>;

// Fits a model. Deterministic; single-threaded; O(series x periods).
// Errors: kInvalidArgument (fewer than 13 monthly or 5 quarterly periods up to as_of, as_of outside
// the realisations, options out of range), kCancelled when `stop` is raised.
absl::StatusOr<Model> FitModel(const Revision& revision, const FitOptions& options,
                               const StopToken& stop, ProgressFn progress);

}  // namespace jalon::sim

#endif  // JALON_SIM_MODEL_FIT_H_
