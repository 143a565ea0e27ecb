#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/engine/quantile_sketch.h"
#include "sim/engine/sampled.h"
#include "sim/stats/wilson.h"

namespace jalon::sim {
namespace {

// Mean and sum of squared deviations of the paths so far [Welford1962].
struct Moments {
  double mean = 0.0;
  double squares = 0.0;

  void Add(double value, int64_t count) {
    const double step = value - mean;
    mean += step / static_cast<double>(count);
    squares += step * (value - mean);
  }
};

// [target]: whether all its series are counts that are summed.
std::vector<bool> CountTargets(const Plan& plan) {
  std::vector<bool> counts;
  for (const Target& target : plan.targets) {
    counts.push_back(target.aggregation != Aggregation::kMean);
  }
  for (int i = 0; i < plan.series_count(); ++i) {
    if (plan.series[i].law == Law::kNegativeBinomial) continue;
    for (int k = plan.series_target_first[i]; k < plan.series_target_first[i + 1]; ++k) {
      counts[plan.series_targets[k]] = false;
    }
  }
  return counts;
}

bool Attained(Direction direction, double value, double threshold) {
  return direction == Direction::kHigherIsBetter ? value >= threshold : value <= threshold;
}

}  // namespace

struct TargetAccumulator::State {
  State(const Plan& plan, SummaryOptions options)
      : plan(plan), options(std::move(options)), moments(plan.targets.size()) {
    first_hit.reserve(plan.targets.size() + 1);
    first_hit.push_back(0);
    for (const Target& target : plan.targets) {
      first_hit.push_back(first_hit.back() + target.thresholds.size());
    }
    hits.assign(first_hit.back(), 0);
    if (this->options.quantile_levels.empty()) return;
    sketches.reserve(plan.targets.size());
    for (bool counts : CountTargets(plan)) sketches.emplace_back(counts);
  }

  void Add(int target, double value, int64_t count) {
    moments[target].Add(value, count);
    const Target& asked = plan.targets[target];
    for (size_t j = 0; j < asked.thresholds.size(); ++j) {
      hits[first_hit[target] + j] += Attained(asked.direction, value, asked.thresholds[j]);
    }
    if (!sketches.empty()) sketches[target].Add(value);
  }

  int64_t path_count() const { return blocks_folded * kPathsPerBlock; }
  TargetEstimate Estimate(int target, double confidence_level) const;

  const Plan& plan;
  SummaryOptions options;
  int64_t blocks_folded = 0;
  // [target]
  std::vector<Moments> moments;
  // Paths that attain threshold j of target i: hits[first_hit[i] + j].
  std::vector<size_t> first_hit;
  std::vector<int64_t> hits;
  // [target], empty without quantile levels.
  std::vector<QuantileSketch> sketches;
};

TargetEstimate TargetAccumulator::State::Estimate(int target, double confidence_level) const {
  const double n = static_cast<double>(path_count());
  TargetEstimate estimate;
  for (size_t j = first_hit[target]; j < first_hit[target + 1]; ++j) {
    const Interval bounds = WilsonInterval(hits[j], path_count(), confidence_level);
    estimate.probability.push_back(static_cast<double>(hits[j]) / n);
    estimate.probability_low.push_back(bounds.low);
    estimate.probability_high.push_back(bounds.high);
  }
  const double variance = moments[target].squares / (n - 1.0);
  estimate.mean = moments[target].mean;
  estimate.standard_deviation = std::sqrt(variance);
  estimate.mean_standard_error = std::sqrt(variance / n);
  for (double level : options.quantile_levels) {
    estimate.quantiles.push_back(sketches[target].Quantile(level));
  }
  return estimate;
}

TargetAccumulator::TargetAccumulator(const Plan& plan, SummaryOptions options)
    : state_(std::make_unique<State>(plan, std::move(options))) {}
TargetAccumulator::~TargetAccumulator() = default;

absl::Status TargetAccumulator::Fold(const BlockOutcome& outcome) {
  const int64_t first_count = state_->path_count() + 1;
  for (int target = 0; target < state_->plan.target_count(); ++target) {
    const double* values = outcome.values.data() + static_cast<size_t>(target) * kPathsPerBlock;
    for (int lane = 0; lane < kPathsPerBlock; ++lane) {
      if (!std::isfinite(values[lane])) {
        return absl::InternalError(absl::StrCat("targets[", target, "]: value ", values[lane],
                                                " on path ", outcome.block * kPathsPerBlock + lane,
                                                "; the model gives means that are not finite"));
      }
      state_->Add(target, values[lane], first_count + lane);
    }
  }
  ++state_->blocks_folded;
  return absl::OkStatus();
}

int64_t TargetAccumulator::blocks_folded() const { return state_->blocks_folded; }

std::vector<TargetEstimate> TargetAccumulator::Estimates() const {
  return EstimatesAt(state_->options.confidence_level);
}

std::vector<TargetEstimate> TargetAccumulator::EstimatesAt(double confidence_level) const {
  std::vector<TargetEstimate> estimates;
  estimates.reserve(state_->plan.targets.size());
  for (int target = 0; target < state_->plan.target_count(); ++target) {
    estimates.push_back(state_->Estimate(target, confidence_level));
  }
  return estimates;
}

double TargetAccumulator::WidestHalfWidth(double confidence_level) const {
  double widest = 0.0;
  for (int64_t hits : state_->hits) {
    const Interval bounds = WilsonInterval(hits, path_count(), confidence_level);
    widest = std::max(widest, bounds.half_width());
  }
  return widest;
}

int64_t TargetAccumulator::allocated_bytes() const {
  int64_t bytes = state_->moments.capacity() * sizeof(Moments) +
                  state_->first_hit.capacity() * sizeof(size_t) +
                  state_->hits.capacity() * sizeof(int64_t) +
                  state_->sketches.capacity() * sizeof(QuantileSketch);
  for (const QuantileSketch& sketch : state_->sketches) bytes += sketch.allocated_bytes();
  return bytes;
}

}  // namespace jalon::sim
