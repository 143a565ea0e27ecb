#include "sim/engine/conditional/regime_weights.h"

#include <algorithm>
#include <cstdint>

#include "sim/base/math.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/random/sobol.h"
#include "sim/random/stream.h"

namespace jalon::sim {
namespace {

// Dimension of the share of regime `r`.
int DimensionOf(int r, int leading_count) { return r == 0 ? 0 : leading_count + r - 1; }

// One draw; `point` of the scramble.
std::vector<double> DrawWeights(const Plan& plan, int leading_count, const ScrambledSobol& sobol,
                                uint32_t point) {
  std::vector<double> weights;
  const double confidence = *plan.weight_confidence;
  double left = 1.0;
  double weight_left = 1.0;
  for (int r = 0; r + 1 < plan.regime_count(); ++r) {
    const double weight = plan.regimes[r].weight;
    weight_left = std::max(weight_left - weight, plan.regimes.back().weight);
    const double uniform = UniformFrom(sobol.Bits(point, DimensionOf(r, leading_count)));
    const double share = BetaQuantile(confidence * weight, confidence * weight_left, uniform);
    weights.push_back(left * share);
    left *= 1.0 - share;
  }
  weights.push_back(left);
  return weights;
}

}  // namespace

std::vector<double> DrawRegimeWeights(const Plan& plan, int leading_count, int draw_count) {
  std::vector<double> weights;
  if (!plan.weight_confidence) {
    for (int draw = 0; draw < draw_count; ++draw) {
      for (const PlanRegime& regime : plan.regimes) weights.push_back(regime.weight);
    }
    return weights;
  }
  const int last = DimensionOf(plan.regime_count() - 2, leading_count);
  const ScrambledSobol sobol(plan.seed, kScrambleCount, last + 1);
  for (int draw = 0; draw < draw_count; ++draw) {
    const std::vector<double> row =
        DrawWeights(plan, leading_count, sobol, static_cast<uint32_t>(draw));
    weights.insert(weights.end(), row.begin(), row.end());
  }
  return weights;
}

}  // namespace jalon::sim
