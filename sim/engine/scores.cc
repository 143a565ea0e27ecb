#include "sim/engine/scores.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "sim/base/free_parts.h"
#include "sim/engine/path_value.h"
#include "sim/engine/quantile_sketch.h"
#include "sim/engine/row_math.h"
#include "sim/stats/wilson.h"

namespace jalon::sim {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// Mean and sum of squared deviations of the paths so far [Welford1962].
struct Moments {
  double mean = 0.0;
  double squares = 0.0;

  void Add(double value, int64_t count) {
    const double step = value - mean;
    mean += step / static_cast<double>(count);
    squares += step * (value - mean);
  }
  double StandardDeviation(double n) const { return std::sqrt(squares / (n - 1.0)); }
};

// Mean of a term's excess, and the sum of its deviations times those of the score.
struct TermMoments {
  double mean = 0.0;
  double products = 0.0;
};

// The greatest R/O of an objective that is not attained: just below 1.
constexpr double kMissed = 1.0 - 0x1p-53;

// What the targets say on the paths of a block.
class BlockValues {
 public:
  BlockValues(const Plan& plan, const BlockOutcome& outcome) : plan_(plan), outcome_(outcome) {}

  // On how many paths all are attained.
  int CountAllAttained(const std::vector<PlanObjective>& objectives) const {
    std::array<bool, kPathsPerBlock> all;
    all.fill(true);
    int left = kPathsPerBlock;
    for (const PlanObjective& objective : objectives) {
      if (left == 0) break;
      const Target& target = plan_.targets[objective.target];
      for (int lane = 0; lane < kPathsPerBlock; ++lane) {
        if (!all[lane] || Reaches(target, objective.value, ValueOf(objective, lane))) continue;
        all[lane] = false;
        --left;
      }
    }
    return left;
  }

  // What a term adds to the score's distance from 1.
  PathRow Excess(const PlanScoreTerm& term) const {
    const Target& target = plan_.targets[term.objective.target];
    PathRow excess;
    for (int lane = 0; lane < kPathsPerBlock; ++lane) {
      excess.x[lane] = term.term.Excess(Ratio(term, target, ValueOf(term.objective, lane)));
    }
    return excess;
  }

 private:
  PathValue ValueOf(const PlanObjective& objective, int lane) const {
    return PathValueOf(plan_, outcome_, objective.target, lane);
  }

  // R/O, at least 1 exactly where the objective is attained, whatever roundings say of a ratio's
  // quotient.
  static double Ratio(const PlanScoreTerm& term, const Target& target, const PathValue& path) {
    const bool attained = Reaches(target, term.objective.value, path);
    const double scale = term.on_variation ? term.objective.value - path.opening : term.scale;
    const bool has_meaning = !term.on_variation || HasMeaning(target, path.opening);
    if (!has_meaning || std::isnan(path.value)) return attained ? 1.0 : WorstRatio(term);
    const double ratio = 1.0 + (path.value - term.objective.value) / scale;
    return attained ? std::max(ratio, 1.0) : std::min(ratio, kMissed);
  }

  // What a path without R/O counts where it misses its objective.
  static double WorstRatio(const PlanScoreTerm& term) {
    return std::isfinite(term.term.floor) ? term.term.floor : 0.0;
  }

  const Plan& plan_;
  const BlockOutcome& outcome_;
};

ProbabilityEstimate Probability(int64_t hits, int64_t count, double confidence_level) {
  const Interval bounds = WilsonInterval(hits, count, confidence_level);
  return {static_cast<double>(hits) / static_cast<double>(count), bounds.low, bounds.high};
}

// Sums of one score over the paths so far.
struct ScoreSums {
  Moments excess;
  Moments payoff;
  int64_t joint_hits = 0;
  std::vector<int64_t> level_hits;
  std::vector<TermMoments> terms;
};

}  // namespace

struct ScoreAccumulator::State {
  State(const Plan& plan, const SummaryOptions& options)
      : plan(plan),
        quantile_levels(options.quantile_levels),
        sums(plan.scores.scores.size()),
        joint_hits(plan.scores.joint_sets.size()) {
    for (size_t s = 0; s < sums.size(); ++s) {
      sums[s].terms.resize(plan.scores.scores[s].terms.size());
      if (!sums[s].terms.empty()) sums[s].level_hits.resize(plan.scores.levels.size());
      most_terms = std::max(most_terms, sums[s].terms.size());
    }
    excesses.resize(most_terms);
    if (!quantile_levels.empty()) sketches.resize(sums.size(), QuantileSketch(false));
  }

  // Score by score: what one reads of the plan and of the block is read once for all its paths.
  void AddScores(const BlockOutcome& outcome, TargetRange scores) {
    const BlockValues values(plan, outcome);
    for (int s = scores.first; s < scores.end; ++s) {
      sums[s].joint_hits += values.CountAllAttained(plan.scores.scores[s].objectives);
      if (!plan.scores.scores[s].terms.empty()) AddScore(s, values);
    }
  }

