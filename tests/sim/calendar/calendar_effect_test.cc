#include "sim/calendar/calendar_effect.h"

#include <cmath>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sim/base/missing.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

const WindowPair kMays{{Period::Month(2027, 5), Period::Month(2027, 5)},
                       {Period::Month(2026, 5), Period::Month(2026, 5)}};

// Accounts of n1 (Monday to Friday) and n2 (Tuesday to Saturday): 100 everywhere, then 110 in May
// 2027 of n1.
Revision TwoBranches(Exposure exposure, double last) {
  NetworkSpec spec = SmallSpec();
  for (Indicator& indicator : spec.indicators) {
    if (indicator.id == "accounts") indicator.exposure = exposure;
  }
  Network network = *Network::Create(std::move(spec));
  std::vector<double> values(26, 100.0);
  values[12] = 110;
  values[25] = last;
  Realisations realisations =
      *Realisations::Create(network, Period::Month(2026, 5), {{0, 2, 0}, {0, 3, 0}}, values);
  return {.network = std::move(network),
          .realisations = std::move(realisations),
          .calendars = {.rules = {{{}, OpeningWeek::kMonFri, HolidaySet::kFrance},
                                  {{.unit = "n2"}, OpeningWeek::kTueSat, std::nullopt}}}};
}

CalendarEffect EffectOf(const Revision& revision, int unit) {
  const PairedDays days(revision.network, revision.calendars, kMays);
  return SplitChange(CreditedSums(revision), {0, unit, 0}, kMays, days);
}

TEST(CalendarEffectTest, SplitsAChangeIntoDaysAndTheRest) {
  const Revision revision = TwoBranches(Exposure::kOpeningDays, 100);
  const CalendarEffect n1 = EffectOf(revision, 2);
  EXPECT_EQ(n1.against, 100);
  EXPECT_DOUBLE_EQ(n1.calendar, 100.0 * 19 / 17);
  EXPECT_EQ(n1.window, 110);
  const CalendarEffect north = EffectOf(revision, 1);
  EXPECT_EQ(north.against, 200);
  EXPECT_DOUBLE_EQ(north.calendar, 100.0 * 19 / 17 + 100.0 * 18 / 19);
  EXPECT_EQ(north.window, 210);
}

TEST(CalendarEffectTest, AnIndicatorThatIsNotExposedHasNone) {
  const CalendarEffect effect = EffectOf(TwoBranches(Exposure::kNone, 100), 1);
  EXPECT_EQ(effect.calendar, effect.against);
}

TEST(CalendarEffectTest, AWindowWithoutFiguresLeavesTheCalendarEffect) {
  const CalendarEffect effect = EffectOf(TwoBranches(Exposure::kOpeningDays, kMissing), 3);
  EXPECT_TRUE(std::isnan(effect.window));
  EXPECT_DOUBLE_EQ(effect.calendar, 100.0 * 18 / 19);
}

// 20 of north's 200 accounts of May 2026 are credited twice, 21 of May 2027.
TEST(CalendarEffectTest, EliminationsHaveTheDaysOfWhatIsBelowThem) {
  Revision revision = TwoBranches(Exposure::kOpeningDays, 100);
  revision.credit.eliminations = {{"north", "all", "accounts", kMays.against.first, -20.0},
                                  {"north", "all", "accounts", kMays.window.first, -21.0}};
  const double moved = 100.0 * 19 / 17 + 100.0 * 18 / 19;
  for (const int unit : {0, 1}) {
    SCOPED_TRACE(unit);
    const CalendarEffect effect = EffectOf(revision, unit);
    EXPECT_EQ(effect.against, 180);
    EXPECT_DOUBLE_EQ(effect.calendar, 0.9 * moved);
    EXPECT_EQ(effect.window, 189);
  }
  EXPECT_EQ(EffectOf(revision, 2).against, 100) << "a branch has none";
}

TEST(CalendarEffectTest, EliminationsOfAnIndicatorThatIsNotExposedStayAsTheyAre) {
  Revision revision = TwoBranches(Exposure::kNone, 100);
  revision.credit.eliminations = {{"north", "all", "accounts", kMays.against.first, -20.0}};
  EXPECT_EQ(EffectOf(revision, 1).calendar, 180);
}

TEST(CalendarEffectTest, WhatDoesNotAddUpIsTheDeclaredTotal) {
  Revision revision = TwoBranches(Exposure::kOpeningDays, 100);
  NetworkSpec spec = revision.network.spec();
  for (Indicator& indicator : spec.indicators) indicator.adds_over_units = false;
  revision.network = *Network::Create(std::move(spec));
  EXPECT_TRUE(std::isnan(EffectOf(revision, 1).against));
  revision.credit.parent_totals = {{"north", "all", "accounts", kMays.against.first, 150.0}};
  EXPECT_EQ(EffectOf(revision, 1).against, 150);
  EXPECT_DOUBLE_EQ(EffectOf(revision, 1).calendar,
                   150.0 * (100.0 * 19 / 17 + 100.0 * 18 / 19) / 200.0);
}

TEST(CalendarEffectTest, GroupsBranchesByTheirDays) {
  const Revision revision = TwoBranches(Exposure::kOpeningDays, 100);
  const PairedDays days(revision.network, revision.calendars, kMays);
  const std::vector<CalendarGroup> groups = GroupCalendars(revision.network, days, {0, 1});
  ASSERT_EQ(groups.size(), 2);
  EXPECT_EQ(groups[0], (CalendarGroup{OpeningWeek::kMonFri, HolidaySet::kFrance, 17, 19, 4}));
  EXPECT_EQ(groups[1], (CalendarGroup{OpeningWeek::kTueSat, HolidaySet::kFrance, 19, 18, 1}));
}

}  // namespace
}  // namespace jalon::sim
