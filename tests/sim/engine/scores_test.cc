// Scores and joint attainment: closed forms, a naive twin, same bits. Shares of paths are compared
// with their probability at 5 standard errors: false alarm 6e-7 per check, fixed seeds.
#include "sim/engine/scores.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "gtest/gtest.h"
#include "sim/engine/run.h"
#include "tests/sim/engine/exact_laws.h"
#include "tests/sim/engine/score_paths.h"
#include "tests/sim/engine/thread_executor.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

constexpr int kBlocks = 2'048;
constexpr int kPaths = kBlocks * kPathsPerBlock;

double FiveErrors(double p) { return 5.0 * std::sqrt(p * (1.0 - p) / kPaths); }

std::vector<BlockOutcome> Blocks(const Plan& plan, int count) {
  std::vector<BlockOutcome> blocks;
  for (int b = 0; b < count; ++b) blocks.push_back(*SimulateBlock(plan, b, StopToken()));
  return blocks;
}

TEST(ScoresTest, CountsARatioOfNothingOverNothingAsAttained) {
  Plan plan = PlanOfTargets(2);
  plan.targets[0].aggregation = Aggregation::kRatio;
  plan.target_parts[0].ratio_part = 0;
  plan.part_count = 2;
  plan.scores.scores = {EqualScore({0.5, 100.0})};
  BlockOutcome outcome;
  outcome.values.assign(kPathsPerBlock, std::nan(""));
  outcome.values.resize(2 * kPathsPerBlock, 110.0);
  outcome.parts.assign(2 * kPathsPerBlock, 0.0);
  ScoreAccumulator accumulator(plan, {});
  accumulator.Fold(outcome);
  const ScoreEstimate score = accumulator.EstimatesAt(0.95).scores[0];
  EXPECT_DOUBLE_EQ(score.mean, 1.05);
  EXPECT_EQ(score.joint.value, 1.0) << "0 over 0 attains";
}

// One branch, independent Poisson counts: P of all is the product.
TEST(ScoresTest, IndependentIndicatorsAreAttainedTogetherWithTheProduct) {
  TinyBank bank = MakeTinyBank(
      {.kinds = {IndicatorKind::kCount, IndicatorKind::kCount, IndicatorKind::kCount}});
  PlanScore score;
  double product = 1.0;
  const double objectives[] = {235, 240, 250};
  for (int k = 0; k < 3; ++k) {
    bank.targets.push_back(bank.YearOf("r1-b1", k));
    score.objectives.push_back({k, objectives[k]});
    product *= ExactCountTail(240.0, 1.0, static_cast<int>(objectives[k]));
  }
  Plan plan = bank.plan();
  plan.scores.scores = {score};
  ScoreAccumulator accumulator(plan, {});
  for (const BlockOutcome& block : Blocks(plan, kBlocks)) accumulator.Fold(block);
  const ScoreEstimate estimate = accumulator.EstimatesAt(0.95).scores[0];
  EXPECT_NEAR(estimate.joint.value, product, FiveErrors(product));
  EXPECT_LT(estimate.joint.low, estimate.joint.value);
  EXPECT_GT(estimate.joint.high, estimate.joint.value);
  EXPECT_TRUE(std::isnan(estimate.mean)) << "no weights, no score";
}

TEST(ScoresTest, ComonotoneObjectivesAreAttainedTogetherWithTheSmallestChance) {
  std::mt19937_64 generator(3);
  std::normal_distribution<double> normal;
  Plan plan = PlanOfTargets(3);
  PlanScore score;
  score.objectives = {{0, 0.0}, {1, 1.0}, {2, 2.0}};
  plan.scores.scores = {score};
  const ScoreEstimates estimates = EstimateScores(plan, kBlocks, [&] {
    const double z = normal(generator);
    return std::vector<double>{z, 2.0 * z, z * z * z};
  });
  const double smallest = 1.0 - ExactNormalCdf(std::cbrt(2.0));
  EXPECT_NEAR(estimates.scores[0].joint.value, smallest, FiveErrors(smallest));
}

