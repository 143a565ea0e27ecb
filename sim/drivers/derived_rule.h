// Derived drivers: values that an authority computes from other drivers, such as the Livret A rate.
#ifndef JALON_SIM_DRIVERS_DERIVED_RULE_H_
#define JALON_SIM_DRIVERS_DERIVED_RULE_H_

#include <optional>
#include <string>
#include <vector>

namespace jalon::sim {

// How an authority departs from its own formula. At each effective date it departs with
// `probability`, by a size of the law; the departure stays until the next effective date.
struct DeviationLaw {
  enum class Kind {
    kFixed,       // size
    kTriangular,  // low <= size <= high
    kNormal,      // mean size, sd (high - low) / (2 x 1.2816): low and high are P10 and P90
  };
  Kind kind = Kind::kFixed;
  // In [0, 1]. 0, the default, is an authority that keeps to its formula.
  double probability = 0.0;
  // In the driver's own unit, added to the rounded formula. Finite.
  double low = 0.0;
  double size = 0.0;
  double high = 0.0;

  friend bool operator==(const DeviationLaw&, const DeviationLaw&) = default;
};

// What makes a driver derived. Grammar and evaluation: sim/drivers/formula.h and derived.h.
struct DerivedRule {
  // Expression over ids of other drivers, at most 1,000 characters.
  std::string formula;
  // The result is rounded to the nearest multiple (halves away from zero), then held between floor
  // and cap. 0 is no rounding; otherwise > 0. In the driver's own unit.
  double rounding_step = 0.0;
  std::optional<double> floor;
  std::optional<double> cap;
  // Calendar months (1 to 12, ascending) whose first day may change the value, which holds between
  // them. Empty means every period. In a quarterly network a quarter is effective when one of its
  // months is.
  std::vector<int> effective_months;
  // Periods between the last period the formula may see and the one in which its result takes
  // effect, 0 to 24: announced on 15 January from figures up to December for 1 February is 2.
  int announcement_lag = 0;
  DeviationLaw deviation;
  // True when the history was given: its gap to the formula is measured. False when it was computed
  // from the formula.
  bool has_own_history = false;

  friend bool operator==(const DerivedRule&, const DerivedRule&) = default;
};

// A derived driver as a model keeps it.
struct DerivedDriver {
  std::string id;
  DerivedRule rule;
  // Value in force at the model's as_of.
  double last_value = 0.0;

  friend bool operator==(const DerivedDriver&, const DerivedDriver&) = default;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_DRIVERS_DERIVED_RULE_H_
