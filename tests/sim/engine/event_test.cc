// What events and drivers do to paths, drawn with common random numbers: laws so narrow that a
// cell is its mean.
#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

// Amounts of 100 a month in every branch, without noise worth speaking of.
TinyBank SteadyBank(int region_count = 1, int branches_per_region = 1) {
  TinyBank bank = MakeTinyBank({.region_count = region_count,
                                .branches_per_region = branches_per_region,
                                .kinds = {IndicatorKind::kAmount},
                                .mean = 100.0});
  for (ModelSeries& series : bank.model.series) series.dispersion = 1e-12;
  return bank;
}

// Months of 2026 of `unit` on path 0, rounded to a thousandth.
std::vector<double> Months(TinyBank bank, const std::string& unit = "bank") {
  bank.targets.clear();
  for (int month = 1; month <= 12; ++month) {
    bank.targets.push_back(bank.On(unit, {Period::Month(2026, month), Period::Month(2026, month)}));
  }
  std::vector<double> months = ReplayPath(bank.plan(), 0)->target_values;
  for (double& month : months) month = std::round(month * 1e3) / 1e3;
  return months;
}

TEST(EventTest, ReachesItsSizeAlongItsRamp) {
  TinyBank bank = SteadyBank();
  Event event = FixedEvent("reform", -0.4);
  event.start = Period::Month(2026, 3);
  event.ramp_periods = 4;
  event.end = Period::Month(2026, 10);
  bank.scenario.events = {event};
  EXPECT_THAT(Months(bank), ElementsAre(100, 100, 90, 80, 70, 60, 60, 60, 60, 60, 100, 100));
}

TEST(EventTest, PullsSalesForwardBeforeItStarts) {
  TinyBank bank = SteadyBank();
  Event event = FixedEvent("tax", -0.2);
  event.start = Period::Month(2026, 4);
  event.anticipation_periods = 2;
  event.anticipation_share = 0.5;
  bank.scenario.events = {event};
  EXPECT_THAT(Months(bank), ElementsAre(100, 110, 110, 80, 80, 80, 80, 80, 80, 80, 80, 80));
}

TEST(EventTest, ActsThroughTheShareOfItsChannel) {
  TinyBank bank = SteadyBank();
  Event event = FixedEvent("phone-signature", -0.5);
  event.channel = "phone";
  event.channel_share_ratio = 0.2;
  bank.scenario.events = {event};
  EXPECT_THAT(Months(bank), Each(90.0));
}

TEST(EventTest, ActsOnTheUnitsItNamesWhetherARegionOrABranch) {
  TinyBank bank = SteadyBank(2, 2);
  Event event = FixedEvent("works", -0.5);
  event.units = {"r1-b2", "r2"};
  bank.scenario.events = {event};
  EXPECT_THAT(Months(bank, "r1-b1"), Each(100.0));
  EXPECT_THAT(Months(bank, "r1-b2"), Each(50.0));
  EXPECT_THAT(Months(bank, "r1"), Each(150.0));
  EXPECT_THAT(Months(bank, "r2"), Each(100.0));
}

TEST(EventTest, LeavesOtherIndicatorsAlone) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kCount, IndicatorKind::kCount}});
  bank.targets = {bank.YearOf("bank", 0), bank.YearOf("bank", 1)};
  const auto without = TargetPaths(bank.plan(), 64);
  Event event = FixedEvent("reform", -0.5);
  event.indicators = {"k2"};
  bank.scenario.events = {event};
  const auto with = TargetPaths(bank.plan(), 64);
  EXPECT_EQ(without[0], with[0]);
  EXPECT_NE(without[1], with[1]);
}

TEST(EventTest, MultipliesWithOtherEvents) {
  TinyBank bank = SteadyBank();
  bank.scenario.events = {FixedEvent("reform", -0.5), FixedEvent("campaign", 0.2)};
  EXPECT_THAT(Months(bank), Each(60.0));
}

