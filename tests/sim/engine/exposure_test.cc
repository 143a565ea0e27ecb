// Opening days in the plan: they come from the revision that is simulated.
#include <cmath>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "sim/base/math.h"
#include "sim/calendar/opening_days.h"
#include "tests/sim/engine/tiny_bank.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

CalendarTable France(OpeningWeek week) { return {.rules = {{{}, week, HolidaySet::kFrance}}}; }

// Two branches, counts (exposed) and net flows, with a model fitted with opening days.
TinyBank ExposedBank(const CalendarTable& calendars) {
  TinyBank bank = MakeTinyBank(
      {.branches_per_region = 2, .kinds = {IndicatorKind::kCount, IndicatorKind::kNetFlow}});
  bank.model.exposed_indicators = {0};
  bank.revision.calendars = calendars;
  bank.targets = {bank.YearOf("bank", 0), bank.YearOf("bank", 1)};
  return bank;
}

// The base of a series of an indicator in a month of 2026.
double BaseAt(const Plan& plan, int series, int month) {
  return plan.base[static_cast<size_t>(series) * plan.period_count() + month - 1];
}

TEST(ExposureTest, AMonthIsProportionalToItsDays) {
  const Plan plain = [] {
    TinyBank bank = ExposedBank({});
    bank.model.exposed_indicators.clear();
    return bank.plan();
  }();
  const Plan plan = ExposedBank(France(OpeningWeek::kMonFri)).plan();
  // May 2026 has 17 days, July 22.
  EXPECT_DOUBLE_EQ(BaseAt(plan, 0, 5), BaseAt(plain, 0, 5) + Log(17.0 / 21.0));
  EXPECT_DOUBLE_EQ(BaseAt(plan, 1, 7), BaseAt(plain, 1, 7) + Log(22.0 / 21.0));
  // Net flows of the same branches are not exposed.
  EXPECT_EQ(BaseAt(plan, 2, 5), BaseAt(plain, 2, 5));
}

TEST(ExposureTest, DaysAreThoseOfTheRevisionThatIsSimulated) {
  const Plan five = ExposedBank(France(OpeningWeek::kMonFri)).plan();
  const Plan other = ExposedBank(France(OpeningWeek::kTueSat)).plan();
  EXPECT_NEAR(BaseAt(other, 0, 5) - BaseAt(five, 0, 5), std::log(19.0 / 17.0), 1e-12);
}

TEST(ExposureTest, AMonthWithoutAnOpeningDaySellsNothing) {
  CalendarTable calendars = France(OpeningWeek::kMonFri);
  calendars.days = {{{.unit = "r1-b1"}, Period::Month(2026, 8), 0.0}};
  const Plan plan = ExposedBank(calendars).plan();
  EXPECT_EQ(plan.realised[7], 0.0);
  EXPECT_TRUE(std::isnan(plan.realised[6]));
}

TEST(ExposureTest, AModelFittedWithOpeningDaysNeedsThem) {
  const TinyBank bank = ExposedBank({});
  const Violations violations = ViolationsFromStatus(BuildPlan(bank.input()).status());
  EXPECT_TRUE(HasViolation(violations, "revision.calendars", "CALENDAR_MISSING"));
}

TEST(ExposureTest, AModelThatKnowsNoOpeningDaysIsSimulatedAsItWas) {
  TinyBank with = ExposedBank(France(OpeningWeek::kMonFri));
  TinyBank without = ExposedBank({});
  with.model.exposed_indicators.clear();
  without.model.exposed_indicators.clear();
  EXPECT_EQ(with.plan().base, without.plan().base);
}

TEST(ExposureTest, RefusesExposedIndicatorsThatTheModelDoesNotHave) {
  TinyBank bank = ExposedBank(France(OpeningWeek::kMonFri));
  bank.model.exposed_indicators = {0, 0, 1, 7};
  const Violations violations = ValidateModel(bank.model);
  EXPECT_TRUE(HasViolation(violations, "exposed_indicators[2]", "WRONG_LINK")) << "net flows";
  EXPECT_TRUE(HasViolation(violations, "exposed_indicators[1]", "NOT_ASCENDING"));
  EXPECT_TRUE(HasViolation(violations, "exposed_indicators[3]", "INDEX_OUT_OF_RANGE"));
}

}  // namespace
}  // namespace jalon::sim
