// How likely a sum reaches a threshold, by its conditional mean, as a polynomial: cheap to make and
// to evaluate on many paths at once (DECISIONS D3). Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_SCORE_CURVE_H_
#define JALON_SIM_ENGINE_CONDITIONAL_SCORE_CURVE_H_

#include <array>
#include <map>
#include <optional>
#include <utility>

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

// Curves before effects. Amounts of one scale share a family of them, made once by rows: of a
// threshold in scales and, of amounts with zeros, a shape. Thread-compatible.
class RawCurves {
 public:
  // nullopt where the law or the threshold has no family.
  std::optional<ScoreCurve> Shared(const SumLaw& law, double x);

 private:
  // Scores at the nodes of a curve.
  using Terms = std::array<double, kCurveTerms>;

  static bool IsScaled(const SumLaw& law, double x);
  ScoreCurve FromFamily(const SumLaw& law, double x);
  const Terms& Row(const SumLaw& law, int row);

  // By shape (0: gamma) and row.
  std::map<std::pair<double, int>, Terms> rows_;
};

// The curve of a threshold; nullopt where a polynomial is not within 1e-5 (few counts, laws nearly
// without noise), or where the threshold is out of reach of any mean: a ReachTable does it. Counts:
// 12 to 20 distribution functions of `law`, and 5 us; amounts: 2, and 5 us, once their rows are
// there.
std::optional<ScoreCurve> FitScoreCurve(const SumLaw& law, double x, bool or_equal,
                                        RawCurves& raws);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_SCORE_CURVE_H_
