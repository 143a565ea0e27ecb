// How likely a sum without effects reaches a threshold given its mean. Internal to
// sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_SUM_REACH_H_
#define JALON_SIM_ENGINE_CONDITIONAL_SUM_REACH_H_

#include "sim/engine/conditional/law_table.h"

namespace jalon::sim {

// P(Y >= x) (`or_equal`) or P(Y > x) as a function of the mean; `law`'s effect is left out. One
// distribution function of the law.
class SumReach {
 public:
  SumReach(const SumLaw& law, double x, bool or_equal);

  double At(double mean) const;
  double AtLog2(double log2_mean) const;
  // 1 or 0 where the threshold is below every value, or infinite: no mean matters.
  bool is_certain() const;
  // The threshold as the largest value that does not reach it.
  double x() const { return x_; }
  // The threshold as the smallest value that reaches it.
  double least() const { return law_.law == Law::kNegativeBinomial ? x_ + 1.0 : x_; }

 private:
  SumLaw law_;
  double x_;
  bool or_equal_;
};

// P(Y >= x) given the mean, without effects, as a smooth function of x: counts go on between whole
// numbers. Means and thresholds above 0.
double SmoothReach(const SumLaw& law, double x, double mean);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_SUM_REACH_H_
