#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "sim/base/bytes_of.h"
#include "sim/base/math.h"
#include "sim/engine/conditional/baseline.h"
#include "sim/engine/conditional/baseline_mixtures.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/mixture_quantiles.h"
#include "sim/engine/conditional/plan_state.h"

namespace jalon::sim {
namespace {

constexpr double kDegrees = kScrambleCount - 1;

// Average of the scrambles' averages, and its standard error.
struct Average {
  double value = 0.0;
  double error = 0.0;
};

Average AverageOf(const double* sums, int64_t count) {
  std::array<double, kScrambleCount> means{};
  Average average;
  for (int r = 0; r < kScrambleCount; ++r) {
    means[r] = sums[r] / static_cast<double>(count);
    average.value += means[r];
  }
  average.value /= kScrambleCount;
  double squares = 0.0;
  for (double mean : means) squares += (mean - average.value) * (mean - average.value);
  average.error = std::sqrt(squares / (kDegrees * kScrambleCount));
  return average;
}

// Student's factor of a two-sided interval.
double Factor(double confidence_level) {
  return StudentTInverseCdf(kDegrees, 0.5 + 0.5 * confidence_level);
}

}  // namespace

struct ConditionalAccumulator::State {
  explicit State(const ConditionalPlanState& plan)
      : plan(plan), openings(plan.program().opening_count) {
    const size_t target_count = plan.laws().size();
    probability.reserve(plan.threshold_count() * kScrambleCount);
    mean.reserve(target_count * kScrambleCount);
    for (std::vector<double>* of_target : {&squares, &variance, &variance_by_mean, &third}) {
      of_target->reserve(target_count);
    }
    if (has_weights()) weights.reserve(plan.first_place.back());
  }

  bool has_weights() const { return !plan.quantile_levels.empty(); }
  // Zeros for the targets before `end`.
  void Reach(int end);
  void AddTarget(const ConditionalBlock& block, int target);
  void AddMoments(int target, TargetEstimate& estimate) const;
  // `sums`: of `count` blocks, [threshold of the target x scramble].
  struct Sums {
    const double* sums = nullptr;
    int64_t count = 1;
  };
  // Of a target that is computed; of one that is taken over, what its baseline says.
  Sums SumsOf(int target) const;
  void AddProbabilities(int target, double factor, TargetEstimate& estimate) const;
  TargetEstimate EstimateOf(int target, const QuantileLevels& levels) const;
  // Of the baseline at the paths folded so far, of which there must be one.
  const ScrambleMeans& theirs() const { return *plan.answers->At(blocks_folded * kScrambleCount); }
  void AddQuantiles(int target, const QuantileLevels& levels, TargetEstimate& estimate) const;
  void AddOpening(int target, TargetEstimate& estimate) const;
  MixtureShape ShapeOf(int target, double mean) const;
  // Averages of the targets that are taken over.
  void TakeOverMeans(ScrambleMeans& means) const;

