#include "sim/engine/conditional/pilot_places.h"

#include "sim/engine/conditional/mixture_quantiles.h"

namespace jalon::sim {
namespace {

constexpr double kPilotPaths = kPilotPoints * kScrambleCount;

}  // namespace

PilotPlaces::PilotPlaces(int target_count, int regime_count)
    : regime_count_(regime_count), spreads_(static_cast<size_t>(target_count) * regime_count) {}

void PilotPlaces::Add(const ConditionalBlock& block, int regime, TargetRange targets) {
  for (int i = targets.first; i < targets.end; ++i) {
    const double* means = block.mean.data() + static_cast<size_t>(i) * kScrambleCount;
    MeanSpread& spread = spreads_[static_cast<size_t>(i) * regime_count_ + regime];
    if (block.block == 0) spread.center = means[0];
    spread.own += block.variance[i] / kPilotPaths;
    for (int lane = 0; lane < kScrambleCount; ++lane) {
      const double off = means[lane] - spread.center;
      spread.sum += off;
      spread.squares += off * off;
    }
  }
}

void PilotPlaces::SetIn(ConditionalPlanState& state) const {
  state.first_place.reserve(state.places.size() + 1);
  state.first_place.push_back(0);
  std::vector<MeanHump> humps(regime_count_);
  for (size_t i = 0; i < state.places.size(); ++i) {
    for (int r = 0; r < regime_count_; ++r) {
      const MeanSpread& spread = spreads_[i * regime_count_ + r];
      const double off = spread.sum / kPilotPaths;
      humps[r] = {.center = spread.center + off,
                  .between = spread.squares / kPilotPaths - off * off,
                  .own = spread.own};
    }
    state.places[i] = MeanPlaces::Covering(humps);
    state.first_place.push_back(state.first_place.back() + state.places[i].count);
  }
}

}  // namespace jalon::sim