  void EndBlock(const BlockOutcome& outcome) {
    const BlockValues values(plan, outcome);
    for (size_t j = 0; j < joint_hits.size(); ++j) {
      joint_hits[j] += values.CountAllAttained(plan.scores.joint_sets[j]);
    }
    ++blocks_folded;
  }

  void AddScore(size_t s, const BlockValues& values) {
    const std::vector<PlanScoreTerm>& terms = plan.scores.scores[s].terms;
    PathRow excess = SameRow(0.0);
    for (size_t i = 0; i < terms.size(); ++i) {
      excesses[i] = values.Excess(terms[i]);
      AddTo(excess, excesses[i]);
    }
    for (int lane = 0; lane < kPathsPerBlock; ++lane) {
      const int64_t count = path_count() + lane + 1;
      sums[s].excess.Add(excess.x[lane], count);
      AddProducts(sums[s], excess.x[lane], lane, count);
      AddPath(s, excess.x[lane], count);
    }
  }

  // Covariances by the same recurrence, after the score's own mean has moved.
  void AddProducts(ScoreSums& score, double excess, int lane, int64_t count) {
    const double beyond = excess - score.excess.mean;
    for (size_t i = 0; i < score.terms.size(); ++i) {
      const double step = excesses[i].x[lane] - score.terms[i].mean;
      score.terms[i].mean += step / static_cast<double>(count);
      score.terms[i].products += step * beyond;
    }
  }

  // What a path's score counts beside its moments.
  void AddPath(size_t s, double excess, int64_t count) {
    for (size_t l = 0; l < plan.scores.levels.size(); ++l) {
      sums[s].level_hits[l] += excess >= plan.scores.levels[l] - 1.0;
    }
    if (!plan.scores.ladder.empty()) {
      const double quality = plan.scores.scores[s].quality;
      sums[s].payoff.Add(Payoff(plan.scores.ladder, 1.0 + excess, quality), count);
    }
    if (!sketches.empty()) sketches[s].Add(1.0 + excess);
  }

  int64_t path_count() const { return blocks_folded * kPathsPerBlock; }
  ScoreEstimate Estimate(size_t s, double confidence_level) const;
  void EstimateScore(size_t s, ScoreEstimate& estimate) const;
  void EstimateTerms(size_t s, ScoreEstimate& estimate) const;

  const Plan& plan;
  std::vector<double> quantile_levels;
  int64_t blocks_folded = 0;
  // [score], [joint set]
  std::vector<ScoreSums> sums;
  std::vector<int64_t> joint_hits;
  // [score], empty without quantile levels.
  std::vector<QuantileSketch> sketches;
  size_t most_terms = 0;
  // Excesses of the score in hand, [term].
  std::vector<PathRow> excesses;
};

void ScoreAccumulator::State::EstimateScore(size_t s, ScoreEstimate& estimate) const {
  const double n = static_cast<double>(path_count());
  estimate.mean = 1.0 + sums[s].excess.mean;
  estimate.standard_deviation = sums[s].excess.StandardDeviation(n);
  estimate.mean_standard_error = estimate.standard_deviation / std::sqrt(n);
  for (const double level : quantile_levels) {
    estimate.quantiles.push_back(sketches[s].Quantile(level));
  }
  for (const int64_t hits : sums[s].level_hits) {
    estimate.level_probability.push_back(static_cast<double>(hits) / n);
  }
  if (plan.scores.ladder.empty()) return;
  estimate.payoff_mean = sums[s].payoff.mean;
  estimate.payoff_standard_error = sums[s].payoff.StandardDeviation(n) / std::sqrt(n);
}

void ScoreAccumulator::State::EstimateTerms(size_t s, ScoreEstimate& estimate) const {
  const std::vector<PlanScoreTerm>& terms = plan.scores.scores[s].terms;
  const double variance = sums[s].excess.squares;
  for (size_t i = 0; i < terms.size(); ++i) {
    const TermMoments& moments = sums[s].terms[i];
    const double weight = terms[i].term.weight;
    estimate.effective_weight.push_back(variance > 0.0 ? moments.products / variance : kNone);
    estimate.ratio_mean.push_back(weight > 0.0 ? 1.0 + moments.mean / weight : kNone);
  }
}

ScoreEstimate ScoreAccumulator::State::Estimate(size_t s, double confidence_level) const {
  ScoreEstimate estimate{.mean = kNone,
                         .mean_standard_error = kNone,
                         .standard_deviation = kNone,
                         .joint = Probability(sums[s].joint_hits, path_count(), confidence_level),
                         .payoff_mean = kNone,
                         .payoff_standard_error = kNone};
  if (plan.scores.scores[s].terms.empty()) {
    estimate.quantiles.assign(quantile_levels.size(), kNone);
    estimate.level_probability.assign(plan.scores.levels.size(), kNone);
    return estimate;
  }
  EstimateScore(s, estimate);
  EstimateTerms(s, estimate);
  return estimate;
}

