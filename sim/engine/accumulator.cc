#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/free_parts.h"
#include "sim/base/missing.h"
#include "sim/base/status_macros.h"
#include "sim/engine/path_value.h"
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

// [slot]: whether it is a sum of whole numbers.
std::vector<bool> WholeSlots(const Plan& plan) {
  std::vector<bool> whole;
  for (const PlanSlot& slot : plan.slots) {
    whole.push_back(slot.reading.rate < 0 && !slot.reading.mean_of_stock);
  }
  for (int i = 0; i < plan.series_count(); ++i) {
    if (plan.series[i].whole) continue;
    for (int k = plan.series_slot_first[i]; k < plan.series_slot_first[i + 1]; ++k) {
      whole[plan.series_slots[k]] = false;
    }
  }
  return whole;
}

// [target]: whether its values are whole numbers.
std::vector<bool> WholeTargets(const Plan& plan) {
  const std::vector<bool> slots = WholeSlots(plan);
  std::vector<bool> whole;
  for (const PlanTarget& target : plan.target_parts) {
    bool all = !target.denominator.exists() && target.value.divisor == 1.0;
    for (int j = target.value.first_term; j < target.value.end_term; ++j) {
      all = all && slots[plan.terms[j].slot] && plan.terms[j].coefficient == 1.0;
    }
    whole.push_back(all);
  }
  return whole;
}

// Paths of a target of which something does not exist, and opening values. Kept for targets that
// are ratios or have an opening only.
struct Exceptions {
  int64_t no_ratio = 0;
  int64_t ro_undefined = 0;
  Moments opening;
  int64_t opening_count = 0;
};

bool AllFinite(const std::vector<double>& numbers) {
  return std::all_of(numbers.begin(), numbers.end(),
                     [](double number) { return std::isfinite(number); });
}

// Errors: kInternal when a number the target is made of is not finite.
absl::Status CheckFinite(const PathValue& path, int target, int64_t path_index) {
  // A ratio of finite parts may not exist, or be too large; an opening value may not exist.
  const bool finite = std::isfinite(path.numerator) && std::isfinite(path.denominator) &&
                      !std::isinf(path.value) && !std::isinf(path.opening);
  if (finite) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("targets[", target, "]: value ", path.value, " on path ",
                                          path_index,
                                          "; the model gives means that are not finite"));
}

// The same of every target: scores read those that are not estimated.
absl::Status CheckFinite(const Plan& plan, const BlockOutcome& outcome) {
  if (AllFinite(outcome.values) && AllFinite(outcome.parts)) return absl::OkStatus();
  for (int target = 0; target < plan.target_count(); ++target) {
    for (int lane = 0; lane < kPathsPerBlock; ++lane) {
      JALON_RETURN_IF_ERROR(CheckFinite(PathValueOf(plan, outcome, target, lane), target,
                                        outcome.block * kPathsPerBlock + lane));
    }
  }
  return absl::OkStatus();
}

}  // namespace

struct TargetAccumulator::State {
  State(const Plan& plan, SummaryOptions options, std::vector<int> estimated)
      : plan(plan),
        options(std::move(options)),
        targets(std::move(estimated)),
        moments(targets.size()) {
    first_hit.reserve(targets.size() + 1);
    first_hit.push_back(0);
    exception_row.reserve(targets.size());
    for (const int target : targets) {
      first_hit.push_back(first_hit.back() + plan.targets[target].thresholds.size());
      const PlanTarget& parts = plan.target_parts[target];
      const bool may_miss = parts.ratio_part >= 0 || parts.opening_part >= 0;
      exception_row.push_back(may_miss ? static_cast<int>(exceptions.size()) : -1);
      if (may_miss) exceptions.emplace_back();
    }
    hits.assign(first_hit.back(), 0);
    if (this->options.quantile_levels.empty()) return;
    sketches.reserve(targets.size());
    const std::vector<bool> whole = WholeTargets(plan);
    for (const int target : targets) sketches.emplace_back(whole[target]);
  }

  const Target& asked(int place) const { return plan.targets[targets[place]]; }

  void Add(int place, const PathValue& path, int64_t count) {
    for (size_t j = 0; j < asked(place).thresholds.size(); ++j) {
      hits[first_hit[place] + j] += Attains(asked(place), j, path);
    }
    if (exception_row[place] >= 0) count = NoteExceptions(place, path, count);
    if (std::isnan(path.value)) return;
    moments[place].Add(path.value, count);
    if (!sketches.empty()) sketches[place].Add(path.value);
  }

  // Counts what does not exist on a path. Returns how many paths have a value so far, this one
  // included.
  int64_t NoteExceptions(int place, const PathValue& path, int64_t count) {
    Exceptions& seen = exceptions[exception_row[place]];
    if (asked(place).opening) {
      seen.ro_undefined += !HasMeaning(asked(place), path.opening);
      if (!std::isnan(path.opening)) seen.opening.Add(path.opening, ++seen.opening_count);
    }
    if (std::isnan(path.value)) ++seen.no_ratio;
    return count - seen.no_ratio;
  }

  int64_t path_count() const { return blocks_folded * kPathsPerBlock; }
  // Paths on which a target has a value.
  int64_t ValuedPaths(int place) const;
  TargetEstimate Estimate(int place, double confidence_level) const;
  void AddMoments(int place, TargetEstimate& estimate) const;
  void AddExceptions(int place, TargetEstimate& estimate) const;

