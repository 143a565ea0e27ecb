// One law for a target that is right in all regimes of a mixture. Internal to
// sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_REGIME_LAWS_H_
#define JALON_SIM_ENGINE_CONDITIONAL_REGIME_LAWS_H_

#include <span>

#include "sim/engine/conditional/target_law.h"

namespace jalon::sim {

// ChooseLaw at `middles`, the means of the middle shared state of each regime: that of the most
// demanding one.
//
//   - refused in one regime: refused;
//   - sums of few counts, or skewed ones, in one regime: matched in all, where one dispersion and
//     one lognormal give the variance of every regime within 1 %, else refused;
//   - three moments in one regime: in all;
//   - heavy tails: in all regimes and alike (0.002 of a probability), else refused.
//
// With one regime, ChooseLaw.
TargetLaw ChooseLawOfAll(const Plan& plan, const SlotSeries& slots,
                         std::span<const PathMeans> middles, StudentSums& students, int index);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_REGIME_LAWS_H_
