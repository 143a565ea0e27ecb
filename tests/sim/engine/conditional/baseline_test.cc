// What a run leaves for its variants: the same whenever it is computed, and no larger than said.
#include "sim/engine/conditional/baseline.h"

#include <algorithm>
#include <cmath>

#include "gtest/gtest.h"
#include "sim/engine/conditional/plan_state.h"
#include "tests/sim/engine/conditional/kept_run.h"
#include "tests/sim/engine/conditional/kinds_bank.h"
#include "tests/sim/engine/conditional/steps_bank.h"
#include "tests/sim/engine/same_bits.h"

namespace jalon::sim {
namespace {

TinyBank Bank(uint64_t seed) {
  TinyBank bank = MakeRandomBank(seed);
  for (Target& target : bank.targets) target.thresholds = {300.0, 500.0};
  return bank;
}

// Every kind of target, with thresholds that are neither certain nor hopeless.
TinyBank KindsWithThresholds(uint64_t seed) {
  TinyBank bank = MakeKindsBank(seed);
  const Checkpoint pilot = RunKept(bank, {.paths = 256}).last;
  for (size_t i = 0; i < bank.targets.size(); ++i) {
    bank.targets[i].thresholds = {
        pilot.estimates[i].mean,
        pilot.estimates[i].mean + 0.5 * pilot.estimates[i].standard_deviation};
  }
  return bank;
}

// A variant's `plan`, prepared.
ConditionalPlan PreparedOn(const Plan& plan, const BaselineBasis& baseline) {
  ConditionalPreparation work(plan, {0.5}, ConditionalPreparation::Refused::kSample, &baseline);
  while (!work.Step()) {
  }
  return work.Take().value();
}

void ExpectSameBlock(const BaselineBlock& a, const BaselineBlock& b) {
  ASSERT_EQ(a.checkpoints.size(), b.checkpoints.size());
  for (size_t k = 0; k < a.checkpoints.size(); ++k) {
    EXPECT_EQ(a.checkpoints[k].path_count, b.checkpoints[k].path_count);
    EXPECT_TRUE(SameBits(a.checkpoints[k].probability, b.checkpoints[k].probability));
    EXPECT_TRUE(SameBits(a.checkpoints[k].mean, b.checkpoints[k].mean));
    EXPECT_TRUE(SameBits(a.checkpoints[k].knowledge, b.checkpoints[k].knowledge));
  }
  EXPECT_TRUE(SameBits(a.basis.middle.values, b.basis.middle.values));
  EXPECT_EQ(a.basis.shared.dimension_count, b.basis.shared.dimension_count);
  for (size_t i = 0; i < a.identities.targets.size(); ++i) {
    EXPECT_TRUE(
        SameBits(a.mixtures.Knots(static_cast<int>(i)), b.mixtures.Knots(static_cast<int>(i))));
  }
}

TEST(BaselineTest, HasTheSameBitsOnAnyNumberOfThreads) {
  const TinyBank bank = Bank(21);
  const KeptRun one = RunKept(bank, {.threads = 1});
  for (const int threads : {2, 7}) {
    ExpectSameBlock(RunKept(bank, {.threads = threads}).block, one.block);
  }
}

TEST(BaselineTest, HoldsEveryCheckpointAndTheKnowledgeOfTheLast) {
  const KeptRun run = RunKept(Bank(22), {.paths = 4'096});
  ASSERT_EQ(run.block.checkpoints.size(), 3u);
  for (const int64_t paths : {256, 1'024, 4'096}) ASSERT_NE(run.block.At(paths), nullptr);
  EXPECT_EQ(run.block.At(512), nullptr);
  EXPECT_TRUE(run.block.At(1'024)->knowledge.empty());
  EXPECT_EQ(run.block.At(4'096)->knowledge.size(), run.last.estimates.size() * 64);
}

// The scrambles' averages are what the estimates are averages of.
TEST(BaselineTest, AveragesToTheEstimatesOfItsRun) {
  const KeptRun run = RunKept(Bank(23));
  const ScrambleMeans& means = run.block.checkpoints.back();
  size_t row = 0;
  for (size_t i = 0; i < run.last.estimates.size(); ++i) {
    const TargetEstimate& estimate = run.last.estimates[i];
    const std::vector<double> of_mean(means.mean.begin() + i * 16,
                                      means.mean.begin() + (i + 1) * 16);
    EXPECT_NEAR(Mean(of_mean), estimate.mean, 1e-9 * (1.0 + std::fabs(estimate.mean)));
    EXPECT_NEAR(StandardError(of_mean), estimate.mean_standard_error,
                1e-9 * (1.0 + std::fabs(estimate.mean)));
    for (size_t j = 0; j < estimate.probability.size(); ++j, ++row) {
      const std::vector<double> of_chance(means.probability.begin() + row * 16,
                                          means.probability.begin() + (row + 1) * 16);
      EXPECT_NEAR(Mean(of_chance), estimate.probability[j], 1e-9);
    }
  }
}

TEST(BaselineTest, KnowsTheDistributionOfEveryTarget) {
  const KeptRun run = RunKept(Bank(24));
  for (size_t i = 0; i < run.last.estimates.size(); ++i) {
    const int target = static_cast<int>(i);
    const std::vector<double> knots = run.block.mixtures.Knots(target);
    ASSERT_EQ(knots.size(), 64u);
    EXPECT_TRUE(std::is_sorted(knots.begin(), knots.end()));
    const double sd = run.last.estimates[i].standard_deviation;
    EXPECT_GE(run.last.estimates[i].quantiles[1], knots[30] - 1e-6 * sd);
    EXPECT_LE(run.last.estimates[i].quantiles[1], knots[33] + 1e-6 * sd);
    const std::vector<CdfPoint> grid = run.block.mixtures.Grid(target);
    ASSERT_EQ(grid.size(), 9u);
    for (size_t k = 0; k < grid.size(); ++k) {
      if (k > 0) {
        EXPECT_GE(grid[k].probability, grid[k - 1].probability);
      }
      // Knots at or below the point; a lattice and the last look at a quantile leave a knot or two.
      const auto below = std::upper_bound(knots.begin(), knots.end(), grid[k].value);
      EXPECT_NEAR(grid[k].probability, static_cast<double>(below - knots.begin()) / 64.0, 0.04)
          << target << " " << k;
    }
  }
}

TEST(BaselineTest, HoldsWhatIsForeseenForIt) {
  for (const uint64_t seed : {25, 26}) {
    const TinyBank bank = Bank(seed);
    const KeptRun run = RunKept(bank, {.paths = 4'096});
    const double predicted = PredictBaselineBytes(bank.plan(), 4'096, 3);
    EXPECT_LE(static_cast<double>(run.block.bytes()), predicted);
    EXPECT_GE(static_cast<double>(run.block.bytes()), 0.25 * predicted);
  }
}

TEST(BaselineTest, TakesSeventyMegabytesForTheObjectivesOfALargeBank) {
  Plan plan;
  plan.horizon = Year(2026);
  plan.series.resize(24'000);
  plan.series_slot_first.resize(24'001, 0);
  plan.targets.resize(24'000, {.thresholds = {1.0}});
  const double laws = PredictKeptLawsBytes(plan);
  EXPECT_LE(PredictBaselineBytes(plan, 65'536, 1) - laws, 70e6);
  EXPECT_LE(laws, 30e6);
}

TEST(BaselineTest, NamesTargetsByWhatTheyAreAbout) {
  TinyBank bank = Bank(27);
  const TargetIdentities all = IdentitiesOf(bank.revision.network, bank.targets);
  for (size_t a = 0; a < all.targets.size(); ++a) {
    for (size_t b = 0; b < a; ++b) EXPECT_NE(all.targets[a].node, all.targets[b].node);
  }
  std::reverse(bank.targets.begin(), bank.targets.end());
  const TargetIdentities turned = IdentitiesOf(bank.revision.network, bank.targets);
  EXPECT_EQ(turned.targets.front(), all.targets.back());
}

// ---------------------------------------------------------------------------- the basis of a
// variant

TEST(BaselineBasisTest, GivesTheBaselinesBitsToARunThatChangesNothing) {
  for (const uint64_t seed : {31, 32}) {
    for (const TinyBank& bank : {Bank(seed), MakeKindsBank(seed)}) {
      const KeptRun baseline = RunKept(bank, {.paths = 256});
      const KeptRun again = RunVariant(bank, baseline, {.paths = 256});
      ExpectSameBlock(again.block, baseline.block);
      EXPECT_EQ(again.last.laws, baseline.last.laws);
    }
  }
}

// 600 a year are beyond the counts that keep a law of their own; 300 are not.
TEST(BaselineBasisTest, KeepsTheLawOfTheBaseline) {
  TinyBank bank = MakeTinyBank({.branches_per_region = 2, .mean = 25.0});
  bank.targets = {bank.YearOf("bank")};
  bank.targets[0].thresholds = {600.0};
  const KeptRun baseline = RunKept(bank, {.paths = 256});
  ASSERT_NE(baseline.last.laws[0], LawUsed::kMatched);
  TinyBank variant = bank;
  variant.scenario.events = {FixedEvent("half", -0.5)};
  ASSERT_EQ(RunKept(variant, {.paths = 256}).last.laws[0], LawUsed::kMatched);
  EXPECT_EQ(RunVariant(variant, baseline, {.paths = 256}).last.laws[0], baseline.last.laws[0]);
}

// Choosing anew gives the same answers, only later.
TEST(BaselineBasisTest, GivesTheSameBitsWithTheLawsOfTheBaselineAsWithLawsChosenAnew) {
  for (const uint64_t seed : {33, 34, 35}) {
    const TinyBank bank = KindsWithThresholds(seed);
    const KeptRun baseline = RunKept(bank, {.paths = 256});
    KeptRun without_laws = baseline;
    without_laws.block.basis.laws = nullptr;
    for (const double effect : {-0.03, -0.5, -0.998}) {
      TinyBank variant = bank;
      variant.scenario.events = {FixedEvent("less", effect)};
      variant.scenario.drivers = {{.driver = "yield",
                                   .mode = DriverAssumption::Mode::kShift,
                                   .first = Period::Month(2026, 1),
                                   .values = {-effect}}};
      const KeptRun kept = RunVariant(variant, baseline, {.paths = 256});
      const KeptRun anew = RunVariant(variant, without_laws, {.paths = 256});
      ExpectSameBlock(kept.block, anew.block);
      EXPECT_EQ(kept.last.laws, anew.last.laws);
    }
  }
}

TEST(BaselineBasisTest, SharesTheLawsOfTheBaselineWhereNothingTheyAreMadeOfChanges) {
  const TinyBank bank = KindsWithThresholds(36);
  const KeptRun baseline = RunKept(bank, {.paths = 256});
  const auto shares = [&](const TinyBank& variant) {
    const Plan plan = variant.plan();
    return PreparedOn(plan, baseline.block.basis).state().chosen ==
           baseline.block.basis.laws->chosen;
  };
  TinyBank variant = bank;
  variant.scenario.events = {FixedEvent("less", -0.03)};
  EXPECT_TRUE(shares(bank));
  EXPECT_TRUE(shares(variant));

  TinyBank other_thresholds = variant;
  other_thresholds.targets[0].thresholds[0] += 1.0;
  EXPECT_FALSE(shares(other_thresholds));
  TinyBank fewer_targets = variant;
  fewer_targets.targets.pop_back();
  EXPECT_FALSE(shares(fewer_targets));
  // A rate that moves on the baseline's paths, known on the variant's.
  TinyBank imposed = variant;
  imposed.scenario.drivers = {{.driver = "yield",
                               .mode = DriverAssumption::Mode::kImpose,
                               .first = Period::Month(2026, 1),
                               .values = {3.0}}};
  EXPECT_FALSE(shares(imposed));
  TinyBank other_spread = variant;
  other_spread.model.series[0].dispersion *= 1.5;
  EXPECT_FALSE(shares(other_spread));
}

// A net sum of two counts of different weight loses its law when next to nothing is left.
TEST(BaselineBasisTest, SamplesWhatALeverLeavesTooLittleOf) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kAmount, IndicatorKind::kAmount},
                                .mean = 40.0,
                                .others = {DerivedOf("x-sum", "k1 + 0.5 * k2")}});
  for (ModelSeries& series : bank.model.series) series.dispersion = 2.0;
  bank.targets = {bank.For("bank", "x-sum")};
  bank.targets[0].thresholds = {700.0};
  const KeptRun baseline = RunKept(bank, {.paths = 256});
  ASSERT_NE(baseline.last.laws[0], LawUsed::kSampled);
  TinyBank variant = bank;
  variant.scenario.events = {FixedEvent("gone", -0.998)};
  const KeptRun run = RunVariant(variant, baseline, {.paths = 256});
  EXPECT_EQ(run.last.laws[0], LawUsed::kSampled);
  const Plan plan = variant.plan();
  // The other laws stay the baseline's.
  EXPECT_EQ(PreparedOn(plan, baseline.block.basis).state().chosen,
            baseline.block.basis.laws->chosen);
  const PairedDeltas deltas = DeltasOf(baseline, run);
  EXPECT_NEAR(deltas.targets[0].mean.value, -0.998 * 720.0, 10.0);
}

// A ratio that sells many keeps no law of many where a lever leaves few.
TEST(BaselineBasisTest, SamplesARatioWhoseStepsALeverMakesLarge) {
  TinyBank bank = SalesPerCustomer({.sales = 8.0, .arrivals = 8.0});
  bank.targets[0].thresholds = {0.087};
  const KeptRun baseline = RunKept(bank, {.paths = 256});
  ASSERT_EQ(baseline.last.laws[0], LawUsed::kThreeMoments);
  TinyBank variant = bank;
  variant.scenario.events = {FixedEvent("less", -0.05)};
  EXPECT_EQ(RunVariant(variant, baseline, {.paths = 256}).last.laws[0], LawUsed::kThreeMoments);
  variant.scenario.events = {FixedEvent("gone", -0.9)};
  EXPECT_EQ(RunVariant(variant, baseline, {.paths = 256}).last.laws[0], LawUsed::kSampled);
}

}  // namespace
}  // namespace jalon::sim
