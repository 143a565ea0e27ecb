#include "sim/engine/plan.h"

#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/hash64.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

using ::testing::Contains;
using ::testing::DoubleEq;
using ::testing::DoubleNear;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsNan;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

// Reasons of the violations a bank's plan is refused for.
std::vector<std::string> Reasons(const TinyBank& bank) {
  std::vector<std::string> reasons;
  const Violations violations = ViolationsFromStatus(BuildPlan(bank.input()).status());
  for (const Violation& violation : violations.kept()) reasons.push_back(violation.reason);
  return reasons;
}

// Cells of series i in a [series x period] array of the plan.
std::vector<double> Row(const Plan& plan, const std::vector<double>& values, int i) {
  const auto first = values.begin() + static_cast<long>(i) * plan.period_count();
  return {first, first + plan.period_count()};
}

// The revision with one cell changed.
void SetCell(TinyBank& bank, int row, Period period, double value) {
  const Realisations& old = bank.revision.realisations;
  std::vector<double> values;
  for (int i = 0; i < old.series_count(); ++i) {
    values.insert(values.end(), old.row(i).begin(), old.row(i).end());
  }
  values[row * old.period_count() + (period - old.first())] = value;
  bank.revision.realisations =
      Realisations::Create(bank.revision.network, old.first(), old.keys(), values).value();
}

TEST(PlanTest, TakesTheUnionOfWindowsAsItsHorizon) {
  TinyBank bank = MakeTinyBank({});
  bank.targets = {bank.On("bank", {Period::Month(2026, 3), Period::Month(2026, 4)}),
                  bank.On("bank", {Period::Month(2026, 8), Period::Month(2026, 9)})};
  const Plan plan = bank.plan();
  EXPECT_EQ(plan.horizon.first, Period::Month(2026, 3));
  EXPECT_EQ(plan.horizon.last, Period::Month(2026, 9));
  EXPECT_EQ(plan.step_count(), 9);
}

TEST(PlanTest, KeepsOnlySeriesInsideATarget) {
  TinyBank bank = MakeTinyBank({.region_count = 2, .branches_per_region = 2});
  bank.targets = {bank.YearOf("r2")};
  const Plan plan = bank.plan();
  ASSERT_THAT(plan.series, SizeIs(2));
  EXPECT_EQ(plan.series[0].id64, SeriesId64("r2-b1", "all", "k1"));
  EXPECT_EQ(plan.series[1].branch_id64, Hash64("r2-b2"));
  EXPECT_THAT(plan.groups, SizeIs(1));
}

TEST(PlanTest, ListsTheSlotsOfEachSeriesByWindow) {
  TinyBank bank = MakeTinyBank({.region_count = 2});
  const Window january = {Period::Month(2026, 1), Period::Month(2026, 1)};
  bank.targets = {bank.YearOf("bank"), bank.On("r1", january), bank.YearOf("r1"),
                  bank.On("bank", january)};
  const Plan plan = bank.plan();
  EXPECT_THAT(plan.series_slot_first, ElementsAre(0, 4, 6));
  EXPECT_THAT(plan.series_slots, ElementsAre(1, 3, 0, 2, 3, 0));
}

TEST(PlanTest, KeepsRealisedPeriodsAsConstantsAndDrawsTheRest) {
  TinyBank bank = MakeTinyBank({.mean = 20.0});
  bank.targets = {bank.On("bank", {Period::Month(2025, 11), Period::Month(2026, 2)})};
  const Plan plan = bank.plan();
  EXPECT_THAT(plan.realised, ElementsAre(20.0, 20.0, IsNan(), IsNan()));
}

TEST(PlanTest, DrawsAMissingRealisedMonth) {
  TinyBank bank = MakeTinyBank({});
  SetCell(bank, 0, Period::Month(2025, 6), std::numeric_limits<double>::quiet_NaN());
  bank.model.trend.mean[0] = 0.1;
  bank.targets = {bank.On("bank", Year(2025))};
  const Plan plan = bank.plan();
  EXPECT_THAT(plan.realised[5], IsNan());
  EXPECT_EQ(plan.realised[6], 20.0);
  EXPECT_THAT(plan.base[5], DoubleNear(std::log(20.0), 1e-12)) << "no trend before as_of";
}

TEST(PlanTest, IsZeroBeforeOpeningAndFromClosingOn) {
  TinyBank bank = MakeTinyBank({});
  NetworkSpec spec = bank.revision.network.spec();
  spec.units[2].opened = Period::Month(2026, 2);
  spec.units[2].closed = Period::Month(2026, 4);
  bank.revision.network = Network::Create(spec).value();
  bank.targets = {bank.On("bank", {Period::Month(2026, 1), Period::Month(2026, 5)})};
  EXPECT_THAT(bank.plan().realised, ElementsAre(0.0, IsNan(), IsNan(), 0.0, 0.0));
}

