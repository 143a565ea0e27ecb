// Laws compared with whole paths: wrong ones are found and sampled, right ones are kept.
#include <algorithm>
#include <cmath>
#include <memory>

#include "gtest/gtest.h"
#include "sim/engine/conditional/estimator.h"
#include "sim/engine/conditional/law_check_work.h"
#include "sim/engine/conditional/law_pools.h"
#include "sim/engine/run.h"
#include "tests/sim/engine/same_bits.h"
#include "tests/sim/engine/thread_executor.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

constexpr int kRegions = 60;

std::vector<LawCheck> CheckOf(const Plan& plan, LawCheckOptions options) {
  const ConditionalPlan made = ConditionalPlan::MakeWherePossible(plan, {});
  LawCheckWork work(made, options);
  while (!work.Step()) {
  }
  return work.Take().value();
}

const LawCheck* Find(const std::vector<LawCheck>& checks, LawUsed law) {
  const auto found = std::find_if(checks.begin(), checks.end(), [law](const LawCheck& check) {
    return check.law_class.law == law;
  });
  return found == checks.end() ? nullptr : &*found;
}

// Regions of two branches: amounts of one nearly certain, those of the other wild. Matched, their
// sum has the skewness of a gamma law twenty times as steady: 10 points of a probability.
TinyBank UnequalBank() {
  TinyBank bank = MakeTinyBank({.region_count = kRegions,
                                .branches_per_region = 2,
                                .kinds = {IndicatorKind::kAmount},
                                .mean = 20.0});
  for (int r = 1; r <= kRegions; ++r) {
    const std::string region = "r" + std::to_string(r);
    const int steady = bank.SeriesIndex(region + "-b1", "k1");
    bank.model.level.mean[steady] = std::log(500.0);
    bank.model.series[steady].dispersion = 1.0;
    bank.Series(region + "-b2", "k1").dispersion = 200.0;
    for (const std::string& unit : {region, region + "-b2"})
      bank.targets.push_back(bank.YearOf(unit));
    bank.targets[bank.targets.size() - 2].thresholds = {6'240.0, 6'150.0};
    bank.targets.back().thresholds = {240.0};
  }
  return bank;
}

// Laws that are right to 1e-4 and better: counts and amounts of one series, sums that are normal,
// shaken by what series share.
TinyBank RightBank(uint64_t seed) {
  TinyBank bank = MakeTinyBank(
      {.region_count = 2,
       .branches_per_region = 3,
       .kinds = {IndicatorKind::kCount, IndicatorKind::kAmount, IndicatorKind::kNetFlow}});
  bank.seed = seed;
  for (LatentLaw& law : bank.model.national.laws) law.persistent_sd = 0.05;
  for (const char* unit : {"r1-b1", "r1-b2", "r1-b3", "r2-b1", "r2-b2", "r2-b3", "r1", "bank"}) {
    const std::string name = unit;
    for (const int k : {0, 1, 2}) {
      bank.targets.push_back(bank.YearOf(name, k));
      bank.targets.back().thresholds = {225.0, 240.0, 250.0};
      if (name.size() < 5 && k < 2) bank.targets.pop_back();
    }
  }
  for (ModelSeries& series : bank.model.series) {
    if (series.law == Law::kStudentT) series.shape = 1e8;
  }
  return bank;
}

