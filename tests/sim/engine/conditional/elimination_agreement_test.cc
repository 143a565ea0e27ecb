// Sums with eliminations in the conditional estimator against the sampled one: means and shares at
// 4 standard errors of the difference; false alarm 6e-5 per check, 36 checks; the seeds are fixed.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sim/engine/conditional/conditional.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

constexpr int kPaths = 8'192;
constexpr int kBlocks = 64;

// A bank whose sales and deposits are credited twice, declared by month; the targets' year is half
// realised.
TinyBank CreditedBank() {
  TinyBank bank =
      MakeTinyBank({.region_count = 2,
                    .branches_per_region = 2,
                    .kinds = {IndicatorKind::kAmount, IndicatorKind::kAmount},
                    .mean = 40.0,
                    .others = {StockOf("s-deposits", Measure::kMoney, {"k1"}),
                               DerivedOf("t-income", "mean(s-deposits) * (yield - 1) / 1200 + k2"),
                               RatioOf("u-rate", "k1", "s-deposits")},
                    .stock = 900.0});
  AddRate(bank, "yield", 3.0, 0.3);
  for (int month = 1; month <= 12; ++month) {
    const Period period = Period::Month(2025, month);
    bank.revision.credit.eliminations.push_back({"bank", "all", "k1", period, -10.0 - month});
    bank.revision.credit.eliminations.push_back({"bank", "all", "s-deposits", period, -600.0});
    bank.revision.credit.eliminations.push_back({"r1", "all", "k2", period, -2.0 * month});
  }
  const Window year{Period::Month(2025, 7), Period::Month(2026, 6)};
  for (const char* id : {"k1", "t-income", "u-rate"}) {
    bank.targets.push_back(bank.For("bank", id, year));
  }
  bank.targets.push_back(bank.For("r1", "t-income"));
  return bank;
}

void AskAround(TinyBank& bank) {
  const std::vector<std::vector<double>> paths = TargetPaths(bank.plan(), 256);
  for (size_t i = 0; i < paths.size(); ++i) {
    std::vector<double> sorted = paths[i];
    std::sort(sorted.begin(), sorted.end());
    bank.targets[i].thresholds = {sorted[40], sorted[128], sorted[220]};
  }
}

void ExpectAgreement(TinyBank bank) {
  AskAround(bank);
  const Plan plan = bank.plan();
  const ConditionalPlan conditional = ConditionalPlan::Make(plan, {}).value();
  ConditionalAccumulator accumulator(conditional);
  for (int block = 0; block < kBlocks; ++block) {
    accumulator.Fold(ComputeConditionalBlock(conditional, block, StopToken()).value());
  }
  const std::vector<TargetEstimate> estimates = accumulator.EstimatesAt(0.95);
  bank.seed += 1'000'003;
  const std::vector<std::vector<double>> sampled = TargetPaths(bank.plan(), kPaths);
  for (size_t i = 0; i < sampled.size(); ++i) {
    SCOPED_TRACE(i);
    EXPECT_NEAR(estimates[i].mean, Mean(sampled[i]),
                4.0 * std::hypot(StandardError(sampled[i]), estimates[i].mean_standard_error));
    for (size_t j = 0; j < bank.targets[i].thresholds.size(); ++j) {
      const double threshold = bank.targets[i].thresholds[j];
      const double share =
          static_cast<double>(std::count_if(sampled[i].begin(), sampled[i].end(),
                                            [&](double value) { return value >= threshold; })) /
          kPaths;
      // What laws by three moments may be off, and the spread of a share.
      EXPECT_NEAR(estimates[i].probability[j], share, 0.004 + 4.0 * 0.5 / std::sqrt(kPaths));
    }
  }
}

TEST(EliminationAgreementTest, BothEstimatorsReadThePlansEliminations) {
  ExpectAgreement(CreditedBank());
}

TEST(EliminationAgreementTest, BothEstimatorsReadEliminationsOfSumsOfZero) {
  TinyBank bank = CreditedBank();
  for (int month = 1; month <= 12; ++month) {
    for (const char* branch : {"r1-b1", "r1-b2"}) {
      bank.SetRealised(branch, "k2", Period::Month(2025, month), 0.0);
    }
  }
  bank.targets.push_back(bank.For("r1", "k2"));
  ExpectAgreement(std::move(bank));
}

}  // namespace
}  // namespace jalon::sim
