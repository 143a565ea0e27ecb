#include "sim/engine/conditional/paired_delta.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/base/math.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/knowledge.h"

namespace jalon::sim {
namespace {

constexpr double kDegrees = kScrambleCount - 1;

// The last number tells targets of one identity apart: the first, the second...
using Key = std::tuple<uint64_t, int32_t, int32_t, Aggregation, Direction, int>;

// [target]: keys, all different.
std::vector<Key> KeysOf(const TargetIdentities& identities) {
  absl::flat_hash_map<Key, int> counts;
  counts.reserve(identities.targets.size());
  std::vector<Key> keys;
  keys.reserve(identities.targets.size());
  for (const TargetIdentity& target : identities.targets) {
    Key key{target.node,        target.window.first.index, target.window.last.index,
            target.aggregation, target.direction,          0};
    std::get<5>(key) = counts[key]++;
    keys.push_back(key);
  }
  return keys;
}

// [target]: its place among targets with a threshold, -1 without.
std::vector<int> KnowledgeRows(const TargetIdentities& identities) {
  std::vector<int> rows;
  int next = 0;
  for (size_t i = 0; i < identities.targets.size(); ++i) {
    rows.push_back(identities.threshold_count(i) > 0 ? next++ : -1);
  }
  return rows;
}

class Pairing {
 public:
  Pairing(const PairedSide& baseline, const PairedSide& run, const PairingOptions& options)
      : baseline_(baseline),
        run_(run),
        options_(options),
        factor_(StudentTInverseCdf(kDegrees, 0.5 + 0.5 * options.confidence_level)),
        baseline_rows_(KnowledgeRows(baseline.identities)),
        run_rows_(KnowledgeRows(run.identities)) {}

  PairedDeltas Make() const;

 private:
  // `from` and `to`: averages of the scrambles.
  Delta Of(const double* from, const double* to) const;
  TargetDelta Pair(int from, int to) const;
  int ThresholdFor(int from, int to, size_t j) const;
  void AddKnowledge(int from, int to, TargetDelta& made) const;
  bool has_knowledge() const {
    return !baseline_.means.knowledge.empty() && !run_.means.knowledge.empty() &&
           baseline_.means.knowledge_blocks == run_.means.knowledge_blocks;
  }