TEST(EventTest, DrawsOneSizeAPathForAllPeriodsAndPlaces) {
  TinyBank bank = SteadyBank(2, 2);
  Event event = FixedEvent("reform", -0.3);
  event.effect = {.kind = EffectLaw::Kind::kTriangular, .low = -0.6, .mode = -0.3, .high = -0.1};
  event.units = {"r1-b1", "r2"};
  bank.scenario.events = {event};
  const std::vector<double> branch = Months(bank, "r1-b1");
  EXPECT_THAT(branch, Each(branch[0]));
  EXPECT_NEAR(Months(bank, "r2")[0], 2.0 * branch[0], 0.002);
  EXPECT_LT(branch[0], 90.0);
}

TEST(EventTest, ActsOnTheMeanOfANetFlow) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kNetFlow}, .mean = 50.0});
  bank.model.series[0].dispersion = 1e-9;
  bank.scenario.events = {FixedEvent("reform", -0.5)};
  EXPECT_THAT(Months(bank), Each(25.0));
}

TEST(EventTest, CountsNothingTwiceThatTheHistoryHasIn) {
  TinyBank bank = SteadyBank();
  Event event = FixedEvent("old", -0.5);
  event.start = Period::Month(2024, 1);
  event.end = Period::Month(2026, 6);
  event.history_status = HistoryStatus::kFullyIn;
  bank.scenario.events = {event};
  EXPECT_THAT(Months(bank),
              ElementsAre(100, 100, 100, 100, 100, 100, 200, 200, 200, 200, 200, 200));
}

TEST(DriverTest, HoldsTheLastImposedValueAndIsFreeBefore) {
  TinyBank bank = SteadyBank();
  AddDriver(bank, {.value = 2.0, .sd = 0.0, .beta = std::log(2.0)});
  bank.scenario.drivers = {{.driver = "rate",
                            .mode = DriverAssumption::Mode::kImpose,
                            .first = Period::Month(2026, 4),
                            .values = {3.0, 1.0}}};
  EXPECT_THAT(Months(bank), ElementsAre(100, 100, 100, 200, 50, 50, 50, 50, 50, 50, 50, 50));
}

TEST(DriverTest, AddsAShiftToTheSimulatedPath) {
  TinyBank bank = SteadyBank();
  AddDriver(bank, {.value = 2.0, .sd = 0.3, .beta = -0.1});
  const std::vector<double> before = Months(bank);
  bank.scenario.drivers = {{.driver = "rate",
                            .mode = DriverAssumption::Mode::kShift,
                            .first = Period::Month(2026, 1),
                            .values = {1.0}}};
  const std::vector<double> after = Months(bank);
  for (int t = 0; t < 12; ++t) EXPECT_NEAR(after[t] / before[t], std::exp(-0.1), 1e-4);
}

TEST(DriverTest, DoesNotCountALogDriverFurtherDownThanItsFloor) {
  TinyBank bank = SteadyBank();
  AddDriver(bank, {.value = 2.0, .sd = 0.0, .beta = 1.0});
  bank.model.elasticities[0].prior.transform = ElasticityPrior::Transform::kLog;
  bank.model.elasticities[0].reference = std::log(2.0);
  bank.scenario.drivers = {{.driver = "rate",
                            .mode = DriverAssumption::Mode::kShift,
                            .first = Period::Month(2026, 1),
                            .values = {-5.0}}};
  EXPECT_THAT(Months(bank), Each(std::round(100.0 * std::exp(-3.0) * 1e3) / 1e3));
}

TEST(DriverTest, ActsInsideItsRegionOnly) {
  TinyBank bank = SteadyBank(2, 1);
  AddDriver(bank, {.value = 2.0, .sd = 0.0, .beta = std::log(2.0)});
  bank.revision.drivers.drivers[0].scope = "r2";
  bank.scenario.drivers = {{.driver = "rate",
                            .mode = DriverAssumption::Mode::kImpose,
                            .first = Period::Month(2026, 1),
                            .values = {3.0}}};
  EXPECT_THAT(Months(bank, "r1"), Each(100.0));
  EXPECT_THAT(Months(bank, "r2"), Each(200.0));
}

}  // namespace
}  // namespace jalon::sim
