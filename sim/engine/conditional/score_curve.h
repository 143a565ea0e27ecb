// How likely a sum reaches a threshold, by its conditional mean, as a polynomial: cheap to make and
// to evaluate on many paths at once (DECISIONS D3). Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_SCORE_CURVE_H_
#define JALON_SIM_ENGINE_CONDITIONAL_SCORE_CURVE_H_

#include <array>
#include <optional>

#include "sim/engine/conditional/law_table.h"

namespace jalon::sim {

inline constexpr int kCurveTerms = 10;

// P(Y >= x) or P(Y > x) = Phi(q(t)), q a polynomial, t = (log2 m - center) / half_width; 0 where
// t < -1 and 1 where t > 1: what is left out is below 1e-6. The normal score of the probability is
// near straight in log m, so that few terms do. 88 bytes.
struct ScoreCurve {
  double center = 0.0;
  double inverse_half_width = 1.0;
  // By power of t.
  std::array<double, kCurveTerms> coefficients{};

  // At log2 of the conditional mean; -inf for a mean of 0. 40 ns.
  double At(double log2_mean) const;
};

class CurveFamilies;

// The curve of a threshold; nullopt where a polynomial is not within 1e-5 (few counts, laws nearly
// without noise; 1e-4 for amounts with zeros), or where the threshold is out of reach of any mean:
// a ReachTable does it. 5 us where `families` know the law's curves, else 12 to 20 distribution
// functions more.
std::optional<ScoreCurve> FitScoreCurve(const SumLaw& law, double x, bool or_equal,
                                        CurveFamilies& families);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_SCORE_CURVE_H_
