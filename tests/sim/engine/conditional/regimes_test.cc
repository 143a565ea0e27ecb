// Mixtures of scenarios under the conditional estimator: against their parts, closed forms and the
// sampled estimator; what is not known of weights against a beta law.
#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sim/base/math.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/estimator.h"
#include "sim/engine/conditional/plan_state.h"
#include "sim/engine/conditional/regime_lanes.h"
#include "sim/engine/conditional/regime_weights.h"
#include "sim/engine/run.h"
#include "tests/sim/engine/conditional/kinds_bank.h"
#include "tests/sim/engine/conditional/steps_bank.h"
#include "tests/sim/engine/mixtures.h"
#include "tests/sim/engine/tiny_bank.h"
#include "tests/support/sanitized.h"

namespace jalon::sim {
namespace {

const std::vector<double> kLevels = {0.1, 0.5, 0.9};

struct Answer {
  std::vector<TargetEstimate> estimates;
  std::vector<LawUsed> laws;
};

Answer RunOn(const TinyBank& bank, int64_t paths, std::vector<double> levels = {}) {
  const Plan plan = bank.plan();
  InlineExecutor executor;
  RunOptions options{.max_paths = paths};
  options.summary.quantile_levels = std::move(levels);
  const Checkpoint last =
      RunToPrecision(std::make_unique<ConditionalEstimator>(plan, options.summary), options,
                     executor, {}, [](const Checkpoint&) {})
          .value();
  return {last.estimates, last.laws};
}

// Forty branches of counts, 24,000 a year in all; the year is near normal given the regime.
TinyBank Counts(double mean = 50.0) {
  TinyBank bank = MakeTinyBank({.region_count = 4, .branches_per_region = 10, .mean = mean});
  bank.targets = {bank.YearOf("bank")};
  bank.targets[0].thresholds = {24'000.0};
  return bank;
}

TEST(ConditionalRegimesTest, OneRegimeIsItsScenarioToTheLastBit) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    const TinyBank plain = MakeRandomBank(seed);
    TinyBank mixed = MakeMixedBank(plain);
    mixed.scenario.mixture[0].weight = 1.0;
    mixed.scenario.mixture[1].weight = 0.0;
    mixed.scenario.mixture[2].weight = 0.0;
    const Answer one = RunOn(mixed, 1'024, kLevels);
    const Answer same = RunOn(plain, 1'024, kLevels);
    ASSERT_EQ(one.estimates.size(), same.estimates.size());
    for (size_t i = 0; i < one.estimates.size(); ++i) {
      EXPECT_EQ(one.estimates[i].probability, same.estimates[i].probability);
      EXPECT_EQ(one.estimates[i].quantiles, same.estimates[i].quantiles);
      if (one.laws[i] == LawUsed::kSampled) continue;
      EXPECT_EQ(one.estimates[i].knowledge_low, same.estimates[i].knowledge_low);
    }
  }
}

// The year is normal of mean and variance 24,000 (1 + effect) in each regime.
TEST(ConditionalRegimesTest, HaveTheClosedFormOfTheirRegimes) {
  TinyBank bank = Counts();
  bank.targets[0].thresholds = {23'900.0, 23'000.0, 21'600.0};
  bank.scenario.mixture = {Shifted("a", 0.62, 0.0), Shifted("b", 0.28, -0.05),
                           Shifted("c", 0.1, -0.1)};
  const TargetEstimate estimate = RunOn(bank, 4'096).estimates[0];
  for (size_t j = 0; j < 3; ++j) {
    double exact = 0.0;
    for (const auto& [weight, effect] : {std::pair{0.62, 0.0}, {0.28, -0.05}, {0.1, -0.1}}) {
      const double mean = 24'000.0 * (1.0 + effect);
      exact += weight * NormalCdf((mean - bank.targets[0].thresholds[j] + 0.5) / std::sqrt(mean));
    }
    // 256 points of each scramble hit a weight within 1 / 256.
    EXPECT_NEAR(estimate.probability[j], exact, 0.004);
    EXPECT_LE(estimate.probability_low[j], exact);
    EXPECT_GE(estimate.probability_high[j], exact);
  }
}

// 5 standard errors, and what sampled rows are off: false alarm below 1e-6 a check.
class MixedBanksTest : public ::testing::TestWithParam<int> {};

void ExpectWeightedSum(const TinyBank& mixed) {
  constexpr int64_t kPaths = 4'096;
  const Answer together = RunOn(mixed, kPaths);
  std::vector<Answer> alone;
  for (int r = 0; r < 3; ++r) alone.push_back(RunOn(InRegime(mixed, r), kPaths));
  for (size_t i = 0; i < together.estimates.size(); ++i) {
    const TargetEstimate& estimate = together.estimates[i];
    const bool sampled = together.laws[i] == LawUsed::kSampled;
    for (size_t j = 0; j < estimate.probability.size(); ++j) {
      double sum = 0.0;
      double slack = 0.002;
      for (int r = 0; r < 3; ++r) {
        sum += mixed.scenario.mixture[r].weight * alone[r].estimates[i].probability[j];
        // Laws differ where one world asks for more than another.
        if (alone[r].laws[i] == LawUsed::kSampled) slack = 0.01;
      }
      if (sampled) slack = 0.03;
      const double width = estimate.probability_high[j] - estimate.probability_low[j];
      EXPECT_NEAR(estimate.probability[j], sum, slack + 1.2 * width) << i << " " << j;
    }
  }
}

TEST_P(MixedBanksTest, AttainAsOftenAsTheirRegimesByWeight) {
  ExpectWeightedSum(MakeMixedBank(200 + GetParam()));
}

TEST_P(MixedBanksTest, OfEveryKindAttainAsOftenAsTheirRegimesByWeight) {
  TinyBank bank = MakeKindsBank(60 + GetParam());
  if (bank.scenario.events.size() < 2) {
    bank.scenario.events = {FixedEvent("reform", -0.1), FixedEvent("campaign", 0.1)};
  }
  TinyBank mixed = MakeMixedBank(bank);
  for (Regime& regime : mixed.scenario.mixture) regime.drivers.clear();
  mixed.scenario.mixture[1].drivers = {{.driver = "yield",
                                        .mode = DriverAssumption::Mode::kShift,
                                        .first = Period::Month(2026, 2),
                                        .values = {1.0}}};
  ExpectWeightedSum(mixed);
}

// On fresh paths, at 4.5 standard errors and what laws by moments may be off (0.2 points).
TEST_P(MixedBanksTest, AgreeWithTheSampledEstimator) {
  constexpr int kPaths = 8'192;
  TinyBank mixed = MakeMixedBank(300 + GetParam());
  const std::vector<std::vector<double>> first = TargetPaths(mixed.plan(), 256);
  for (size_t i = 0; i < mixed.targets.size(); ++i) {
    std::vector<double> sorted = first[i];
    std::sort(sorted.begin(), sorted.end());
    mixed.targets[i].thresholds = {sorted[50], sorted[128], sorted[220]};
  }
  TinyBank other = mixed;
  other.seed += 1'000'003;
  const std::vector<std::vector<double>> sampled = TargetPaths(other.plan(), kPaths);
  const Answer answer = RunOn(mixed, 4'096, kLevels);
  for (size_t i = 0; i < mixed.targets.size(); ++i) {
    if (answer.laws[i] == LawUsed::kSampled) continue;
    SCOPED_TRACE(i);
    const TargetEstimate& estimate = answer.estimates[i];
    for (size_t j = 0; j < 3; ++j) {
      const double threshold = mixed.targets[i].thresholds[j];
      const bool higher = mixed.targets[i].direction == Direction::kHigherIsBetter;
      double share = 0.0;
      for (const double value : sampled[i]) {
        share += (higher ? value >= threshold : value <= threshold) ? 1.0 / kPaths : 0.0;
      }
      const double p = estimate.probability[j];
      const double width = estimate.probability_high[j] - estimate.probability_low[j];
      EXPECT_NEAR(p, share, 0.002 + width + 4.5 * std::sqrt(std::max(p * (1 - p), 1e-4) / kPaths));
    }
    for (size_t q = 0; q < kLevels.size(); ++q) {
      double below = 0.0;
      double at_most = 0.0;
      for (const double value : sampled[i]) {
        below += value < estimate.quantiles[q];
        at_most += value <= estimate.quantiles[q];
      }
      const double slack = 0.015 + 4.5 * std::sqrt(kLevels[q] * (1.0 - kLevels[q]) / kPaths);
      EXPECT_LT(below / kPaths, kLevels[q] + slack) << q;
      EXPECT_GT(at_most / kPaths, kLevels[q] - slack) << q;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, MixedBanksTest, ::testing::Range(0, kSanitized ? 1 : 4));

// In the first regime the sum is of many and near normal, in the second of a handful.
TEST(ConditionalRegimesTest, HaveALawThatTheMostDemandingRegimeNeeds) {
  TinyBank bank = Counts();
  bank.scenario.mixture = {Shifted("many", 0.5, 0.0), Shifted("few", 0.5, -0.99)};
  // 240 sales in the second regime.
  bank.targets[0].thresholds = {241.0};
  const Answer answer = RunOn(bank, 4'096);
  EXPECT_EQ(RunOn(InRegime(bank, 0), 256).laws[0], LawUsed::kThreeMoments);
  EXPECT_EQ(answer.laws[0], LawUsed::kMatched);
  double upto = 0.0;
  double mass = std::exp(-240.0);
  for (int n = 0; n <= 240; ++n) {
    upto += mass;
    mass *= 240.0 / (n + 1);
  }
  EXPECT_NEAR(answer.estimates[0].probability[0], 0.5 + 0.5 * (1.0 - upto), 0.003);
}

// Ratios: the first regime sells many, the second few.
TEST(ConditionalRegimesTest, CountANumeratorWhereOneRegimeNeedsIt) {
  TinyBank bank = SalesPerCustomer({.sales = 8.0, .arrivals = 8.0});
  bank.scenario.mixture = {Shifted("many", 0.5, 0.0), Shifted("few", 0.5, -0.9)};
  bank.targets[0].thresholds = {0.085, 0.0872, 0.095};
  const Answer answer = RunOn(bank, 256);
  const Answer many = RunOn(InRegime(bank, 0), 256);
  const Answer few = RunOn(InRegime(bank, 1), 256);
  EXPECT_EQ(many.laws[0], LawUsed::kThreeMoments);
  EXPECT_EQ(few.laws[0], LawUsed::kMatched);
  EXPECT_EQ(answer.laws[0], LawUsed::kMatched);
  for (size_t j = 0; j < 3; ++j) {
    const double wanted =
        0.5 * (many.estimates[0].probability[j] + few.estimates[0].probability[j]);
    EXPECT_NEAR(answer.estimates[0].probability[j], wanted, 0.003) << j;
  }
}

// Too many in one regime to be counted: no law serves both.
TEST(ConditionalRegimesTest, SampleARatioOfFewCountsAndOfMany) {
  TinyBank bank = SalesPerCustomer({.sales = 40.0, .arrivals = 40.0, .customers = 10'000.0});
  bank.scenario.mixture = {Shifted("many", 0.5, 0.0), Shifted("few", 0.5, -0.99)};
  EXPECT_EQ(RunOn(InRegime(bank, 0), 256).laws[0], LawUsed::kThreeMoments);
  EXPECT_EQ(RunOn(InRegime(bank, 1), 256).laws[0], LawUsed::kMatched);
  EXPECT_EQ(RunOn(bank, 256).laws[0], LawUsed::kSampled);
}

TEST(ConditionalRegimesTest, SeeTheStepsThatOneRegimeNeeds) {
  TinyBank bank = SalesPerCustomer({.sales = 30.0, .arrivals = 4.27, .customers = 10'000.0});
  bank.targets[0].thresholds = {0.0358};
  bank.scenario.mixture = {Shifted("smooth", 0.5, 0.0), Shifted("coarse", 0.5, -0.15)};
  const auto step_of = [](const Plan& plan) {
    return ConditionalPlan::MakeWherePossible(plan, {}).state().laws()[0].step;
  };
  const Plan smooth = InRegime(bank, 0).plan();
  const Plan coarse = InRegime(bank, 1).plan();
  const Plan both = bank.plan();
  EXPECT_EQ(step_of(smooth), 0.0);
  EXPECT_EQ(step_of(coarse), 1.0);
  EXPECT_EQ(step_of(both), 1.0);
}

// Two regimes empty one half of the bank each: no one spread fits both.
TEST(ConditionalRegimesTest, AreSampledWhereNoOneLawFits) {
  TinyBank bank = MakeTinyBank({.region_count = 2, .branches_per_region = 1, .mean = 5.0});
  bank.targets = {bank.YearOf("bank")};
  bank.targets[0].thresholds = {60.0};
  for (ModelSeries& series : bank.model.series) series.series_effect_sd = 0.05;
  bank.Series("r2-b1", "k1").series_effect_sd = 0.4;
  bank.scenario.mixture = {Shifted("one", 0.5, -0.9), Shifted("two", 0.5, -0.9)};
  bank.scenario.mixture[0].events[0].units = {"r1"};
  bank.scenario.mixture[1].events[0].units = {"r2"};
  EXPECT_EQ(RunOn(InRegime(bank, 0), 256).laws[0], LawUsed::kMatched);
  EXPECT_EQ(RunOn(InRegime(bank, 1), 256).laws[0], LawUsed::kMatched);
  const Answer answer = RunOn(bank, 16'384);
  EXPECT_EQ(answer.laws[0], LawUsed::kSampled);
  const double one = RunOn(InRegime(bank, 0), 4'096).estimates[0].probability[0];
  const double two = RunOn(InRegime(bank, 1), 4'096).estimates[0].probability[0];
  // 5 standard errors of the sampled row, and 0.2 points of the laws.
  EXPECT_NEAR(answer.estimates[0].probability[0], 0.5 * (one + two),
              0.002 + 5.0 * std::sqrt(0.25 / 16'384));
}

// Medians between two humps, and the tails of a rare one.
TEST(ConditionalRegimesTest, HaveTheQuantilesOfSeparateHumps) {
  TinyBank bank = Counts();
  bank.model.national.laws[0].persistent_sd = 0.01;
  bank.scenario.mixture = {Shifted("a", 0.55, 0.0), Shifted("b", 0.4, -0.2),
                           Shifted("rare", 0.05, -0.7)};
  const std::vector<double> levels = {0.02, 0.04, 0.2, 0.4, 0.6, 0.9};
  const TargetEstimate estimate = RunOn(bank, 16'384, levels).estimates[0];
  // Given the regime: normal of the counts' variance and the shock's.
  const auto cdf = [](double y) {
    double sum = 0.0;
    for (const auto& [weight, effect] : {std::pair{0.55, 0.0}, {0.4, -0.2}, {0.05, -0.7}}) {
      const double mean = 24'000.0 * (1.0 + effect);
      sum += weight * NormalCdf((y - mean) / std::sqrt(mean + 1e-4 * mean * mean));
    }
    return sum;
  };
  for (size_t q = 0; q < levels.size(); ++q) {
    double low = 0.0;
    double high = 40'000.0;
    for (int i = 0; i < 60; ++i) {
      const double y = 0.5 * (low + high);
      (cdf(y) < levels[q] ? low : high) = y;
    }
    // 2 % of the standard deviation of all.
    EXPECT_NEAR(estimate.quantiles[q], low, 0.02 * estimate.standard_deviation) << levels[q];
  }
}

// ---- What is not known of the weights.

// Attained in the regimes of effect 0, missed in the others.
TinyBank Sure(std::vector<Regime> regimes) {
  TinyBank bank = Counts();
  bank.targets[0].thresholds = {22'000.0};
  bank.scenario.mixture = std::move(regimes);
  return bank;
}

TEST(WeightKnowledgeTest, IsABetaLawForTwoRegimes) {
  TinyBank bank = Sure({Shifted("a", 0.7, 0.0), Shifted("b", 0.3, -0.5)});
  for (const double confidence : {2.0, 10.0, 200.0}) {
    bank.scenario.weight_confidence = confidence;
    const TargetEstimate estimate = RunOn(bank, 1'024).estimates[0];
    EXPECT_NEAR(estimate.probability[0], 0.7, 0.01);
    const double low = BetaQuantile(0.7 * confidence, 0.3 * confidence, 0.1);
    const double high = BetaQuantile(0.7 * confidence, 0.3 * confidence, 0.9);
    EXPECT_NEAR(estimate.knowledge_low, low, 0.015) << confidence;
    EXPECT_NEAR(estimate.knowledge_high, high, 0.015) << confidence;
  }
}

// The sum of two weights of a Dirichlet law is a beta draw too.
TEST(WeightKnowledgeTest, AddsUpOverRegimes) {
  TinyBank bank = Sure({Shifted("a", 0.3, 0.0), Shifted("b", 0.5, -0.5), Shifted("c", 0.2, 0.0)});
  bank.scenario.weight_confidence = 12.0;
  const TargetEstimate estimate = RunOn(bank, 1'024).estimates[0];
  EXPECT_NEAR(estimate.knowledge_low, BetaQuantile(6.0, 6.0, 0.1), 0.03);
  EXPECT_NEAR(estimate.knowledge_high, BetaQuantile(6.0, 6.0, 0.9), 0.03);
}

TEST(WeightKnowledgeTest, IsNothingWhereWeightsAreKnown) {
  const TinyBank bank = Sure({Shifted("a", 0.7, 0.0), Shifted("b", 0.3, -0.5)});
  const TargetEstimate estimate = RunOn(bank, 1'024).estimates[0];
  EXPECT_NEAR(estimate.knowledge_low, estimate.probability[0], 1e-9);
  EXPECT_NEAR(estimate.knowledge_high, estimate.probability[0], 1e-9);
}

TEST(WeightKnowledgeTest, DoesNotChangeTheProbability) {
  TinyBank bank = MakeMixedBank(17);
  const Answer known = RunOn(bank, 1'024);
  bank.scenario.weight_confidence = 5.0;
  const Answer unsure = RunOn(bank, 1'024);
  for (size_t i = 0; i < known.estimates.size(); ++i) {
    EXPECT_EQ(known.estimates[i].probability, unsure.estimates[i].probability);
    if (known.laws[i] == LawUsed::kSampled) continue;
    EXPECT_GE(unsure.estimates[i].knowledge_high - unsure.estimates[i].knowledge_low + 0.01,
              known.estimates[i].knowledge_high - known.estimates[i].knowledge_low);
  }
}

// Sixty-four draws: mean, variance and sum of each weight; also of a weight of almost nothing.
TEST(RegimeWeightsTest, AreDrawsOfADirichletLaw) {
  TinyBank bank = Counts();
  bank.scenario.mixture = {Shifted("a", 0.5, 0.0), Shifted("b", 0.3, -0.1),
                           Shifted("c", 0.19, -0.2), Shifted("d", 0.01, -0.3)};
  bank.scenario.weight_confidence = 20.0;
  const Plan plan = bank.plan();
  constexpr int kDraws = 64;
  const std::vector<double> weights = DrawRegimeWeights(plan, 7, kDraws);
  ASSERT_EQ(weights.size(), 4 * kDraws);
  for (int r = 0; r < 4; ++r) {
    double sum = 0.0;
    double squares = 0.0;
    for (int draw = 0; draw < kDraws; ++draw) {
      const double weight = weights[draw * 4 + r];
      EXPECT_GE(weight, 0.0);
      EXPECT_LE(weight, 1.0);
      sum += weight;
      squares += weight * weight;
    }
    const double mean = plan.regimes[r].weight;
    const double variance = mean * (1.0 - mean) / 21.0;
    EXPECT_NEAR(sum / kDraws, mean, 0.15 * std::sqrt(variance)) << r;
    EXPECT_NEAR((squares - sum * sum / kDraws) / kDraws / variance, 1.0, 0.35) << r;
  }
  for (int draw = 0; draw < kDraws; ++draw) {
    double sum = 0.0;
    for (int r = 0; r < 4; ++r) sum += weights[draw * 4 + r];
    EXPECT_NEAR(sum, 1.0, 1e-12);
  }
}

TEST(RegimeLanesTest, GiveEveryRegimeAPathAndTheRestByWeight) {
  TinyBank bank = Counts();
  bank.scenario.mixture = {Shifted("a", 0.74, 0.0), Shifted("b", 0.25, -0.1),
                           Shifted("c", 0.01, -0.2)};
  const RegimeLanes lanes(bank.plan());
  EXPECT_EQ(lanes.counts(), (std::vector<int>{11, 4, 1}));
  for (int64_t block = 0; block < 4; ++block) {
    std::vector<int> count(3, 0);
    for (int lane = 0; lane < kScrambleCount; ++lane) ++count[lanes.RegimeOf(block, lane)];
    EXPECT_EQ(count, lanes.counts());
  }
}

}  // namespace
}  // namespace jalon::sim
