// What has no closed form comes from whole paths, on the shared states of the others.
#include "sim/engine/conditional/estimator.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "gtest/gtest.h"
#include "sim/engine/cell_batch.h"
#include "sim/engine/conditional/estimator_block.h"
#include "sim/engine/conditional/plan_state.h"
#include "sim/engine/run.h"
#include "tests/sim/engine/thread_executor.h"
#include "tests/sim/engine/tiny_bank.h"
#include "tests/sim/kernel/counting_memo.h"

namespace jalon::sim {
namespace {

const RunOptions kOptions = {.max_paths = 256};

template <typename Kind>
Checkpoint RunWith(const Plan& plan, int threads = 2) {
  ThreadExecutor executor(threads);
  return RunToPrecision(std::make_unique<Kind>(plan, kOptions.summary), kOptions, executor, {},
                        [](const Checkpoint&) {})
      .value();
}

// A count on the square-root link has no closed form; an amount has one.
TinyBank MixedBank() {
  TinyBank bank = MakeTinyBank({.region_count = 2,
                                .branches_per_region = 2,
                                .kinds = {IndicatorKind::kCount, IndicatorKind::kAmount},
                                .mean = 40.0});
  for (size_t i = 0; i < bank.model.series.size(); ++i) {
    if (bank.model.series[i].indicator != 0) continue;
    bank.model.series[i].link = Link::kSqrt;
    bank.model.level.mean[i] = std::sqrt(40.0);
  }
  for (const char* unit : {"bank", "r1", "r2-b2"}) {
    for (const int k : {0, 1}) bank.targets.push_back(bank.YearOf(unit, k));
  }
  for (Target& target : bank.targets) target.thresholds = {400.0, 900.0};
  return bank;
}

void ExpectSameBits(const TargetEstimate& a, const TargetEstimate& b) {
  EXPECT_EQ(a.probability, b.probability);
  EXPECT_EQ(a.probability_low, b.probability_low);
  EXPECT_EQ(a.probability_high, b.probability_high);
  EXPECT_EQ(a.mean, b.mean);
  EXPECT_EQ(a.standard_deviation, b.standard_deviation);
}

// Estimates from the 256 paths of a conditional run, replayed one by one.
std::vector<TargetEstimate> ReplayAll(const Plan& plan) {
  const auto shared = ConditionalSharedStates(plan);
  const CellLaws laws = MakeCellLaws(plan);
  TargetAccumulator accumulator(plan, kOptions.summary);
  for (int64_t block = 0; block < kOptions.max_paths / kPathsPerBlock; ++block) {
    BlockOutcome outcome{.block = block};
    outcome.values.resize(plan.targets.size() * kPathsPerBlock);
    for (int lane = 0; lane < kPathsPerBlock; ++lane) {
      const PathReplay path =
          ReplayPath(plan, block * kPathsPerBlock + lane, shared.get(), &laws).value();
      for (size_t i = 0; i < plan.targets.size(); ++i) {
        outcome.values[i * kPathsPerBlock + lane] = path.target_values[i];
      }
    }
    EXPECT_TRUE(accumulator.Fold(outcome).ok());
  }
  return accumulator.Estimates();
}

TEST(ConditionalEstimatorTest, SamplesTargetsWithoutAClosedFormOnThePathsThatReplayGives) {
  const Plan plan = MixedBank().plan();
  const Checkpoint mixed = RunWith<ConditionalEstimator>(plan);
  const std::vector<TargetEstimate> replayed = ReplayAll(plan);
  for (int i = 0; i < plan.target_count(); ++i) {
    const bool is_count = i % 2 == 0;
    EXPECT_EQ(mixed.laws[i] == LawUsed::kSampled, is_count) << i;
    if (is_count) ExpectSameBits(mixed.estimates[i], replayed[i]);
  }
}

// What is integrated in one is drawn in the other, on the same shared states: 5 standard errors,
// false alarm 6e-7 per check.
TEST(ConditionalEstimatorTest, AgreesWithItsOwnPathsReplayed) {
  const Plan plan = MixedBank().plan();
  const Checkpoint mixed = RunWith<ConditionalEstimator>(plan);
  const std::vector<TargetEstimate> replayed = ReplayAll(plan);
  for (int i = 1; i < plan.target_count(); i += 2) {
    EXPECT_NEAR(mixed.estimates[i].mean, replayed[i].mean, 5.0 * replayed[i].mean_standard_error);
  }
}

TEST(ConditionalEstimatorTest, GivesTheSameBitsOnAnyNumberOfThreads) {
  const Plan plan = MixedBank().plan();
  const Checkpoint one = RunWith<ConditionalEstimator>(plan, 1);
  const Checkpoint many = RunWith<ConditionalEstimator>(plan, 5);
  for (int i = 0; i < plan.target_count(); ++i) {
    ExpectSameBits(one.estimates[i], many.estimates[i]);
  }
}

TEST(ConditionalEstimatorTest, SamplesScoresAndIntegratesTheirTargets) {
  const TinyBank bank = MixedBank();
  Plan plan = bank.plan();
  plan.scores.joint_sets = {{{.target = 0, .value = 400.0}, {.target = 1, .value = 400.0}}};
  const Checkpoint mixed = RunWith<ConditionalEstimator>(plan);
  const Checkpoint alone = RunWith<ConditionalEstimator>(bank.plan());
  ASSERT_EQ(mixed.scores.joint_sets.size(), 1u);
  EXPECT_LE(mixed.scores.joint_sets[0].value, mixed.estimates[0].probability[0]);
  EXPECT_GT(mixed.scores.joint_sets[0].value, 0.0);
  for (int i = 0; i < plan.target_count(); ++i) {
    ExpectSameBits(mixed.estimates[i], alone.estimates[i]);
  }
}

// Scores draw the whole plan, and it says what the paths of the targets without a law alone say.
TEST(ConditionalEstimatorTest, KeepsOfScoresPathsWhatTheTargetsWithoutALawNeed) {
  const TinyBank bank = MixedBank();
  Plan plan = bank.plan();
  plan.scores.joint_sets = {{{.target = 0, .value = 400.0}, {.target = 1, .value = 400.0}}};
  const SummaryOptions summary{.quantile_levels = {0.2, 0.9}, .keep_scrambles = true};
  const Plan without = bank.plan();
  ConditionalEstimator scored(plan, summary);
  ConditionalEstimator alone(without, summary);
  for (ConditionalEstimator* estimator : {&scored, &alone}) {
    std::unique_ptr<SlicedWork> work = estimator->BeginPreparation();
    while (!work->Step()) {
    }
    ASSERT_TRUE(estimator->FinishPreparation(std::move(work)).ok());
    for (int block = 0; block < 3; ++block) {
      work = estimator->BeginBlock(block);
      while (!work->Step()) {
      }
      ASSERT_TRUE(estimator->Fold(std::move(work)).ok());
    }
  }
  const TargetRange all{.end = plan.target_count()};
  const std::vector<TargetEstimate> found = scored.EstimatesAt(0.9, all);
  const std::vector<TargetEstimate> expected = alone.EstimatesAt(0.9, all);
  for (int i = 0; i < plan.target_count(); ++i) {
    ExpectSameBits(found[i], expected[i]);
    EXPECT_EQ(found[i].quantiles, expected[i].quantiles);
  }
  EXPECT_EQ(scored.WidestHalfWidth(0.9), alone.WidestHalfWidth(0.9));
  EXPECT_EQ(scored.Scrambles()->probability, alone.Scrambles()->probability);
  EXPECT_EQ(scored.Scrambles()->mean, alone.Scrambles()->mean);
}

TEST(ConditionalEstimatorTest, IsForeseenToHoldNothingOfTargetsForScores) {
  Plan plan = MixedBank().plan();
  plan.scores.joint_sets = {{{.target = 0, .value = 400.0}, {.target = 1, .value = 400.0}}};
  const PlanCost whole = PredictCost(plan, 2, 99);
  const PlanCost scores = PredictScoreCost(plan, 2, 99);
  EXPECT_LT(scores.peak_bytes, whole.peak_bytes - 6 * 1'024 * sizeof(uint32_t));
  EXPECT_LT(scores.cpu_ms_per_256_paths, whole.cpu_ms_per_256_paths);
  EXPECT_LT(PredictEstimatorCost(plan, 2, 99).peak_bytes,
            PredictEstimatorCost(plan, 2, 99, 256).peak_bytes);
}

TEST(ConditionalEstimatorTest, IsForeseenToPrepareAVariantWithoutChoosingOrComparingLaws) {
  const Plan plan = MixedBank().plan();
  const EstimatorCost cost = PredictEstimatorCost(plan, 2, 3);
  const EstimatorCost compared = PredictEstimatorCost(plan, 2, 3, 256);
  EXPECT_GT(cost.variant_preparation_cpu_ms, 0.0);
  EXPECT_LT(cost.variant_preparation_cpu_ms, cost.preparation_cpu_ms);
  EXPECT_EQ(compared.variant_preparation_cpu_ms, cost.variant_preparation_cpu_ms);
  EXPECT_GT(compared.preparation_cpu_ms, cost.preparation_cpu_ms);
  EXPECT_GT(cost.checkpoint_cpu_ms, 0.0);
}

TEST(ConditionalEstimatorTest, StopsByTheWidestOfBothKinds) {
  const Plan plan = MixedBank().plan();
  const Checkpoint mixed = RunWith<ConditionalEstimator>(plan);
  double widest = 0.0;
  for (const TargetEstimate& estimate : mixed.estimates) {
    for (size_t j = 0; j < estimate.probability.size(); ++j) {
      const double low = estimate.probability[j] - estimate.probability_low[j];
      const double high = estimate.probability_high[j] - estimate.probability[j];
      widest = std::max(widest, 0.5 * (low + high));
    }
  }
  EXPECT_GE(mixed.widest_half_width, widest - 1e-12);
}

TEST(ConditionalEstimatorTest, IsPreparedOnceBeforeTheFirstBlock) {
  const Plan plan = MixedBank().plan();
  RunState state(std::make_unique<ConditionalEstimator>(plan, kOptions.summary), kOptions, 4);
  ASSERT_EQ(state.ClaimBlock(), RunState::kPreparation);
  EXPECT_EQ(state.ClaimBlock(), std::nullopt) << "blocks wait for what they need";
  std::unique_ptr<SlicedWork> work = state.Begin(RunState::kPreparation);
  while (!work->Step()) {
  }
  ASSERT_TRUE(state.Complete(RunState::kPreparation, std::move(work)).ok());
  EXPECT_EQ(state.ClaimBlock(), 0);
}

// What preparation computes to see where means fall is not computed again.
TEST(ConditionalEstimatorTest, TakesItsFirstBlocksFromItsPreparation) {
  TinyBank bank = MixedBank();
  // An amount of the bank.
  bank.targets = {bank.targets[1]};
  const Plan plan = bank.plan();
  const ConditionalPlan made = ConditionalPlan::Make(plan, {0.5}).value();
  for (const int64_t block : {0, 1, 2}) {
    const bool is_known = block < kPilotPoints;
    EstimatorBlock work(made, block, nullptr);
    bool is_done = work.Step();
    EXPECT_EQ(is_done, is_known) << block;
    while (!is_done) is_done = work.Step();
    const ConditionalBlock taken = work.TakeConditional().value();
    EstimatorBlock again(made, block, nullptr);
    EXPECT_FALSE(again.Step()) << "it is there once";
    const ConditionalBlock computed = ComputeConditionalBlock(made, block, StopToken()).value();
    EXPECT_EQ(taken.block, block);
    EXPECT_EQ(taken.mean, computed.mean);
    EXPECT_EQ(taken.probability, computed.probability);
    EXPECT_EQ(taken.variance_by_mean, computed.variance_by_mean);
  }
}

// Amounts with zeros, which the joint set draws as whole paths.
Plan PlanOfCompounds() {
  TinyBank bank = MixedBank();
  double shape = 0.5;
  for (ModelSeries& series : bank.model.series) {
    if (series.indicator != 1) continue;
    series.law = Law::kCompoundGamma;
    series.shape = shape += 0.25;
  }
  Plan plan = bank.plan();
  plan.scores.joint_sets = {{{.target = 0, .value = 400.0}, {.target = 1, .value = 400.0}}};
  return plan;
}

Checkpoint RunAsked(const Plan& plan, const ConditionalOptions& asked) {
  ThreadExecutor executor(2);
  return RunToPrecision(std::make_unique<ConditionalEstimator>(plan, kOptions.summary, asked),
                        kOptions, executor, {}, [](const Checkpoint&) {})
      .value();
}

void ExpectSameBits(const Checkpoint& a, const Checkpoint& b) {
  ASSERT_EQ(a.estimates.size(), b.estimates.size());
  for (size_t i = 0; i < a.estimates.size(); ++i) ExpectSameBits(a.estimates[i], b.estimates[i]);
  EXPECT_EQ(a.laws, b.laws);
  EXPECT_EQ(a.scores.joint_sets[0].value, b.scores.joint_sets[0].value);
  ASSERT_EQ(a.law_checks.size(), b.law_checks.size());
  for (size_t i = 0; i < a.law_checks.size(); ++i) {
    const auto &found = a.law_checks[i].biases, &expected = b.law_checks[i].biases;
    for (size_t j = 0; j < found.size(); ++j) EXPECT_EQ(found[j].bias, expected[j].bias);
  }
}

// Whether a preparation that may leave its pilots to the run does.
bool LeavesPilots(const Plan& plan) {
  ConditionalPreparation work(plan, {0.5}, ConditionalPreparation::Refused::kSample);
  work.LeavePilots();
  while (!work.Step()) {
  }
  return work.Take().value().lacks_places();
}

TEST(ConditionalEstimatorTest, ChangesNoBitWhenTheRunsThreadsShareItsPilots) {
  for (uint64_t seed = 61; seed <= 66; ++seed) {
    const Plan plan = MakeRandomBank(seed).plan();
    const Checkpoint alone = RunAsked(plan, {});
    const Checkpoint shared = RunAsked(plan, {.folds_pilots = true});
    ASSERT_EQ(alone.estimates.size(), shared.estimates.size());
    EXPECT_EQ(alone.laws, shared.laws);
    for (size_t i = 0; i < alone.estimates.size(); ++i) {
      ExpectSameBits(alone.estimates[i], shared.estimates[i]);
      EXPECT_EQ(alone.estimates[i].quantiles, shared.estimates[i].quantiles);
    }
  }
}

TEST(ConditionalEstimatorTest, LeavesToTheRunThePilotsThatAreItsFirstBlocks) {
  TinyBank bank = MakeTinyBank({.region_count = 2, .mean = 40.0});
  bank.targets = {bank.YearOf("bank")};
  const Plan plan = bank.plan();
  EXPECT_TRUE(LeavesPilots(plan));
  Plan with_scores = plan;
  with_scores.scores.joint_sets = {{{.target = 0, .value = 400.0}}};
  EXPECT_FALSE(LeavesPilots(with_scores)) << "whole paths need the blocks' states";
}

TEST(ConditionalEstimatorTest, ChangesNoBitWithSurfacesOfAnotherRun) {
  const Plan plan = PlanOfCompounds();
  const auto shapes = static_cast<int>(CompoundShapes(plan).size());
  ASSERT_EQ(shapes, 4);
  const Checkpoint alone = RunAsked(plan, {});
  CountingMemo memo;
  ExpectSameBits(RunAsked(plan, {.surfaces = &memo}), alone);
  EXPECT_EQ(memo.made_count(), shapes);
  EXPECT_EQ(memo.found_count(), 0);
  ExpectSameBits(RunAsked(plan, {.surfaces = &memo}), alone);
  EXPECT_EQ(memo.made_count(), shapes) << "it makes none that is held";
  EXPECT_EQ(memo.found_count(), shapes);
}

TEST(ConditionalEstimatorTest, ComparesLawsWithTheSameSurfaces) {
  const Plan plan = PlanOfCompounds();
  const auto shapes = static_cast<int>(CompoundShapes(plan).size());
  const Checkpoint alone = RunAsked(plan, {.law_check_paths = 64});
  ASSERT_FALSE(alone.law_checks.empty());
  CountingMemo memo;
  ExpectSameBits(RunAsked(plan, {.law_check_paths = 64, .surfaces = &memo}), alone);
  EXPECT_EQ(memo.made_count(), shapes) << "the comparison leaves them to the scores";
  EXPECT_EQ(memo.found_count(), shapes);
}

}  // namespace
}  // namespace jalon::sim