// A bank as of 2025-10, two months before its present, whose branch closes in `closed`.
TinyBank LookingBack(Period closed) {
  TinyBank bank = MakeTinyBank({});
  NetworkSpec spec = bank.revision.network.spec();
  spec.units[2].closed = closed;
  bank.revision.network = Network::Create(spec).value();
  bank.as_of = Period::Month(2025, 10);
  bank.model.as_of = bank.as_of;
  bank.model.drivers.last = bank.as_of;
  bank.targets = {bank.On("bank", {Period::Month(2025, 10), Period::Month(2026, 1)})};
  return bank;
}

TEST(PlanTest, DoesNotKnowAClosingThatCameAfterAnAsOfInThePast) {
  for (const Period closed :
       {Period::Month(2025, 11), Period::Month(2025, 12), Period::Month(2026, 1)}) {
    const Plan plan = LookingBack(closed).plan();
    EXPECT_THAT(plan.realised, ElementsAre(20.0, IsNan(), IsNan(), IsNan())) << closed.ToString();
  }
}

TEST(PlanTest, KnowsAClosingBeforeAnAsOfInThePast) {
  TinyBank bank = LookingBack(Period::Month(2025, 10));
  SetCell(bank, 0, Period::Month(2025, 10), std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(bank.plan().realised, Each(0.0));
}

TEST(PlanTest, IsZeroOnceASeriesHasEnded) {
  TinyBank bank = MakeTinyBank({});
  bank.model.series[0].ended = true;
  bank.targets = {bank.YearOf("bank")};
  const Plan plan = bank.plan();
  EXPECT_THAT(plan.realised, Each(0.0));
  EXPECT_EQ(plan.series[0].group, -1);
}

TEST(PlanTest, AddsLevelDampedTrendAndSeason) {
  TinyBank bank = MakeTinyBank({.mean = 10.0});
  bank.model.trend.mean[0] = 0.02;
  bank.model.trend_damping = 0.5;
  bank.model.season.mean[0] = 0.3;   // January
  bank.model.season.mean[1] = -0.3;  // February
  bank.targets = {bank.On("bank", {Period::Month(2026, 1), Period::Month(2026, 2)})};
  const double level = std::log(10.0);
  EXPECT_THAT(bank.plan().base, ElementsAre(DoubleNear(level + 0.02 * 0.5 + 0.3, 1e-12),
                                            DoubleNear(level + 0.02 * 0.75 - 0.3, 1e-12)));
}

TEST(PlanTest, TakesHalfTheVarianceOffOnTheLogLinkOnly) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kCount, IndicatorKind::kNetFlow}});
  bank.model.national.laws.assign(2, {.autoregression = 0.5, .innovation_sd = 0.2});
  bank.model.branch_loading = {0.1, 0.1};
  const Window february = {Period::Month(2026, 2), Period::Month(2026, 2)};
  bank.targets = {bank.On("bank", february, 0), bank.On("bank", february, 1)};
  const double variance = 0.04 + 0.25 * 0.04 + 0.01;
  EXPECT_THAT(bank.plan().base,
              ElementsAre(DoubleNear(std::log(20.0) - 0.5 * variance, 1e-12), DoubleEq(20.0)));
}

TEST(PlanTest, PutsAnEventOnWholeGroupsWhereItsFilterCoversARegion) {
  TinyBank bank = MakeTinyBank({.region_count = 2, .branches_per_region = 2});
  Event event = FixedEvent("reform", -0.2);
  event.units = {"r2"};
  bank.scenario.events = {event};
  bank.targets = {bank.YearOf("bank")};
  const Plan plan = bank.plan();
  ASSERT_THAT(plan.events, SizeIs(1));
  EXPECT_THAT(plan.events[0].groups, ElementsAre(1));
  EXPECT_THAT(plan.events[0].series, IsEmpty());
}

TEST(PlanTest, PutsAnEventOnSingleSeriesWhereItsFilterIsFinerThanARegion) {
  TinyBank bank = MakeTinyBank({.region_count = 2, .branches_per_region = 2});
  Event event = FixedEvent("works", -0.2);
  event.units = {"r1-b2", "r2"};
  bank.scenario.events = {event};
  bank.targets = {bank.YearOf("bank")};
  const Plan plan = bank.plan();
  EXPECT_THAT(plan.events[0].groups, ElementsAre(1));
  EXPECT_THAT(plan.events[0].series, ElementsAre(1));
  EXPECT_THAT(plan.series_event_first, ElementsAre(0, 0, 1, 1, 1));
}

TEST(PlanTest, LeavesOutAnEventThatTouchesNothing) {
  TinyBank bank = MakeTinyBank({});
  Event event = FixedEvent("later", -0.2);
  event.start = Period::Month(2028, 1);
  bank.scenario.events = {event};
  bank.targets = {bank.YearOf("bank")};
  EXPECT_THAT(bank.plan().events, IsEmpty());
}

TEST(PlanTest, KnowsDriversUpToAsOfOnly) {
  TinyBank bank = MakeTinyBank({});
  AddDriver(bank, {.value = 2.0, .lag = 3});
  bank.targets = {bank.YearOf("bank")};
  const Plan plan = bank.plan();
  EXPECT_EQ(plan.driver_window.first, Period::Month(2025, 10));
  EXPECT_THAT(std::vector<double>(plan.driver_history.begin(), plan.driver_history.begin() + 4),
              ElementsAre(2.0, 2.0, 2.0, IsNan()));
}