Checkpoint RunOn(const Plan& plan, int threads, int64_t law_check_paths) {
  ThreadExecutor executor(threads);
  const RunOptions options{.max_paths = 1'024};
  auto estimator = std::make_unique<ConditionalEstimator>(
      plan, options.summary, ConditionalOptions{.law_check_paths = law_check_paths});
  return RunToPrecision(std::move(estimator), options, executor, {}, [](const Checkpoint&) {})
      .value();
}

TEST(LawCheckTest, FindsAWrongLawAndKeepsTheRightOnes) {
  const std::vector<LawCheck> checks = CheckOf(UnequalBank().plan(), {.path_count = 64});
  const LawCheck* matched = Find(checks, LawUsed::kMatched);
  const LawCheck* exact = Find(checks, LawUsed::kExact);
  ASSERT_NE(matched, nullptr);
  ASSERT_NE(exact, nullptr);
  EXPECT_TRUE(matched->is_wrong);
  EXPECT_EQ(matched->target_count, kRegions);
  EXPECT_EQ(matched->biases[0].threshold_count, 2 * kRegions);
  // A normal-like law puts half above the mean, where a wild one puts 39 %.
  EXPECT_NEAR(matched->biases[0].bias, 0.08, 0.05);
  EXPECT_FALSE(exact->is_wrong);
  EXPECT_LT(std::fabs(exact->biases[0].bias), 4.0 * exact->biases[0].standard_error);
}

TEST(LawCheckTest, CountsBothDirectionsAsTheChanceToExceed) {
  TinyBank bank = UnequalBank();
  const LawCheck up = *Find(CheckOf(bank.plan(), {.path_count = 64}), LawUsed::kMatched);
  for (size_t i = 0; i < bank.targets.size(); i += 4) {
    bank.targets[i].direction = Direction::kLowerIsBetter;
  }
  const LawCheck both = *Find(CheckOf(bank.plan(), {.path_count = 64}), LawUsed::kMatched);
  EXPECT_EQ(both.biases[0].threshold_count, up.biases[0].threshold_count);
  EXPECT_NEAR(both.biases[0].bias, up.biases[0].bias, 1e-9);
  EXPECT_NEAR(both.biases[0].standard_error, up.biases[0].standard_error, 1e-9);
}

TEST(LawCheckTest, ARunSamplesTheTargetsOfAWrongLaw) {
  const Plan plan = UnequalBank().plan();
  const Checkpoint trusting = RunOn(plan, 2, 0);
  const Checkpoint checked = RunOn(plan, 2, 64);
  EXPECT_TRUE(trusting.law_checks.empty());
  EXPECT_EQ(checked.law_checks.size(), 2u);
  double off = 0.0;
  for (int i = 0; i < plan.target_count(); i += 2) {
    EXPECT_EQ(trusting.laws[i], LawUsed::kMatched);
    EXPECT_EQ(checked.laws[i], LawUsed::kSampled);
    off += checked.estimates[i].probability[0] / kRegions;
    // Right laws keep their bits.
    EXPECT_EQ(checked.laws[i + 1], LawUsed::kExact);
    EXPECT_TRUE(
        SameBits(checked.estimates[i + 1].probability, trusting.estimates[i + 1].probability));
  }
  EXPECT_NEAR(off, 0.39, 0.03);
}

TEST(LawCheckTest, AVariantSamplesWhatItsBaselineSamples) {
  const Plan plan = UnequalBank().plan();
  ConditionalEstimator baseline(plan, {}, {.law_check_paths = 64});
  ASSERT_TRUE(baseline
                  .FinishPreparation([&] {
                    auto work = baseline.BeginPreparation();
                    while (!work->Step()) {
                    }
                    return work;
                  }())
                  .ok());
  const auto basis = std::make_shared<const BaselineBasis>(baseline.Basis());
  ConditionalEstimator variant(plan, {}, {.baseline = basis});
  auto work = variant.BeginPreparation();
  while (!work->Step()) {
  }
  ASSERT_TRUE(variant.FinishPreparation(std::move(work)).ok());
  EXPECT_EQ(variant.laws(), baseline.laws());
  EXPECT_EQ(variant.laws()[0], LawUsed::kSampled);
  EXPECT_EQ(variant.law_checks(), baseline.law_checks());
}

// A check of right laws finds one wrong in at most kLawCheckRisk of its seeds: 3 standard
// deviations more are tolerated, false alarm 1e-3 at the very risk (the seeds are fixed; over 3,000
// of them it is 2.6 %). Errors are honest: squares of bias / error average 1 (1.001 over the same
// 3,000).
TEST(LawCheckTest, KeepsRightLawsAtTheRiskDeclared) {
  constexpr int kSeeds = 300;
  int alarms = 0;
  double squares = 0.0;
  double count = 0.0;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    const std::vector<LawCheck> checks = CheckOf(RightBank(seed).plan(), {.path_count = 32});
    ASSERT_GE(checks.size(), 3u);
    bool is_wrong = false;
    for (const LawCheck& check : checks) {
      is_wrong |= check.is_wrong;
      for (const PooledBias& bias : check.biases) {
        if (bias.threshold_count == 0) continue;
        squares += bias.bias * bias.bias / (bias.standard_error * bias.standard_error);
        count += 1.0;
      }
    }
    alarms += is_wrong ? 1 : 0;
  }
  const double most = kSeeds * kLawCheckRisk;
  EXPECT_LE(alarms, most + 3.0 * std::sqrt(most));
  EXPECT_LT(squares / count, 1.15);
  EXPECT_GT(squares / count, 0.7);
}

