// Where a run's conditional means fall, as its first blocks say. Internal to
// sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_PILOT_PLACES_H_
#define JALON_SIM_ENGINE_CONDITIONAL_PILOT_PLACES_H_

#include <cstddef>
#include <vector>

#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/plan_state.h"
#include "sim/engine/target.h"

namespace jalon::sim {

// Gathers kPilotPoints blocks of every regime, and says from them on what steps the conditional
// means of each target are gathered. Thread-compatible.
class PilotPlaces {
 public:
  PilotPlaces(int target_count, int regime_count);

  // The first block of a regime comes first.
  void Add(const ConditionalBlock& block, int regime, TargetRange targets);
  // Once all blocks are added.
  void SetIn(ConditionalPlanState& state) const;

 private:
  // Of a target in a regime: a first conditional mean, the sums of what the others are off it, and
  // the average own variance.
  struct MeanSpread {
    double center = 0.0;
    double sum = 0.0;
    double squares = 0.0;
    double own = 0.0;
  };

  int regime_count_;
  // [target x regime]
  std::vector<MeanSpread> spreads_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_PILOT_PLACES_H_
