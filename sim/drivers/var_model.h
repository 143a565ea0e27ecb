// The driver model: a shrunk vector autoregression that a scenario can impose, shift or leave free.
#ifndef JALON_SIM_DRIVERS_VAR_MODEL_H_
#define JALON_SIM_DRIVERS_VAR_MODEL_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/base/period.h"
#include "sim/base/violation.h"
#include "sim/drivers/drivers.h"

namespace jalon::sim {

// x[t] = intercept + A x[t-1] + C z[t], z standard normal, at the network's frequency.
// First order, coefficients shrunk to "each driver is its own last value" (Minnesota prior,
// [Litterman1986]), so that 24 periods of 5 drivers still give a stable path.
struct VarModel {
  // Sorted; every driver that an elasticity uses.
  std::vector<std::string> driver_ids;
  // [driver]
  std::vector<double> intercept;
  // [driver x driver], row-major; spectral radius <= 1.
  std::vector<double> coefficients;
  // Lower-triangular factor of the innovation covariance [driver x driver], row-major.
  std::vector<double> innovation_factor;
  // Last observed period, shared by all drivers; and values there [driver].
  Period last;
  std::vector<double> last_values;

  int driver_count() const { return static_cast<int>(driver_ids.size()); }
  friend bool operator==(const VarModel&, const VarModel&) = default;
};

struct VarOptions {
  // Prior standard deviation of own-lag and cross-lag coefficients, in units of residual ratios
  // (> 0). The drift at the driver's mean has own_tightness residual standard deviations.
  double own_tightness = 0.2;
  double cross_tightness = 0.05;
  // History is used up to here.
  Period as_of;
};

// Fits the drivers `ids` of `table` on their history up to `options.as_of`: one ridge regression
// per driver of its move on the previous values of all, between its first and its last observed
// period. A missing value is the last one seen; before its first one a driver sits at it. Residual
// correlations are shrunk to 0 with as many pseudo-observations as there are drivers, and
// coefficients are scaled down when the spectral radius exceeds 1.
// A driver that stops before as_of keeps its last value until then; a driver that never moves has
// innovation 0 and moves nobody. Duplicate ids count once.
// Errors: kInvalidArgument naming each driver (UNKNOWN_DRIVER, TOO_FEW_PERIODS for fewer than 3
// observed periods, OUT_OF_RANGE for values whose squares overflow or a tightness that is not > 0).
// Cost: O(drivers^4 + drivers^3 x periods).
absl::StatusOr<VarModel> FitVar(const DriverTable& table, const std::vector<std::string>& ids,
                                Frequency frequency, const VarOptions& options);

// Every broken rule of a model that was edited or imported: ids not sorted or repeated, sizes that
// disagree, non-finite numbers, a spectral radius above 1 + 1e-6, an innovation factor that is not
// lower triangular with a non-negative diagonal. Field paths are `coefficients[i]` and so on.
// Reasons: BAD_ID, EMPTY_ID, NOT_SORTED, BAD_SHAPE, NOT_FINITE, UNSTABLE, NOT_TRIANGULAR, NEGATIVE.
Violations ValidateVar(const VarModel& model);

}  // namespace jalon::sim

#endif  // JALON_SIM_DRIVERS_VAR_MODEL_H_
