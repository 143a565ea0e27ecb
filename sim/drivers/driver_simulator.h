// Paths of drivers under a scenario: free, imposed or shifted.
#ifndef JALON_SIM_DRIVERS_DRIVER_SIMULATOR_H_
#define JALON_SIM_DRIVERS_DRIVER_SIMULATOR_H_

#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/drivers/var_model.h"

namespace jalon::sim {

// What is assumed of one driver over the simulated periods.
struct DriverCourse {
  enum class Mode {
    kImpose,  // the driver is `values`
    kShift,   // the driver is its simulated value plus `values`
  };
  // Index into VarModel::driver_ids.
  int driver = 0;
  Mode mode = Mode::kImpose;
  // Whether the other drivers follow.
  bool moves_others = false;
  // [simulated period]; NaN where the driver is free.
  std::vector<double> values;

  friend bool operator==(const DriverCourse& a, const DriverCourse& b);
};

// The first simulated period, below `period_count`, in which two sets of courses (at most one for a
// driver) say something else of a driver; `period_count` where they never do.
int FirstDifference(const std::vector<DriverCourse>& a, const std::vector<DriverCourse>& b,
                    int period_count);

// Simulates x[t] = intercept + A x[t-1] + C z[t] (sim/drivers/var_model.h) under courses.
//
// A course without moves_others replaces or shifts what is told of the driver, and nothing else:
// the recursion goes on from the driver's own simulated value.
//
// A course with moves_others enters the recursion. Let e = C z be the innovations drawn, S = C C'
// their covariance, M the drivers held in period t and F the others. Holding M at x_M[t] asks for
// innovations e*_M = x_M[t] - (intercept + A x[t-1])_M, and the others get
//     e*_F = e_F + S_FM S_MM^+ (e*_M - e_M),
// which has exactly the conditional law of e_F given e_M = e*_M (conditioning by kriging,
// [Matheron1973]); later periods then follow through A. For a shift, x_M[t] is the value of the
// path without any course plus the shift. S_MM^+ is the pseudo-inverse: a driver that never moves
// moves nobody.
//
// Immutable once made; thread-safe. Same bits for the same inputs.
class DriverSimulator {
 public:
  // The last period before the simulation is told by `start` [driver]; normally the values known at
  // as_of (VarModel::last_values when that is the model's last).
  // Errors: kInvalidArgument (sizes that disagree, two courses for one driver, indices out of
  // range, infinite values).
  static absl::StatusOr<DriverSimulator> Create(VarModel model, std::vector<double> start,
                                                std::vector<DriverCourse> courses,
                                                int period_count);

  int driver_count() const { return model_.driver_count(); }
  int period_count() const { return period_count_; }

  // The first simulated period in which paths of the two, from the same normals, may differ: no
  // period hears of a later one. 0 where more than courses differs.
  int FirstDifferenceFrom(const DriverSimulator& other) const;

  // Whether a course tells the value of a driver in simulated period t, the same on every path.
  bool is_imposed(int driver, int t) const;

  // One path from standard normals [period x driver], row-major: [period x driver].
  // Requires normals.size() == period_count() x driver_count().
  std::vector<double> Simulate(std::span<const double> normals) const;

 private:
  // The drivers held in a period, and what their surprise does to every driver.
  struct Hold {
    // Indices into courses_.
    std::vector<int> courses;
    // [driver x held]: S_.M S_MM^+, row-major; rows of held drivers are not used.
    std::vector<double> gain;
  };

  DriverSimulator() = default;
  void FindHolds();
  // Moves `state` on to period `t`; `free` is the path without courses there.
  void StepHeld(int t, std::span<const double> innovations, std::span<const double> free,
                std::vector<double>& state) const;
  // Puts held drivers where they must be and moves the others with them.
  void ApplyHold(const Hold& hold, int t, std::span<const double> free,
                 std::vector<double>& state) const;
  // What is told in period `t`: courses without moves_others applied.
  void Tell(int t, std::span<double> told) const;

  VarModel model_;
  std::vector<double> start_;
  std::vector<DriverCourse> courses_;
  int period_count_ = 0;
  // Distinct sets of held drivers, and the one of each period (-1 for none).
  std::vector<Hold> holds_;
  std::vector<int> hold_of_period_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_DRIVERS_DRIVER_SIMULATOR_H_