TEST(LawCheckTest, GivesTheSameBitsForAnySliceAndAnyThreads) {
  const Plan plan = UnequalBank().plan();
  const std::vector<LawCheck> one = CheckOf(plan, {.path_count = 48});
  EXPECT_EQ(CheckOf(plan, {.path_count = 33, .fold_size = 1}), one);
  EXPECT_EQ(CheckOf(plan, {.path_count = 48, .fold_size = 7}), one);
  for (const int threads : {1, 5}) EXPECT_EQ(RunOn(plan, threads, 48).law_checks, one);
}

TEST(LawCheckTest, OfAPlanWithoutThresholdsSaysNothing) {
  TinyBank bank = UnequalBank();
  for (Target& target : bank.targets) target.thresholds.clear();
  EXPECT_TRUE(CheckOf(bank.plan(), {}).empty());
}

TEST(LawCheckTest, IsCancelledBetweenItsSlices) {
  const Plan plan = UnequalBank().plan();
  const ConditionalEstimator estimator(plan, {}, {.law_check_paths = kMaxLawCheckPaths});
  std::unique_ptr<SlicedWork> work = estimator.BeginPreparation();
  for (int slice = 0; slice < 200; ++slice) ASSERT_FALSE(work->Step());
  work.reset();
}

TEST(LawPoolsTest, DrawsThatNeverReachAThresholdHaveTheErrorOfTheLaw) {
  LawPools pools;
  pools.Count(0);
  const std::vector<double> probability(kScrambleCount, 0.04);
  const std::vector<double> reached(kScrambleCount, 0.0);
  pools.Add(0, probability.data(), reached.data());
  pools.EndBlock();
  const PooledBias bias = pools.Biases(kScrambleCount)[0];
  EXPECT_NEAR(bias.bias, 0.04, 1e-15);
  EXPECT_NEAR(bias.standard_error, std::sqrt(0.04 * 0.96 / kScrambleCount), 1e-15);
}

TEST(LawCheckTest, CostsWholePathsAndTheirBytes) {
  const Plan plan = UnequalBank().plan();
  const EstimatorCost without = PredictEstimatorCost(plan, 2, 0);
  const EstimatorCost with = PredictEstimatorCost(plan, 2, 0, 512);
  const PlanCost whole = PredictCost(plan, 2, 0);
  EXPECT_GE(with.preparation_cpu_ms - without.preparation_cpu_ms, 2.0 * whole.cpu_ms_per_256_paths);
  EXPECT_GT(with.peak_bytes, without.peak_bytes);
  EXPECT_EQ(with.cpu_ms_per_256_paths, without.cpu_ms_per_256_paths);
}

}  // namespace
}  // namespace jalon::sim
