// The conditional estimator against the sampled one on random banks: means, spreads, probabilities
// and quantiles at 4 standard errors of the difference (false alarm 6e-5 per check; about 1,200
// checks, 7 % for fresh seeds; the seeds are fixed). Targets without a closed form are left out one
// by one, as a caller would.
#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/conditional/kinds_bank.h"
#include "tests/sim/engine/tiny_bank.h"
#include "tests/support/sanitized.h"

namespace jalon::sim {
namespace {

constexpr int kPaths = 8'192;
constexpr int kBlocks = 128;
const std::vector<double> kLevels = {0.1, 0.5, 0.9};
// What laws by three moments and matched laws may be off, as a probability.
constexpr double kLawError = 0.002;

// Thresholds at quantiles of the sampled values.
void AskAround(Target& target, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  target.thresholds.clear();
  for (double level : {0.05, 0.3, 0.6, 0.9}) {
    target.thresholds.push_back(values[static_cast<size_t>(level * values.size())]);
  }
}

double ShareAttained(const Target& target, double threshold, const std::vector<double>& values) {
  double count = 0.0;
  for (double value : values) {
    count +=
        target.direction == Direction::kHigherIsBetter ? value >= threshold : value <= threshold;
  }
  return count / static_cast<double>(values.size());
}

// Drops the targets that are refused. Their number.
int KeepClosedForms(TinyBank& bank) {
  const absl::StatusOr<ConditionalPlan> all = ConditionalPlan::Make(bank.plan(), {});
  if (all.ok()) return 0;
  std::set<std::string> refused;
  const Violations violations = ViolationsFromStatus(all.status());
  for (const Violation& violation : violations.kept()) {
    EXPECT_EQ(violation.reason, "NO_CLOSED_FORM");
    refused.insert(violation.field);
  }
  std::vector<Target> kept;
  for (size_t i = 0; i < bank.targets.size(); ++i) {
    if (!refused.contains("targets[" + std::to_string(i) + "]")) kept.push_back(bank.targets[i]);
  }
  bank.targets = std::move(kept);
  return static_cast<int>(refused.size());
}

void ExpectAgreement(TinyBank bank) {
  const std::vector<std::vector<double>> first = TargetPaths(bank.plan(), 256);
  for (size_t i = 0; i < bank.targets.size(); ++i) AskAround(bank.targets[i], first[i]);
  KeepClosedForms(bank);
  ASSERT_FALSE(bank.targets.empty());
  const Plan plan = bank.plan();
  // Other paths than those that set the thresholds, by another seed.
  TinyBank other = bank;
  other.seed += 1'000'003;
  const std::vector<std::vector<double>> sampled = TargetPaths(other.plan(), kPaths);
  const ConditionalPlan conditional = ConditionalPlan::Make(plan, kLevels).value();
  ConditionalAccumulator accumulator(conditional);
  for (int block = 0; block < kBlocks; ++block) {
    accumulator.Fold(ComputeConditionalBlock(conditional, block, StopToken()).value());
  }
  const std::vector<TargetEstimate> estimates = accumulator.EstimatesAt(0.95);
  const std::vector<double> errors = accumulator.ProbabilityErrors();
  size_t row = 0;
  for (size_t i = 0; i < estimates.size(); ++i) {
    SCOPED_TRACE("target " + std::to_string(i) + " law " +
                 std::to_string(static_cast<int>(conditional.law(static_cast<int>(i)))));
    const TargetEstimate& estimate = estimates[i];
    const std::vector<double>& values = sampled[i];
    const double error = StandardError(values);
    EXPECT_NEAR(estimate.mean, Mean(values), 4.0 * std::hypot(error, estimate.mean_standard_error));
    // Kurtosis at most triples the variance of a standard deviation here.
    EXPECT_NEAR(estimate.standard_deviation / (error * std::sqrt(kPaths)), 1.0,
                4.0 * std::sqrt(1.5 / kPaths) + 0.01);
    for (size_t j = 0; j < plan.targets[i].thresholds.size(); ++j, ++row) {
      const double share = ShareAttained(plan.targets[i], plan.targets[i].thresholds[j], values);
      const double p = estimate.probability[j];
      const double spread = std::sqrt(std::max(p * (1.0 - p), 1e-4) / kPaths);
      EXPECT_NEAR(share, p, kLawError + 4.0 * std::hypot(spread, errors[row])) << j;
    }
    for (size_t q = 0; q < kLevels.size(); ++q) {
      double below = 0.0;
      double at_most = 0.0;
      for (double value : values) {
        below += value < estimate.quantiles[q];
        at_most += value <= estimate.quantiles[q];
      }
      const double slack =
          kLawError + 0.003 + 4.0 * std::sqrt(kLevels[q] * (1.0 - kLevels[q]) / kPaths) + 0.01;
      EXPECT_LT(below / kPaths, kLevels[q] + slack) << q;
      EXPECT_GT(at_most / kPaths, kLevels[q] - slack) << q;
    }
  }
}

class RandomBanksTest : public ::testing::TestWithParam<int> {};

TEST_P(RandomBanksTest, AgreeWithTheSampledEstimator) {
  ExpectAgreement(MakeRandomBank(100 + GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomBanksTest, ::testing::Range(0, kSanitized ? 2 : 8));

class KindsTest : public ::testing::TestWithParam<int> {};

TEST_P(KindsTest, AgreeWithTheSampledEstimator) { ExpectAgreement(MakeKindsBank(40 + GetParam())); }

TEST_P(KindsTest, HaveClosedForms) {
  TinyBank bank = MakeKindsBank(40 + GetParam());
  EXPECT_EQ(KeepClosedForms(bank), 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, KindsTest, ::testing::Range(0, kSanitized ? 1 : 4));

}  // namespace
}  // namespace jalon::sim
