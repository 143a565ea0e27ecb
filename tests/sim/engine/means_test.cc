// Means of branches in a run: planned advisers move the forecast by the fitted effect.
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sim/base/math.h"
#include "sim/engine/mean_path.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/tiny_bank.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

constexpr double kBeta = 0.6;

// Advisers of a branch: 4 in 2025, `planned` through 2026.
MeanSeries Advisers(const std::string& unit, double planned) {
  MeanSeries series{.mean = "advisers", .unit = unit, .first = Period::Month(2025, 1)};
  series.values.assign(12, 4.0);
  series.values.resize(24, planned);
  series.planned.assign(12, false);
  series.planned.resize(24, true);
  return series;
}

// Two branches with two counts each; advisers act on the first one.
TinyBank Staffed(double planned, double beta_sd = 0.0) {
  TinyBank bank = MakeTinyBank(
      {.branches_per_region = 2, .kinds = {IndicatorKind::kCount, IndicatorKind::kCount}});
  bank.revision.means.series = {Advisers("r1-b1", planned), Advisers("r1-b2", 4.0)};
  bank.model.mean_effects = {
      {.mean = "advisers", .indicator = 0, .beta_mean = kBeta, .beta_sd = beta_sd}};
  bank.targets = {bank.YearOf("r1-b1", 0), bank.YearOf("r1-b2", 0), bank.YearOf("r1-b1", 1)};
  return bank;
}

TEST(MeansTest, TwiceTheAdvisersMoveTheExpectedYearByTheFittedEffect) {
  const Plan before = Staffed(4.0).plan();
  const Plan after = Staffed(8.0).plan();
  for (int t = 0; t < 12; ++t) {
    EXPECT_DOUBLE_EQ(after.base[t], before.base[t] + kBeta * Log(2.0));
    EXPECT_EQ(after.base[12 + t], before.base[12 + t]) << "the other branch";
    EXPECT_EQ(after.base[24 + t], before.base[24 + t]) << "the other indicator";
  }
}