TEST(ScoresTest, JointSetsCrossUnitsAndHonourDirections) {
  Plan plan = PlanOfTargets(2);
  plan.targets[1].direction = Direction::kLowerIsBetter;
  plan.scores.joint_sets = {{{0, 1.0}, {1, 1.0}}, {{0, 1.0}}};
  std::vector<std::vector<double>> paths = {{1, 1}, {1, 2}, {0.5, 0}, {2, 0}};
  size_t next = 0;
  const ScoreEstimates estimates =
      EstimateScores(plan, 1, [&] { return paths[next++ % paths.size()]; });
  EXPECT_EQ(estimates.joint_sets[0].value, 0.5) << "ties count, and 2 > 1 is a miss";
  EXPECT_EQ(estimates.joint_sets[1].value, 0.75);
}

TEST(ScoresTest, AScoreOfOneIndicatorReachesItsLevelsLikeItsObjective) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kCount}});
  bank.targets = {bank.YearOf("r1-b1")};
  bank.targets[0].thresholds = {230, 253, 207};
  Plan plan = bank.plan();
  plan.scores.scores = {EqualScore({230})};
  plan.scores.levels = {1.0, 1.1, 0.9};
  InlineExecutor executor;
  const Checkpoint last =
      *RunToPrecision(plan, {.max_paths = 4'096}, executor, {}, [](const Checkpoint&) {});
  EXPECT_EQ(last.scores.scores[0].level_probability, last.estimates[0].probability);
  EXPECT_EQ(last.scores.scores[0].joint.value, last.estimates[0].probability[0]);
  EXPECT_NEAR(last.scores.scores[0].mean, last.estimates[0].mean / 230.0, 1e-12);
}

TEST(ScoresTest, EffectiveWeightsAreSharesOfTheVarianceOfIndependentIndicators) {
  std::mt19937_64 generator(5);
  std::normal_distribution<double> normal;
  Plan plan = PlanOfTargets(3);
  PlanScore score = EqualScore({100, 100, 100});
  const double weights[] = {0.5, 0.3, 0.2}, sd[] = {5, 20, 10};
  for (int i = 0; i < 3; ++i) score.terms[i].term.weight = weights[i];
  plan.scores.scores = {score};
  const ScoreEstimate estimate = EstimateScores(plan, kBlocks, [&] {
                                   std::vector<double> values;
                                   for (const double s : sd)
                                     values.push_back(100 + s * normal(generator));
                                   return values;
                                 }).scores[0];
  double variance = 0.0;
  for (int i = 0; i < 3; ++i) variance += weights[i] * weights[i] * sd[i] * sd[i];
  for (int i = 0; i < 3; ++i) {
    const double share = weights[i] * weights[i] * sd[i] * sd[i] / variance;
    EXPECT_NEAR(estimate.effective_weight[i], share, 0.02) << i;
  }
  const std::vector<double>& shares = estimate.effective_weight;
  EXPECT_NEAR(std::accumulate(shares.begin(), shares.end(), 0.0), 1.0, 1e-12);
  EXPECT_NEAR(estimate.standard_deviation, std::sqrt(variance) / 100, 0.002);
}

TEST(ScoresTest, AnIndicatorThatHedgesTheScoreHasANegativeEffectiveWeight) {
  std::mt19937_64 generator(6);
  std::normal_distribution<double> normal;
  Plan plan = PlanOfTargets(2);
  plan.scores.scores = {EqualScore({100, 100})};
  const ScoreEstimate estimate = EstimateScores(plan, 64, [&] {
                                   const double z = normal(generator);
                                   return std::vector<double>{100 + 10 * z, 100 - 4 * z};
                                 }).scores[0];
  // (10 x 6, -4 x 6) / 36.
  EXPECT_NEAR(estimate.effective_weight[0], 10.0 / 6, 1e-9);
  EXPECT_NEAR(estimate.effective_weight[1], -4.0 / 6, 1e-9);
}

TEST(ScoresTest, AScoreThatDoesNotVaryHasNoEffectiveWeights) {
  Plan plan = PlanOfTargets(2);
  plan.scores.scores = {EqualScore({100, 100})};
  plan.scores.levels = {1.0};
  const ScoreEstimate estimate = EstimateScores(plan, 2, [] {
                                   return std::vector<double>{100, 100};
                                 }).scores[0];
  EXPECT_EQ(estimate.mean, 1.0);
  EXPECT_EQ(estimate.standard_deviation, 0.0);
  EXPECT_EQ(estimate.level_probability[0], 1.0);
  EXPECT_TRUE(std::isnan(estimate.effective_weight[0]));
  EXPECT_EQ(estimate.ratio_mean[0], 1.0);
}

// A score of values, and of their mirror images where lower is better.
TEST(ScoresTest, FlippingSignAndDirectionChangesNothing) {
  std::mt19937_64 generator(8);
  std::normal_distribution<double> normal(100, 20);
  Plan plan = PlanOfTargets(4);
  for (int i : {2, 3}) plan.targets[i].direction = Direction::kLowerIsBetter;
  PlanScore score, mirror;
  for (int i : {0, 1}) {
    const ScoreTerm term{.weight = 0.5, .floor = 0.6, .cap = 1.3};
    score.terms.push_back({.objective = {i, 101}, .scale = 101, .term = term});
    score.objectives.push_back({i, 101});
    mirror.terms.push_back({.objective = {i + 2, -101}, .scale = -101, .term = term});
    mirror.objectives.push_back({i + 2, -101});
  }
  plan.scores.scores = {score, mirror};
  plan.scores.levels = {0.9, 1.0};
  const ScoreEstimates found = EstimateScores(plan, 64, [&] {
    const double a = normal(generator), b = normal(generator);
    return std::vector<double>{a, b, -a, -b};
  });
  EXPECT_EQ(found.scores[0].mean, found.scores[1].mean);
  EXPECT_EQ(found.scores[0].level_probability, found.scores[1].level_probability);
  EXPECT_EQ(found.scores[0].joint.value, found.scores[1].joint.value);
  EXPECT_EQ(found.scores[0].effective_weight, found.scores[1].effective_weight);
}

// Estimates of one score from one block, whose first paths say `values` and `parts` [part][path]
// and whose others repeat the last of them.
ScoreEstimate EstimateOneBlock(const Plan& plan, const std::vector<double>& values,
                               const std::vector<std::vector<double>>& parts) {
  const auto at = [](const std::vector<double>& given, int lane) {
    return lane < static_cast<int>(given.size()) ? given[lane] : given.back();
  };
  BlockOutcome outcome;
  for (int lane = 0; lane < kPathsPerBlock; ++lane) outcome.values.push_back(at(values, lane));
  for (const std::vector<double>& part : parts) {
    for (int lane = 0; lane < kPathsPerBlock; ++lane) outcome.parts.push_back(at(part, lane));
  }
  ScoreAccumulator accumulator(plan, {});
  accumulator.Fold(outcome);
  return accumulator.EstimatesAt(0.95).scores[0];
}

PlanScore OneTerm(const PlanScoreTerm& term) {
  return {.terms = {term}, .objectives = {term.objective}};
}

TEST(ScoresTest, MeasuresAVariationFromThePathsOwnStart) {
  Plan plan = PlanOfTargets(1);
  plan.targets[0].opening = TargetOpening{.objective = 110};
  plan.target_parts[0].opening_part = 0;
  plan.part_count = 1;
  plan.scores.scores = {
      OneTerm({.objective = {0, 110}, .on_variation = true, .term = {.weight = 1, .floor = 0.2}})};
  // Attained exactly; half as much again; nothing gained; started beyond and missed; started beyond
  // and attained. The last one fills the block.
  const ScoreEstimate estimate =
      EstimateOneBlock(plan, {110, 115, 100, 108, 111}, {{100, 100, 100, 112, 112}});
  EXPECT_NEAR(estimate.mean, (1.0 + 1.5 + 0.2 + 0.2 + 12 * 1.0) / 16, 1e-15);
  EXPECT_EQ(estimate.joint.value, 14.0 / 16);
}

TEST(ScoresTest, CountsRatiosByNumeratorAndDenominator) {
  Plan plan = PlanOfTargets(1);
  plan.targets[0].aggregation = Aggregation::kRatio;
  plan.target_parts[0].ratio_part = 0;
  plan.part_count = 2;
  plan.scores.scores = {OneTerm({.objective = {0, 0.1}, .scale = 0.1, .term = {.weight = 1}})};
  plan.scores.levels = {1.0};
  const double none = std::nan("");
  // 3 of 30, which the quotient alone might miss; 2 of 30; nothing of nothing attains; less than
  // nothing of nothing does not, and has no R/O.
  const ScoreEstimate estimate =
      EstimateOneBlock(plan, {3.0 / 30, 2.0 / 30, none, none}, {{3, 2, 0, -1}, {30, 30, 0, 0}});
  EXPECT_EQ(estimate.level_probability[0], 2.0 / 16);
  EXPECT_EQ(estimate.joint.value, 2.0 / 16);
  EXPECT_NEAR(estimate.mean, (1.0 + 2.0 / 3 + 1.0 + 13 * 0.0) / 16, 1e-15);
}

// A score computed the long way: all paths kept, two passes.
struct Naive {
  double mean = 0.0, sd = 0.0, payoff = 0.0;
  std::vector<double> effective;
};

Naive NaiveScore(const Plan& plan, const PlanScore& score,
                 const std::vector<std::vector<double>>& paths) {
  const size_t n = paths[0].size();
  std::vector<std::vector<double>> parts(score.terms.size(), std::vector<double>(n));
  std::vector<double> scores(n);
  Naive naive;
  for (size_t p = 0; p < n; ++p) {
    for (size_t i = 0; i < score.terms.size(); ++i) {
      const PlanScoreTerm& term = score.terms[i];
      const double y = paths[term.objective.target][p];
      const double ratio = 1.0 + (y - term.objective.value) / term.scale;
      parts[i][p] = term.term.weight * std::min(std::max(ratio, term.term.floor), term.term.cap);
      scores[p] += parts[i][p];
    }
    naive.mean += scores[p] / n;
    naive.payoff += Payoff(plan.scores.ladder, scores[p], score.quality) / n;
  }
  double squares = 0.0;
  for (const double s : scores) squares += (s - naive.mean) * (s - naive.mean);
  naive.sd = std::sqrt(squares / (n - 1));
  for (const std::vector<double>& part : parts) {
    double product = 0.0;
    for (size_t p = 0; p < n; ++p) product += part[p] * (scores[p] - naive.mean);
    naive.effective.push_back(product / squares);
  }
  return naive;
}

// A random bank whose targets all weigh in one score, with bounds and a ladder.
Plan RandomScorePlan(uint64_t seed) {
  Plan plan = MakeRandomBank(seed).plan();
  std::mt19937_64 generator(seed);
  std::uniform_real_distribution<double> uniform;
  const std::vector<std::vector<double>> paths = TargetPaths(plan, 64);
  PlanScore score{.quality = 0.9};
  double total = 0.0;
  for (int i = 0; i < plan.target_count(); ++i) {
    const double typical = std::fabs(paths[i][0]) + 1.0;
    const double sign = plan.targets[i].direction == Direction::kHigherIsBetter ? 1 : -1;
    score.terms.push_back({.objective = {i, paths[i][i % 64]},
                           .scale = sign * typical,
                           .term = {uniform(generator) + 0.1, 0.5, 1.2}});
    score.objectives.push_back(score.terms.back().objective);
    total += score.terms.back().term.weight;
  }
  for (PlanScoreTerm& term : score.terms) term.term.weight /= total;
  plan.scores.scores = {score};
  plan.scores.ladder = {{0.6, 0.6, RungShape::kLinear}, {1.0, 1.0}, {1.1, 1.6}};
  plan.scores.levels = {0.9, 1.0, 1.1};
  return plan;
}

TEST(ScoresTest, AgreesWithANaiveTwinOnRandomBanks) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    const Plan plan = RandomScorePlan(seed);
    constexpr int kFew = 32;
    ScoreAccumulator accumulator(plan, {});
    for (const BlockOutcome& block : Blocks(plan, kFew)) accumulator.Fold(block);
    const ScoreEstimate estimate = accumulator.EstimatesAt(0.95).scores[0];
    const Naive naive =
        NaiveScore(plan, plan.scores.scores[0], TargetPaths(plan, kFew * kPathsPerBlock));
    EXPECT_NEAR(estimate.mean, naive.mean, 1e-12) << seed;
    EXPECT_NEAR(estimate.standard_deviation, naive.sd, 1e-12) << seed;
    EXPECT_NEAR(estimate.payoff_mean, naive.payoff, 1e-12) << seed;
    for (size_t i = 0; i < naive.effective.size(); ++i) {
      EXPECT_NEAR(estimate.effective_weight[i], naive.effective[i], 1e-9) << seed << " " << i;
    }
  }
}