TEST(PlanTest, HidesWhatADriverDidAfterAsOf) {
  TinyBank bank = MakeTinyBank({});
  AddDriver(bank, {.value = 2.0});
  bank.revision.drivers.drivers[0].values.assign(30, 2.0);
  for (int t = 24; t < 30; ++t) bank.revision.drivers.drivers[0].values[t] = 99.0;
  bank.targets = {bank.YearOf("bank")};
  const Plan plan = bank.plan();
  for (double value : plan.driver_history) EXPECT_FALSE(value == 99.0);
}

TEST(PlanTest, RefusesEverythingWrongAtOnce) {
  TinyBank bank = MakeTinyBank({.region_count = 2});
  bank.model.network_id = "another";
  bank.as_of = Period::Month(2031, 1);
  Target empty = bank.YearOf("bank");
  empty.range.unit_end = empty.range.unit_first;
  Target early = bank.On("bank", Year(2020));
  Target late = bank.On("bank", Year(2040));
  Target quarterly = bank.On("bank", {Period::Quarter(2026, 1), Period::Quarter(2026, 4)});
  Target infinite = bank.YearOf("bank");
  infinite.thresholds = {1.0, std::numeric_limits<double>::infinity()};
  bank.targets = {empty, early, late, quarterly, infinite};
  EXPECT_THAT(Reasons(bank),
              UnorderedElementsAre("MODEL_OF_ANOTHER_NETWORK", "AS_OF_OUT_OF_RANGE",
                                   "RANGE_OUTSIDE_NETWORK", "WINDOW_BEFORE_REALISATIONS",
                                   "HORIZON_TOO_LONG", "WRONG_FREQUENCY", "NOT_FINITE"));
}

TEST(PlanTest, RefusesARunWithoutTargets) {
  EXPECT_THAT(Reasons(MakeTinyBank({})), ElementsAre("NO_TARGET"));
}

TEST(PlanTest, RefusesAnAsOfBeforeTheModels) {
  TinyBank bank = MakeTinyBank({});
  bank.targets = {bank.YearOf("bank")};
  bank.as_of = Period::Month(2025, 6);
  EXPECT_THAT(Reasons(bank), ElementsAre("AS_OF_BEFORE_MODEL"));
}

TEST(PlanTest, NamesEachSeriesTheModelDoesNotKnow) {
  TinyBank bank = MakeTinyBank({.region_count = 2});
  bank.targets = {bank.YearOf("bank")};
  bank.model.series.pop_back();
  bank.model.level.mean.pop_back();
  bank.model.level.own_variance.pop_back();
  const Violations violations = ViolationsFromStatus(BuildPlan(bank.input()).status());
  ASSERT_THAT(violations.kept(), SizeIs(1));
  EXPECT_EQ(violations.kept()[0].reason, "MODEL_SERIES_MISSING");
  EXPECT_EQ(violations.kept()[0].value, "r2-b1 / all / k1");
}

TEST(PlanTest, NeedsNoModelForASeriesThatIsWhollyRealised) {
  TinyBank bank = MakeTinyBank({.region_count = 2});
  bank.targets = {bank.On("bank", Year(2025))};
  bank.model.series.pop_back();
  bank.model.level.mean.pop_back();
  bank.model.level.own_variance.pop_back();
  EXPECT_EQ(bank.plan().series[1].group, -1);
}

TEST(PlanTest, RefusesAnAggregateOfAnIndicatorThatDoesNotAddUp) {
  TinyBank bank = MakeTinyBank({.branches_per_region = 2});
  NetworkSpec spec = bank.revision.network.spec();
  spec.indicators[0].adds_over_units = false;
  bank.revision.network = Network::Create(spec).value();
  bank.targets = {bank.YearOf("r1-b1"), bank.YearOf("r1")};
  EXPECT_THAT(Reasons(bank), ElementsAre("INDICATOR_NOT_ADDITIVE"));
}

TEST(PlanTest, RefusesGroupsWhoseSeriesDisagreeOnALink) {
  TinyBank bank = MakeTinyBank({.branches_per_region = 2});
  bank.model.series[1].link = Link::kSqrt;
  bank.targets = {bank.YearOf("bank")};
  EXPECT_THAT(Reasons(bank), Contains("MIXED_LINKS"));
}

TEST(PlanTest, GivesASeriesTheSameNumbersWhateverElseIsAsked) {
  const TinyBank all = [] {
    TinyBank bank = MakeRandomBank(7);
    return bank;
  }();
  TinyBank alone = all;
  alone.targets = {all.targets.back()};
  const Plan whole = all.plan();
  const Plan part = alone.plan();
  for (int i = 0; i < part.series_count(); ++i) {
    int j = 0;
    while (whole.series[j].id64 != part.series[i].id64) ++j;
    EXPECT_EQ(Row(part, part.base, i), Row(whole, whole.base, j));
  }
}

}  // namespace
}  // namespace jalon::sim