  const ConditionalPlanState& plan;
  int64_t blocks_folded = 0;
  // What follows grows with the targets of the first block: all its fresh pages at once are a long
  // slice.
  // [threshold x scramble] and [target x scramble]: sums.
  std::vector<double> probability;
  std::vector<double> mean;
  // [target]: sums over all paths of the square of the mean around the plan's center, and of what a
  // block says.
  std::vector<double> squares;
  std::vector<double> variance;
  std::vector<double> variance_by_mean;
  std::vector<double> third;
  // Of variations whose opening value is still to come: sums over all paths.
  std::vector<ConditionalBlock::Opening> openings;
  // [place of all targets]: conditional means gathered; empty without quantiles.
  std::vector<double> weights;
};

void ConditionalAccumulator::State::Reach(int end) {
  const auto target_count = static_cast<size_t>(end);
  if (squares.size() >= target_count) return;
  probability.resize(plan.program().first_threshold[end] * kScrambleCount, 0.0);
  mean.resize(target_count * kScrambleCount, 0.0);
  for (std::vector<double>* of_target : {&squares, &variance, &variance_by_mean, &third}) {
    of_target->resize(target_count, 0.0);
  }
  if (has_weights()) weights.resize(plan.first_place[end], 0.0);
}

void ConditionalAccumulator::State::AddTarget(const ConditionalBlock& block, int target) {
  const auto i = static_cast<size_t>(target);
  const std::vector<size_t>& first = plan.program().first_threshold;
  for (size_t k = first[i] * kScrambleCount; k < first[i + 1] * kScrambleCount; ++k) {
    probability[k] += block.probability[k];
  }
  const double* means = block.mean.data() + i * kScrambleCount;
  double* sums = mean.data() + i * kScrambleCount;
  double sum_of_squares = 0.0;
  for (int r = 0; r < kScrambleCount; ++r) {
    const double off = means[r] - plan.places[i].center;
    sums[r] += off;
    sum_of_squares += off * off;
  }
  squares[i] += sum_of_squares;
  variance[i] += block.variance[i];
  variance_by_mean[i] += block.variance_by_mean[i];
  third[i] += block.third[i];
  if (const int opening = plan.program().targets[i].opening; opening >= 0) {
    openings[opening].mean += block.openings[opening].mean;
    openings[opening].undefined += block.openings[opening].undefined;
  }
  if (!has_weights()) return;
  double* gathered = weights.data() + plan.first_place[i];
  for (int r = 0; r < kScrambleCount; ++r) plan.places[i].Add(means[r], gathered);
}

void ConditionalAccumulator::State::AddMoments(int target, TargetEstimate& estimate) const {
  const double paths = static_cast<double>(blocks_folded * kScrambleCount);
  const Average average =
      AverageOf(mean.data() + static_cast<size_t>(target) * kScrambleCount, blocks_folded);
  estimate.mean = average.value + plan.places[target].center;
  estimate.mean_standard_error = average.error;
  const double between = std::max(squares[target] / paths - average.value * average.value, 0.0);
  estimate.standard_deviation = std::sqrt(between + variance[target] / paths);
}

void ConditionalAccumulator::State::AddOpening(int target, TargetEstimate& estimate) const {
  const int opening = plan.program().targets[target].opening;
  if (opening < 0) {
    estimate.opening_mean = plan.laws()[target].opening;
    estimate.ro_undefined_share = plan.laws()[target].ro_defined ? 0.0 : 1.0;
    return;
  }
  const double paths = static_cast<double>(blocks_folded * kScrambleCount);
  estimate.opening_mean = openings[opening].mean / paths;
  estimate.ro_undefined_share = openings[opening].undefined / paths;
}

ConditionalAccumulator::State::Sums ConditionalAccumulator::State::SumsOf(int target) const {
  const size_t first = plan.program().first_threshold[target] * kScrambleCount;
  if (plan.IsTakenOver(target)) return {theirs().probability.data() + first, 1};
  return {probability.data() + first, blocks_folded};
}

// A higher threshold is never more likely: where tables differ in their last digits, the order of
// the thresholds rules. Of a variation that starts from an unknown value, thresholds have no order.
void ConditionalAccumulator::State::AddProbabilities(int target, double factor,
                                                     TargetEstimate& estimate) const {
  const std::vector<double>& thresholds = plan.laws()[target].thresholds;
  std::vector<size_t> order(thresholds.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const bool higher = plan.plan.targets[target].direction == Direction::kHigherIsBetter;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    if (thresholds[a] == thresholds[b]) return a < b;
    return higher ? thresholds[a] < thresholds[b] : thresholds[a] > thresholds[b];
  });
  estimate.probability.resize(order.size());
  estimate.probability_low.resize(order.size());
  estimate.probability_high.resize(order.size());
  const Sums its = SumsOf(target);
  double most = 1.0;
  for (const size_t j : order) {
    const Average average = AverageOf(its.sums + j * kScrambleCount, its.count);
    most = std::clamp(average.value, 0.0, plan.laws()[target].opening_moves ? 1.0 : most);
    estimate.probability[j] = most;
    estimate.probability_low[j] = std::max(most - factor * average.error, 0.0);
    estimate.probability_high[j] = std::min(most + factor * average.error, 1.0);
  }
}

