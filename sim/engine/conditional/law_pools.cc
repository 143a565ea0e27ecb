#include "sim/engine/conditional/law_pools.h"

#include <algorithm>
#include <cmath>

#include "sim/base/math.h"

namespace jalon::sim {
namespace {

// Student's factor on the spread over paths, at the risk of a check over `count` comparisons.
double FactorOver(int64_t count, int64_t path_count) {
  if (count == 0) return 0.0;
  const double risk = kLawCheckRisk / (2.0 * static_cast<double>(count));
  return std::max(2.0, StudentTInverseCdf(static_cast<double>(path_count - 1), 1.0 - risk));
}

bool IsWrong(const PooledBias& bias, double factor) {
  return bias.threshold_count > 0 && std::fabs(bias.bias) - factor * bias.standard_error > kLawBias;
}

}  // namespace

int PoolOf(double probability) {
  for (int pool = 0; pool < kPoolCount; ++pool) {
    if (probability >= kPoolBounds[pool] && probability < kPoolBounds[pool + 1]) return pool;
  }
  return -1;
}

void LawPools::Add(int pool, const double* probability, const double* reached) {
  Lanes& off = off_[pool];
  double expected = 0.0;
  for (int lane = 0; lane < kScrambleCount; ++lane) {
    off[lane] += probability[lane] - reached[lane];
    expected += probability[lane] * (1.0 - probability[lane]);
  }
  expected_[pool] += expected;
}

void LawPools::EndBlock() {
  for (int lane = 0; lane < kScrambleCount; ++lane) {
    double all = 0.0;
    for (int pool = 0; pool < kPoolCount; ++pool) {
      const double off = off_[pool][lane];
      all += off;
      sums_[pool + 1].difference += off;
      sums_[pool + 1].square += off * off;
    }
    sums_[0].difference += all;
    sums_[0].square += all * all;
  }
  for (int pool = 0; pool < kPoolCount; ++pool) {
    sums_[0].expected += expected_[pool];
    sums_[pool + 1].expected += expected_[pool];
  }
  off_ = {};
  expected_ = {};
}

PooledBias LawPools::BiasOf(const Sums& sums, int64_t threshold_count, int64_t path_count) {
  if (threshold_count == 0) return {};
  const auto paths = static_cast<double>(path_count);
  const auto thresholds = static_cast<double>(threshold_count);
  const double mean = sums.difference / paths;
  const double spread = (sums.square - paths * mean * mean) / (paths - 1.0);
  const double variance = std::max(spread, sums.expected / paths);
  return {.threshold_count = threshold_count,
          .bias = mean / thresholds,
          .standard_error = std::sqrt(variance / paths) / thresholds};
}

std::array<PooledBias, kPoolCount + 1> LawPools::Biases(int64_t path_count) const {
  std::array<PooledBias, kPoolCount + 1> biases;
  int64_t all = 0;
  for (const int64_t count : counts_) all += count;
  biases[0] = BiasOf(sums_[0], all, path_count);
  biases[0].probability_from = kPoolBounds[0];
  biases[0].probability_to = kPoolBounds[kPoolCount];
  for (int pool = 0; pool < kPoolCount; ++pool) {
    PooledBias& bias = biases[pool + 1];
    bias = BiasOf(sums_[pool + 1], counts_[pool], path_count);
    bias.probability_from = kPoolBounds[pool];
    bias.probability_to = kPoolBounds[pool + 1];
  }
  return biases;
}

void Judge(int64_t path_count, std::vector<LawCheck>& checks) {
  int64_t count = 0;
  for (const LawCheck& check : checks) {
    for (const PooledBias& bias : check.biases) count += bias.threshold_count > 0 ? 1 : 0;
  }
  const double factor = FactorOver(count, path_count);
  for (LawCheck& check : checks) {
    check.is_wrong = std::any_of(check.biases.begin(), check.biases.end(),
                                 [&](const PooledBias& bias) { return IsWrong(bias, factor); });
  }
}

}  // namespace jalon::sim