bool SameNumbers(const ScoreEstimate& a, const ScoreEstimate& b) {
  return a.mean == b.mean && a.standard_deviation == b.standard_deviation &&
         a.quantiles == b.quantiles && a.level_probability == b.level_probability &&
         a.joint.value == b.joint.value && a.payoff_mean == b.payoff_mean &&
         a.effective_weight == b.effective_weight && a.ratio_mean == b.ratio_mean;
}

TEST(ScoresTest, HasTheSameBitsForAnyNumberOfThreads) {
  const Plan plan = RandomScorePlan(4);
  const RunOptions options{.max_paths = 1'024, .summary = {.quantile_levels = {0.1, 0.5, 0.9}}};
  InlineExecutor one;
  ThreadExecutor four(4);
  std::vector<Checkpoint> first, second;
  ASSERT_TRUE(RunToPrecision(plan, options, one, {}, [&](const Checkpoint& c) {
                first.push_back(c);
              }).ok());
  ASSERT_TRUE(RunToPrecision(plan, options, four, {}, [&](const Checkpoint& c) {
                second.push_back(c);
              }).ok());
  ASSERT_EQ(first.size(), second.size());
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_TRUE(SameNumbers(first[i].scores.scores[0], second[i].scores.scores[0])) << i;
  }
}