// `mean`: of the target.
MixtureShape ConditionalAccumulator::State::ShapeOf(int target, double mean) const {
  const TargetLaw& law = plan.laws()[target];
  const double paths = static_cast<double>(blocks_folded * kScrambleCount);
  const double off = mean - plan.places[target].center;
  MixtureShape shape{.mean = mean,
                     .between = std::max(squares[target] / paths - off * off, 0.0),
                     .own = std::max(variance[target] / paths, 0.0),
                     .third = third[target] / paths,
                     .places = plan.places[target],
                     .lattice = law.lattice,
                     .floor = plan.chosen->floors[target],
                     .humps = plan.plan.regime_count() > 1,
                     .student = law.student.get(),
                     .constant = law.constant,
                     .sum_weight = law.weight};
  if (shape.between > 0.0) {
    shape.own_slope = (variance_by_mean[target] / paths - shape.own * mean) / shape.between;
  }
  const bool is_sum = law.law == LawUsed::kExact || law.law == LawUsed::kMatched;
  if (is_sum) shape.sum = &law.sum;
  return shape;
}

void ConditionalAccumulator::State::AddQuantiles(int target, const QuantileLevels& levels,
                                                 TargetEstimate& estimate) const {
  MixtureShape shape = ShapeOf(target, estimate.mean);
  std::array<double, kMostPlaces> shares{};
  const double paths = static_cast<double>(blocks_folded * kScrambleCount);
  const double* its = weights.data() + plan.first_place[target];
  for (int k = 0; k < shape.places.count; ++k) shares[k] = its[k] / paths;
  shape.weights = shares;
  estimate.quantiles = MixtureQuantiles(shape, levels);
}

ConditionalAccumulator::ConditionalAccumulator(const ConditionalPlan& plan)
    : state_(std::make_unique<State>(plan.state())) {}
ConditionalAccumulator::~ConditionalAccumulator() = default;

void ConditionalAccumulator::Fold(const ConditionalBlock& block) {
  Add(block, {.first = 0, .end = state_->plan.plan.target_count()});
  ++state_->blocks_folded;
}

void ConditionalAccumulator::Fold(ConditionalBlock&& block) {
  Add(block, {.first = 0, .end = state_->plan.plan.target_count()});
  EndBlock(std::move(block));
}

void ConditionalAccumulator::Add(const ConditionalBlock& block, TargetRange targets) {
  state_->Reach(targets.end);
  for (int i = targets.first; i < targets.end; ++i) {
    if (state_->plan.IsComputed(i)) state_->AddTarget(block, i);
  }
}

void ConditionalAccumulator::EndBlock(ConditionalBlock&& block) {
  ++state_->blocks_folded;
  state_->plan.pool.Give(std::move(block));
}

int64_t ConditionalAccumulator::blocks_folded() const { return state_->blocks_folded; }

std::vector<TargetEstimate> ConditionalAccumulator::EstimatesAt(double confidence_level) const {
  return EstimatesAt(confidence_level, {.first = 0, .end = state_->plan.plan.target_count()});
}

std::vector<TargetEstimate> ConditionalAccumulator::EstimatesAt(double confidence_level,
                                                                TargetRange targets) const {
  const double factor = Factor(confidence_level);
  const QuantileLevels levels(state_->plan.quantile_levels);
  std::vector<TargetEstimate> estimates;
  estimates.reserve(targets.end - targets.first);
  for (int target = targets.first; target < targets.end; ++target) {
    TargetEstimate& estimate = estimates.emplace_back(state_->EstimateOf(target, levels));
    state_->AddProbabilities(target, factor, estimate);
  }
  return estimates;
}

// Without probabilities.
TargetEstimate ConditionalAccumulator::State::EstimateOf(int target,
                                                         const QuantileLevels& levels) const {
  if (plan.IsTakenOver(target)) {
    return plan.answers->EstimatesAt(blocks_folded * kScrambleCount)->At(target);
  }
  // Whole paths say it.
  if (!plan.IsComputed(target)) return {};
  TargetEstimate estimate;
  AddMoments(target, estimate);
  if (!plan.quantile_levels.empty()) AddQuantiles(target, levels, estimate);
  if (plan.plan.targets[target].opening) AddOpening(target, estimate);
  return estimate;
}