  const Plan& plan;
  SummaryOptions options;
  int64_t blocks_folded = 0;
  // Those that are estimated; the rest is [place among them].
  std::vector<int> targets;
  std::vector<Moments> moments;
  // Paths that attain threshold j of target i: hits[first_hit[i] + j].
  std::vector<size_t> first_hit;
  std::vector<int64_t> hits;
  // Empty without quantile levels.
  std::vector<QuantileSketch> sketches;
  // Index into `exceptions`; -1 where everything exists.
  std::vector<int> exception_row;
  std::vector<Exceptions> exceptions;
};

TargetEstimate TargetAccumulator::State::Estimate(int place, double confidence_level) const {
  const double n = static_cast<double>(path_count());
  TargetEstimate estimate;
  for (size_t j = first_hit[place]; j < first_hit[place + 1]; ++j) {
    const Interval bounds = WilsonInterval(hits[j], path_count(), confidence_level);
    estimate.probability.push_back(static_cast<double>(hits[j]) / n);
    estimate.probability_low.push_back(bounds.low);
    estimate.probability_high.push_back(bounds.high);
  }
  AddMoments(place, estimate);
  if (exception_row[place] >= 0) AddExceptions(place, estimate);
  return estimate;
}

int64_t TargetAccumulator::State::ValuedPaths(int place) const {
  const int row = exception_row[place];
  return row < 0 ? path_count() : path_count() - exceptions[row].no_ratio;
}

void TargetAccumulator::State::AddMoments(int place, TargetEstimate& estimate) const {
  const int64_t count = ValuedPaths(place);
  const double n = static_cast<double>(count);
  const double variance = count > 1 ? moments[place].squares / (n - 1.0) : kMissing;
  estimate.mean = count > 0 ? moments[place].mean : kMissing;
  estimate.standard_deviation = std::sqrt(variance);
  estimate.mean_standard_error = std::sqrt(variance / n);
  for (double level : options.quantile_levels) {
    estimate.quantiles.push_back(count > 0 ? sketches[place].Quantile(level) : kMissing);
  }
}

void TargetAccumulator::State::AddExceptions(int place, TargetEstimate& estimate) const {
  const Exceptions& seen = exceptions[exception_row[place]];
  const double n = static_cast<double>(path_count());
  estimate.no_ratio_share = static_cast<double>(seen.no_ratio) / n;
  estimate.ro_undefined_share = static_cast<double>(seen.ro_undefined) / n;
  estimate.opening_mean = seen.opening_count > 0 ? seen.opening.mean : kMissing;
}

TargetAccumulator::TargetAccumulator(const Plan& plan, SummaryOptions options)
    : TargetAccumulator(plan, std::move(options), AllTargets(plan)) {}
TargetAccumulator::TargetAccumulator(const Plan& plan, SummaryOptions options,
                                     std::vector<int> targets)
    : state_(std::make_unique<State>(plan, std::move(options), std::move(targets))) {}
TargetAccumulator::~TargetAccumulator() = default;

absl::Status TargetAccumulator::Fold(const BlockOutcome& outcome) {
  JALON_RETURN_IF_ERROR(Check(outcome));
  Add(outcome, {.first = 0, .end = static_cast<int>(state_->targets.size())});
  EndBlock();
  return absl::OkStatus();
}

absl::Status TargetAccumulator::Check(const BlockOutcome& outcome) const {
  return CheckFinite(state_->plan, outcome);
}

void TargetAccumulator::Add(const BlockOutcome& outcome, TargetRange places) {
  const int64_t first_count = state_->path_count() + 1;
  for (int place = places.first; place < places.end; ++place) {
    const int target = state_->targets[place];
    for (int lane = 0; lane < kPathsPerBlock; ++lane) {
      state_->Add(place, PathValueOf(state_->plan, outcome, target, lane), first_count + lane);
    }
  }
}

void TargetAccumulator::EndBlock() { ++state_->blocks_folded; }

int64_t TargetAccumulator::blocks_folded() const { return state_->blocks_folded; }

std::vector<TargetEstimate> TargetAccumulator::Estimates() const {
  return EstimatesAt(state_->options.confidence_level);
}

std::vector<TargetEstimate> TargetAccumulator::EstimatesAt(double confidence_level) const {
  return EstimatesAt(confidence_level,
                     {.first = 0, .end = static_cast<int>(state_->targets.size())});
}

std::vector<TargetEstimate> TargetAccumulator::EstimatesAt(double confidence_level,
                                                           TargetRange targets) const {
  std::vector<TargetEstimate> estimates;
  estimates.reserve(targets.end - targets.first);
  for (int target = targets.first; target < targets.end; ++target) {
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

bool TargetAccumulator::LetGo() {
  // Bins of a sketch take a page.
  return FreeLast(state_->sketches, kFreedAtOnce / 4);
}

int64_t TargetAccumulator::allocated_bytes() const {
  int64_t bytes =
      state_->targets.capacity() * sizeof(int) + state_->moments.capacity() * sizeof(Moments) +
      state_->first_hit.capacity() * sizeof(size_t) + state_->hits.capacity() * sizeof(int64_t) +
      state_->sketches.capacity() * sizeof(QuantileSketch) +
      state_->exception_row.capacity() * sizeof(int) +
      state_->exceptions.capacity() * sizeof(Exceptions);
  for (const QuantileSketch& sketch : state_->sketches) bytes += sketch.allocated_bytes();
  return bytes;
}

}  // namespace jalon::sim
