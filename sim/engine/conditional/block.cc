#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/plan_state.h"

namespace jalon::sim {
namespace {

// Evaluates every target on one path and writes its lane of the block.
class LaneWriter {
 public:
  explicit LaneWriter(const ConditionalPlanState& state, ConditionalBlock& block)
      : state_(state), block_(block) {
    const size_t targets = state.laws.size();
    evaluators_.reserve(targets);
    for (size_t i = 0; i < targets; ++i) {
      evaluators_.emplace_back(state.plan, static_cast<int>(i), state.laws[i]);
    }
    block.probability.resize(state.first_threshold.back() * kScrambleCount);
    block.mean.resize(targets * kScrambleCount);
    block.variance.resize(targets * kScrambleCount);
    block.cdf.assign(state.first_place.back(), 0.0);
  }

  absl::Status Write(const PathMeans& means, int lane) {
    for (size_t i = 0; i < evaluators_.size(); ++i) {
      evaluators_[i].Evaluate(means, true, value_);
      JALON_RETURN_IF_ERROR(CheckFinite(i));
      Store(i, lane);
    }
    return absl::OkStatus();
  }

 private:
  absl::Status CheckFinite(size_t target) const {
    bool finite = std::isfinite(value_.mean) && std::isfinite(value_.variance);
    for (double probability : value_.probability) finite &= !std::isnan(probability);
    for (double probability : value_.cdf) finite &= !std::isnan(probability);
    if (finite) return absl::OkStatus();
    return absl::InternalError(
        absl::StrCat("targets[", target, "]: mean ", value_.mean, ", variance ", value_.variance,
                     " in block ", block_.block, "; the model gives means that are not finite"));
  }

  void Store(size_t target, int lane) {
    const auto at = [lane](size_t row) { return row * kScrambleCount + lane; };
    block_.mean[at(target)] = value_.mean;
    block_.variance[at(target)] = value_.variance;
    for (size_t j = 0; j < value_.probability.size(); ++j) {
      block_.probability[at(state_.first_threshold[target] + j)] = value_.probability[j];
    }
    for (size_t k = 0; k < value_.cdf.size(); ++k) {
      block_.cdf[state_.first_place[target] + k] += value_.cdf[k];
    }
  }

  const ConditionalPlanState& state_;
  ConditionalBlock& block_;
  std::vector<TargetEvaluator> evaluators_;
  ConditionalValue value_;
};

}  // namespace

struct ConditionalBlockWork::State {
  State(const ConditionalPlanState& plan, int64_t block)
      : plan(plan), made{.block = block}, writer(plan, made) {}

  const ConditionalPlanState& plan;
  ConditionalBlock made;
  LaneWriter writer;
  int next_lane = 0;
  absl::Status status;
};

ConditionalBlockWork::ConditionalBlockWork(const ConditionalPlan& plan, int64_t block)
    : state_(std::make_unique<State>(plan.state(), block)) {}
ConditionalBlockWork::~ConditionalBlockWork() = default;

bool ConditionalBlockWork::Step() {
  State& state = *state_;
  const int lane = state.next_lane++;
  const int64_t path = state.made.block * kScrambleCount + lane;
  const PathMeans means = state.plan.means.At(state.plan.states.At(path));
  state.status = state.writer.Write(means, lane);
  return !state.status.ok() || state.next_lane == kScrambleCount;
}

absl::StatusOr<ConditionalBlock> ConditionalBlockWork::Take() {
  JALON_RETURN_IF_ERROR(state_->status);
  return std::move(state_->made);
}

absl::StatusOr<ConditionalBlock> ComputeConditionalBlock(const ConditionalPlan& plan, int64_t block,
                                                         const StopToken& stop) {
  ConditionalBlockWork work(plan, block);
  do {
    if (stop.stop_requested()) return absl::CancelledError(absl::StrCat("block ", block));
  } while (!work.Step());
  return work.Take();
}

}  // namespace jalon::sim