TEST(ScoresTest, QuantilesAreThoseOfThePaths) {
  Plan plan = PlanOfTargets(1);
  plan.scores.scores = {EqualScore({100})};
  double next = 0;
  const ScoreEstimate estimate =
      EstimateScores(plan, 16, [&] { return std::vector<double>{next++}; },
                     {.quantile_levels = {0.1, 0.5}})
          .scores[0];
  EXPECT_NEAR(estimate.quantiles[0], 0.25, 0.011);
  EXPECT_NEAR(estimate.quantiles[1], 1.27, 0.011);
}

TEST(ScoresTest, HoldsNoMoreThanPredictedHoweverManyPaths) {
  const Plan plan = RandomScorePlan(2);
  const SummaryOptions options{.quantile_levels = {0.1, 0.5, 0.9}};
  ScoreAccumulator accumulator(plan, options);
  const std::vector<BlockOutcome> blocks = Blocks(plan, 16);
  int64_t after_a_few = 0;
  for (int round = 0; round < 20; ++round) {
    for (BlockOutcome block : blocks) accumulator.Fold(block);
    if (round == 1) after_a_few = accumulator.allocated_bytes();
    EXPECT_LE(accumulator.allocated_bytes(), ScoreBytes(plan.scores, 3));
  }
  EXPECT_EQ(accumulator.allocated_bytes(), after_a_few);
}

}  // namespace
}  // namespace jalon::sim