int64_t ConditionalAccumulator::allocated_bytes() const {
  const State& state = *state_;
  size_t count = 0;
  for (const std::vector<double>* held :
       {&state.probability, &state.mean, &state.squares, &state.variance, &state.variance_by_mean,
        &state.third, &state.weights}) {
    count += held->capacity();
  }
  return static_cast<int64_t>(count * sizeof(double)) + BytesOf(state.openings);
}

ScrambleMeans ConditionalAccumulator::Scrambles() const {
  const State& state = *state_;
  const double blocks = static_cast<double>(state.blocks_folded);
  ScrambleMeans made{.path_count = path_count()};
  made.probability.reserve(state.probability.size());
  for (const double sum : state.probability) made.probability.push_back(sum / blocks);
  made.mean.reserve(state.mean.size());
  for (size_t k = 0; k < state.mean.size(); ++k) {
    made.mean.push_back(state.mean[k] / blocks + state.plan.places[k / kScrambleCount].center);
  }
  if (state.plan.answers != nullptr) state.TakeOverMeans(made);
  return made;
}

void ConditionalAccumulator::State::TakeOverMeans(ScrambleMeans& means) const {
  const ScrambleMeans& from = theirs();
  const std::vector<size_t>& first = plan.program().first_threshold;
  for (int i = 0; i < plan.plan.target_count(); ++i) {
    if (!plan.IsTakenOver(i)) continue;
    const auto row = static_cast<size_t>(i) * kScrambleCount;
    std::copy_n(from.mean.begin() + static_cast<int64_t>(row), kScrambleCount,
                means.mean.begin() + static_cast<int64_t>(row));
    std::copy(from.probability.begin() + static_cast<int64_t>(first[i] * kScrambleCount),
              from.probability.begin() + static_cast<int64_t>(first[i + 1] * kScrambleCount),
              means.probability.begin() + static_cast<int64_t>(first[i] * kScrambleCount));
  }
}

BaselineMixtures ConditionalAccumulator::Mixtures() const {
  const State& state = *state_;
  BaselineMixtures made;
  if (state.weights.empty()) return made;
  made.first_weight = state.plan.first_place;
  const double paths = static_cast<double>(path_count());
  made.weights.reserve(state.weights.size());
  for (const double weight : state.weights) {
    made.weights.push_back(static_cast<float>(weight / paths));
  }
  const size_t target_count = state.plan.laws().size();
  made.shapes.reserve(target_count);
  made.students.reserve(target_count);
  made.sums.reserve(target_count);
  made.has_sum.reserve(target_count);
  made.is_sampled.reserve(target_count);
  for (size_t i = 0; i < target_count; ++i) {
    const TargetLaw& law = state.plan.laws()[i];
    const double* sums = state.mean.data() + i * kScrambleCount;
    const double mean = AverageOf(sums, blocks_folded()).value + state.plan.places[i].center;
    MixtureShape shape = state.ShapeOf(static_cast<int>(i), mean);
    made.students.push_back(law.student);
    made.sums.push_back(law.sum);
    made.has_sum.push_back(shape.sum != nullptr ? 1 : 0);
    made.is_sampled.push_back(state.plan.law(static_cast<int>(i)) == LawUsed::kSampled ? 1 : 0);
    shape.student = nullptr;
    shape.sum = nullptr;
    made.shapes.push_back(shape);
  }
  return made;
}

std::vector<double> ConditionalAccumulator::ProbabilityErrors() const {
  std::vector<double> errors;
  errors.reserve(state_->plan.threshold_count());
  for (int i = 0; i < state_->plan.plan.target_count(); ++i) {
    const State::Sums its = state_->SumsOf(i);
    for (size_t j = 0; j < state_->plan.laws()[i].thresholds.size(); ++j) {
      errors.push_back(AverageOf(its.sums + j * kScrambleCount, its.count).error);
    }
  }
  return errors;
}

double ConditionalAccumulator::WidestHalfWidth(double confidence_level) const {
  double widest = 0.0;
  for (const double error : ProbabilityErrors()) widest = std::max(widest, error);
  return Factor(confidence_level) * widest;
}

}  // namespace jalon::sim