  const PairedSide& baseline_;
  const PairedSide& run_;
  const PairingOptions& options_;
  const double factor_;
  const std::vector<int> baseline_rows_;
  const std::vector<int> run_rows_;
};

Delta Pairing::Of(const double* from, const double* to) const {
  Delta delta{.value = 0.0};
  std::array<double, kScrambleCount> differences{};
  for (int r = 0; r < kScrambleCount; ++r) {
    differences[r] = to[r] - from[r];
    delta.value += differences[r];
  }
  delta.value /= kScrambleCount;
  double squares = 0.0;
  for (const double difference : differences) {
    squares += (difference - delta.value) * (difference - delta.value);
  }
  delta.standard_error = std::sqrt(squares / (kDegrees * kScrambleCount));
  delta.low = delta.value - factor_ * delta.standard_error;
  delta.high = delta.value + factor_ * delta.standard_error;
  return delta;
}

// Counted inside the baseline's target.
int Pairing::ThresholdFor(int from, int to, size_t j) const {
  const TargetIdentities& a = baseline_.identities;
  const TargetIdentities& b = run_.identities;
  const size_t count = a.threshold_count(from);
  if (options_.thresholds == ThresholdMatch::kByObjective) {
    const bool same_ladder = count == b.threshold_count(to);
    return j < count && (j == 0 || same_ladder) ? static_cast<int>(j) : -1;
  }
  const size_t row = b.first_threshold[to] + j;
  for (size_t k = 0; k < count; ++k) {
    const size_t other = a.first_threshold[from] + k;
    if (a.thresholds[other] == b.thresholds[row] &&
        a.opening_weights[other] == b.opening_weights[row]) {
      return static_cast<int>(k);
    }
  }
  return -1;
}

void Pairing::AddKnowledge(int from, int to, TargetDelta& made) const {
  if (!has_knowledge() || made.baseline_threshold.empty() || made.baseline_threshold[0] != 0) {
    return;
  }
  const double* a = baseline_.means.knowledge.data() +
                    static_cast<size_t>(baseline_rows_[from]) * kParameterDraws;
  const double* b =
      run_.means.knowledge.data() + static_cast<size_t>(run_rows_[to]) * kParameterDraws;
  std::array<double, kParameterDraws> draws{};
  double mean = 0.0;
  for (int k = 0; k < kParameterDraws; ++k) {
    draws[k] = b[k] - a[k];
    mean += draws[k] / kParameterDraws;
  }
  if (std::isnan(mean)) return;
  const KnowledgeInterval interval = IntervalOver(draws);
  const double shift = made.probability[0].value - mean;
  made.knowledge_low = std::clamp(interval.low + shift, -1.0, 1.0);
  made.knowledge_high = std::clamp(interval.high + shift, -1.0, 1.0);
}

TargetDelta Pairing::Pair(int from, int to) const {
  TargetDelta made{.baseline_target = from};
  made.mean = Of(baseline_.means.mean.data() + static_cast<size_t>(from) * kScrambleCount,
                 run_.means.mean.data() + static_cast<size_t>(to) * kScrambleCount);
  const size_t first_from = baseline_.identities.first_threshold[from];
  const size_t first_to = run_.identities.first_threshold[to];
  const size_t threshold_count = run_.identities.threshold_count(to);
  made.baseline_threshold.reserve(threshold_count);
  made.probability.reserve(threshold_count);
  for (size_t j = 0; j < threshold_count; ++j) {
    const int other = ThresholdFor(from, to, j);
    made.baseline_threshold.push_back(other);
    made.probability.push_back(
        other < 0 ? Delta()
                  : Of(baseline_.means.probability.data() + (first_from + other) * kScrambleCount,
                       run_.means.probability.data() + (first_to + j) * kScrambleCount));
  }
  AddKnowledge(from, to, made);
  return made;
}

PairedDeltas Pairing::Make() const {
  const std::vector<int> counterparts = CounterpartsOf(baseline_.identities, run_.identities);
  std::vector<char> is_matched(baseline_.identities.targets.size(), 0);
  PairedDeltas made{.path_count = run_.means.path_count};
  made.targets.reserve(counterparts.size());
  for (size_t i = 0; i < counterparts.size(); ++i) {
    if (counterparts[i] < 0) {
      const size_t count = run_.identities.threshold_count(i);
      made.targets.push_back({.baseline_threshold = std::vector<int>(count, -1),
                              .probability = std::vector<Delta>(count)});
      continue;
    }
    is_matched[counterparts[i]] = 1;
    made.targets.push_back(Pair(counterparts[i], static_cast<int>(i)));
  }
  for (size_t i = 0; i < is_matched.size(); ++i) {
    if (is_matched[i] == 0) made.unmatched.push_back(static_cast<int>(i));
  }
  return made;
}

}  // namespace

std::vector<int> CounterpartsOf(const TargetIdentities& baseline, const TargetIdentities& run) {
  if (baseline.targets == run.targets) {
    std::vector<int> counterparts(run.targets.size());
    std::iota(counterparts.begin(), counterparts.end(), 0);
    return counterparts;
  }
  const std::vector<Key> theirs = KeysOf(baseline);
  absl::flat_hash_map<Key, int> place_of;
  place_of.reserve(theirs.size());
  for (size_t i = 0; i < theirs.size(); ++i) place_of[theirs[i]] = static_cast<int>(i);
  std::vector<int> counterparts;
  counterparts.reserve(run.targets.size());
  for (const Key& key : KeysOf(run)) {
    const auto found = place_of.find(key);
    counterparts.push_back(found == place_of.end() ? -1 : found->second);
  }
  return counterparts;
}

absl::StatusOr<PairedDeltas> PairDeltas(const PairedSide& baseline, const PairedSide& run,
                                        const PairingOptions& options) {
  if (baseline.means.path_count != run.means.path_count) {
    return absl::InvalidArgumentError(absl::StrCat("the baseline has ", baseline.means.path_count,
                                                   " paths, the run ", run.means.path_count,
                                                   ": differences need the same paths"));
  }
  return Pairing(baseline, run, options).Make();
}

}  // namespace jalon::sim