ScoreAccumulator::ScoreAccumulator(const Plan& plan, const SummaryOptions& options)
    : state_(std::make_unique<State>(plan, options)) {}
ScoreAccumulator::~ScoreAccumulator() = default;

void ScoreAccumulator::Fold(const BlockOutcome& outcome) {
  Add(outcome, {.first = 0, .end = score_count()});
  EndBlock(outcome);
}

int ScoreAccumulator::score_count() const { return static_cast<int>(state_->sums.size()); }

void ScoreAccumulator::Add(const BlockOutcome& outcome, TargetRange scores) {
  state_->AddScores(outcome, scores);
}

void ScoreAccumulator::EndBlock(const BlockOutcome& outcome) { state_->EndBlock(outcome); }

ScoreEstimates ScoreAccumulator::EstimatesAt(double confidence_level) const {
  return {.scores = EstimatesAt(confidence_level, {.first = 0, .end = score_count()}),
          .joint_sets = JointSetsAt(confidence_level)};
}

std::vector<ScoreEstimate> ScoreAccumulator::EstimatesAt(double confidence_level,
                                                         TargetRange scores) const {
  std::vector<ScoreEstimate> estimates;
  estimates.reserve(scores.end - scores.first);
  for (int s = scores.first; s < scores.end; ++s) {
    estimates.push_back(state_->Estimate(s, confidence_level));
  }
  return estimates;
}

std::vector<ProbabilityEstimate> ScoreAccumulator::JointSetsAt(double confidence_level) const {
  std::vector<ProbabilityEstimate> estimates;
  estimates.reserve(state_->joint_hits.size());
  for (const int64_t hits : state_->joint_hits) {
    estimates.push_back(Probability(hits, state_->path_count(), confidence_level));
  }
  return estimates;
}

bool ScoreAccumulator::LetGo() {
  // Bins of a sketch take a page.
  return FreeLast(state_->sketches, kFreedAtOnce / 4) && FreeLast(state_->sums);
}

int64_t ScoreAccumulator::allocated_bytes() const {
  int64_t bytes = state_->sums.capacity() * sizeof(ScoreSums) +
                  state_->sketches.capacity() * sizeof(QuantileSketch) +
                  state_->excesses.capacity() * sizeof(PathRow) +
                  state_->joint_hits.capacity() * sizeof(int64_t);
  for (const ScoreSums& sums : state_->sums) {
    bytes +=
        sums.terms.capacity() * sizeof(TermMoments) + sums.level_hits.capacity() * sizeof(int64_t);
  }
  for (const QuantileSketch& sketch : state_->sketches) bytes += sketch.allocated_bytes();
  return bytes;
}

double ScoreBytes(const PlanScores& scores, int quantile_level_count) {
  const double sketch =
      quantile_level_count == 0
          ? 0.0
          : sizeof(QuantileSketch) + (QuantileSketch::kBins + 2.0) * sizeof(uint32_t);
  const double levels = static_cast<double>(scores.levels.size());
  const double numbers = 2.0 * levels + quantile_level_count;
  double bytes = static_cast<double>(scores.joint_sets.size()) *
                 (sizeof(int64_t) + sizeof(ProbabilityEstimate));
  size_t most_terms = 0;
  for (const PlanScore& score : scores.scores) {
    most_terms = std::max(most_terms, score.terms.size());
    bytes += sizeof(PlanScore) + sizeof(ScoreSums) + sizeof(ScoreEstimate) + sketch +
             numbers * sizeof(double) +
             static_cast<double>(score.terms.size()) *
                 (sizeof(PlanScoreTerm) + sizeof(TermMoments) + 3.0 * sizeof(double)) +
             static_cast<double>(score.objectives.size()) * sizeof(PlanObjective);
  }
  // The excesses of one score.
  return bytes + static_cast<double>(most_terms) * sizeof(PathRow);
}

double ScoreNanoseconds(const PlanScores& scores) {
  constexpr double kScore = 40.0;
  constexpr double kTerm = 8.0;
  constexpr double kObjective = 2.0;
  double nanoseconds = 0.0;
  for (const PlanScore& score : scores.scores) {
    nanoseconds += kScore + kTerm * static_cast<double>(score.terms.size()) +
                   kObjective * static_cast<double>(score.objectives.size());
  }
  for (const std::vector<PlanObjective>& set : scores.joint_sets) {
    nanoseconds += kObjective * static_cast<double>(set.size());
  }
  return nanoseconds;
}

}  // namespace jalon::sim