// Poisson years of about 240 and 364 over 4,096 paths: 5 standard errors of the ratio, false alarm
// 6e-7; the seed is fixed.
TEST(MeansTest, TwiceTheAdvisersMoveTheForecastByTheFittedEffect) {
  const auto before = TargetPaths(Staffed(4.0).plan(), 4'096);
  const auto after = TargetPaths(Staffed(8.0).plan(), 4'096);
  const double factor = std::pow(2.0, kBeta);
  EXPECT_NEAR(Mean(after[0]), factor * Mean(before[0]),
              5 * std::hypot(StandardError(after[0]), factor * StandardError(before[0])));
  EXPECT_EQ(after[1], before[1]) << "other series keep their paths, bit for bit";
  EXPECT_EQ(after[2], before[2]);
}

TEST(MeansTest, ANetworkWithoutEffectsGivesTheSameBits) {
  TinyBank plain = Staffed(8.0);
  plain.model.mean_effects.clear();
  TinyBank without = plain;
  without.revision.means = {};
  EXPECT_EQ(plain.plan().base, without.plan().base);
  EXPECT_EQ(TargetPaths(plain.plan(), 64), TargetPaths(without.plan(), 64));
}

TEST(MeansTest, AnEffectAtItsUsualSizeGivesTheSameBits) {
  const TinyBank acting = Staffed(4.0, 0.2);
  TinyBank without = acting;
  without.model.mean_effects.clear();
  EXPECT_EQ(TargetPaths(acting.plan(), 64), TargetPaths(without.plan(), 64));
}

TEST(MeansTest, AMonthWithoutAnyAdviserSellsNothing) {
  TinyBank bank = Staffed(4.0);
  bank.revision.means.series[0].values[19] = 0.0;
  const Plan plan = bank.plan();
  EXPECT_EQ(plan.realised[7], 0.0);
  EXPECT_TRUE(std::isnan(plan.realised[6]));
  bank.targets = {bank.On("r1-b1", {Period::Month(2026, 8), Period::Month(2026, 8)})};
  const std::vector<double> august = TargetPaths(bank.plan(), 16)[0];
  EXPECT_EQ(august, std::vector<double>(16, 0.0));
}

// The elasticity is one draw per path: the spread of log means over paths is sd x log 2, the mean
// over paths stays. A year of 240,000 a branch, so that cells add 0.2 %. 4,096 paths: the standard
// deviation within 5 of its standard errors, sd / sqrt(2 x 4,096), false alarm 6e-7.
TEST(MeansTest, TheElasticitysUncertaintyIsSharedByAPath) {
  TinyBank bank = MakeTinyBank({.branches_per_region = 2, .mean = 20'000.0});
  bank.revision.means.series = {Advisers("r1-b1", 8.0), Advisers("r1-b2", 8.0)};
  bank.model.mean_effects = {
      {.mean = "advisers", .indicator = 0, .beta_mean = kBeta, .beta_sd = 0.25}};
  bank.targets = {bank.YearOf("r1-b1"), bank.YearOf("r1-b2")};
  const auto years = TargetPaths(bank.plan(), 4'096);
  std::vector<double> logs;
  for (size_t path = 0; path < years[0].size(); ++path) {
    logs.push_back(Log(years[0][path]));
    EXPECT_NEAR(Log(years[1][path]) - logs.back(), 0.0, 0.03) << "both branches move together";
  }
  const double sd = StandardError(logs) * std::sqrt(4'096.0);
  const double expected = 0.25 * std::log(2.0);
  EXPECT_NEAR(sd, expected, 5 * expected / std::sqrt(2 * 4'096.0) + 0.001);
  EXPECT_NEAR(Mean(years[0]), 240'000.0 * std::pow(2.0, kBeta), 5 * StandardError(years[0]));
}

TEST(MeansTest, TheMeanPathKnowsThem) {
  const TinyBank bank = Staffed(8.0);
  const MeanPath path = *MakeMeanPath(bank.input());
  const std::vector<double> sums =
      path.Sum(bank.revision.realisations, bank.targets[0].range, Year(2026));
  for (const double sum : sums) EXPECT_NEAR(sum, 20.0 * std::pow(2.0, kBeta), 1e-9);
}

TEST(MeansTest, AModelFittedWithMeansNeedsThem) {
  TinyBank bank = Staffed(8.0);
  bank.revision.means = {};
  const Violations found = ViolationsFromStatus(BuildPlan(bank.input()).status());
  EXPECT_TRUE(HasViolation(found, "model.mean_effects[0].mean", "MEAN_MISSING"));
}

TEST(MeansTest, RefusesEffectsThatTheModelCannotHave) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kCount, IndicatorKind::kNetFlow}});
  bank.model.mean_effects = {{.mean = "advisers", .indicator = 0},
                             {.mean = "advisers", .indicator = 0},
                             {.mean = "", .indicator = 1, .beta_mean = INFINITY, .beta_sd = -1},
                             {.mean = "rooms", .indicator = 9}};
  const Violations found = ValidateModel(bank.model);
  EXPECT_TRUE(HasViolation(found, "mean_effects[1].mean", "DUPLICATE_ID"));
  EXPECT_TRUE(HasViolation(found, "mean_effects[2].mean", "REQUIRED"));
  EXPECT_TRUE(HasViolation(found, "mean_effects[2].indicator", "WRONG_LINK")) << "a net flow";
  EXPECT_TRUE(HasViolation(found, "mean_effects[2].beta_mean", "NOT_FINITE"));
  EXPECT_TRUE(HasViolation(found, "mean_effects[2].beta_sd", "OUT_OF_RANGE"));
  EXPECT_TRUE(HasViolation(found, "mean_effects[3].indicator", "INDEX_OUT_OF_RANGE"));
}

}  // namespace
}  // namespace jalon::sim
