// What the laws cost: conditional probabilities against draws on the same shared states.
#include <cmath>

#include "sim/base/status_macros.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/plan_state.h"
#include "sim/engine/path_value.h"
#include "sim/engine/sampled.h"

namespace jalon::sim {
namespace {

// The block of the sampled estimator's paths: its shared states, own noise in closed form.
LaneWork OnSampledPaths(const ConditionalPlanState& state, int64_t block) {
  LaneWork work(state, ThresholdsAsked::kAll);
  for (int lane = 0; lane < kScrambleCount; ++lane) {
    work.shared.Set(lane, state.states->stage().Draw(block * kScrambleCount + lane));
  }
  work.shared.Finish(state.plan);
  EvaluateAtoms(work, 0, static_cast<int>(state.program().table.atoms.size()));
  EvaluateSums(work, 0, static_cast<int>(state.program().summed.size()));
  return work;
}

struct Sums {
  double difference = 0.0;
  double square = 0.0;
};

// Adds P - 1{reached} of every threshold and path.
void Add(const ConditionalPlanState& state, const BlockOutcome& drawn,
         const ConditionalBlock& block, std::vector<Sums>& sums) {
  size_t row = 0;
  for (size_t i = 0; i < state.laws().size(); ++i) {
    const bool higher = state.program().targets[i].higher;
    const bool opening_moves = state.laws()[i].opening_moves;
    const bool sampled = state.laws()[i].law == LawUsed::kSampled;
    for (size_t j = 0; j < state.laws()[i].thresholds.size(); ++j) {
      const double threshold = state.laws()[i].thresholds[j];
      for (int lane = 0; lane < kScrambleCount; ++lane) {
        const double value = drawn.values[i * kScrambleCount + lane];
        const bool reached =
            opening_moves ? Attains(state.plan.targets[i], j,
                                    PathValueOf(state.plan, drawn, static_cast<int>(i), lane))
                          : (higher ? value >= threshold : value <= threshold);
        const double off =
            sampled ? 0.0 : block.probability[row * kScrambleCount + lane] - (reached ? 1.0 : 0.0);
        sums[row].difference += off;
        sums[row].square += off * off;
      }
      ++row;
    }
  }
}

}  // namespace

absl::StatusOr<std::vector<LawBias>> BiasOf(const ConditionalPlan& plan, int64_t path_count,
                                            const StopToken& stop) {
  const ConditionalPlanState& state = plan.state();
  std::vector<Sums> sums(state.threshold_count());
  const int64_t blocks = (path_count + kScrambleCount - 1) / kScrambleCount;
  for (int64_t block = 0; block < blocks; ++block) {
    if (stop.stop_requested()) return absl::CancelledError("told to stop");
    JALON_ASSIGN_OR_RETURN(const BlockOutcome drawn, SimulateBlock(state.plan, block, stop));
    Add(state, drawn, OnSampledPaths(state, block).block, sums);
  }
  std::vector<LawBias> made;
  const double count = static_cast<double>(blocks * kScrambleCount);
  for (const Sums& sum : sums) {
    const double mean = sum.difference / count;
    const double variance = std::max(sum.square / count - mean * mean, 0.0);
    made.push_back({.bias = mean, .standard_error = std::sqrt(variance / count)});
  }
  return made;
}

}  // namespace jalon::sim
