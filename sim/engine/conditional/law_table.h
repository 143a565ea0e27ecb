// How likely a sum reaches a threshold, by its conditional mean: a table instead of a distribution
// function on every path (DECISIONS D3). Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_LAW_TABLE_H_
#define JALON_SIM_ENGINE_CONDITIONAL_LAW_TABLE_H_

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "sim/model/model.h"

namespace jalon::sim {

// The law of a sum of flows given its mean m: `law` with mean m X, X a lognormal of mean 1 and
// standard deviation `effect_sd` of its logarithm (u and v).
struct SumLaw {
  // kNegativeBinomial, kGamma or kCompoundGamma.
  Law law = Law::kNegativeBinomial;
  double dispersion = 1.0;
  double shape = 1.0;
  double effect_sd = 0.0;
};

// P(Y >= x) given m: the naive computation, by quadrature over X. The oracle of the table; 64 x 4
// distribution functions.
double NaiveReach(const SumLaw& law, double x, double m);

// Values at equal steps of log2 m.
struct ReachKnots {
  double first = 0.0;
  double step = 1.0;
  // Empty where no mean matters.
  std::vector<double> values;
  // The chance where there are none.
  double constant = 0.0;

  double last() const { return first + step * (static_cast<double>(values.size()) - 1.0); }
  double place(int k) const { return first + step * k; }
};

// Chances without effects, which thresholds of equal laws share: most thresholds that need a table
// are a few counts. Thread-compatible.
class ReachesWithoutEffect {
 public:
  const ReachKnots& Of(const SumLaw& law, double x, bool or_equal);

 private:
  // By law, dispersion, shape, the largest value that does not reach the threshold, and whether an
  // amount reaches it by being equal.
  std::map<std::tuple<Law, double, double, double, bool>, ReachKnots> known_;
};

// P(Y >= x) (`or_equal`) or P(Y > x) as a function of log2 m, increasing: knots at equal steps over
// the range where it moves, monotone cubic between them ([FritschCarlson1980]), constant outside.
// Absolute error at most 1e-4 (5e-4 for compound amounts beyond 100 pieces, whose own law has
// 6e-5).
class ReachTable {
 public:
  ReachTable(const SumLaw& law, double x, bool or_equal, ReachesWithoutEffect& known);
  ReachTable(const SumLaw& law, double x, bool or_equal);

  // At log2 of the conditional mean; -inf for a mean of 0. 5 ns.
  double At(double log2_mean) const;
  bool is_constant() const { return value_.empty(); }
  int64_t allocated_bytes() const {
    return static_cast<int64_t>((value_.capacity() + slope_.capacity()) * sizeof(double));
  }

 private:
  double constant_ = 0.0;
  double first_ = 0.0;
  double step_ = 1.0;
  // [knot]: value, and slope per step.
  std::vector<double> value_;
  std::vector<double> slope_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_LAW_TABLE_H_
