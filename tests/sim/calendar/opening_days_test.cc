#include "sim/calendar/opening_days.h"

#include <cmath>

#include "gtest/gtest.h"
#include "sim/calendar/dates.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

const Period kMay = Period::Month(2027, 5);
const Window kYear{Period::Month(2027, 1), Period::Month(2027, 12)};
// Leaf units of the small network.
constexpr int kN1 = 2, kN2 = 3, kS1 = 5, kS2 = 6;

// The whole bank from Monday to Friday with the holidays of France.
CalendarTable France() {
  return {.rules = {{.week = OpeningWeek::kMonFri, .holidays = HolidaySet::kFrance}}};
}

TEST(OpeningDaysTest, WithoutATableEveryExposureIsOne) {
  const OpeningDays days(SmallNetwork(), {}, kYear);
  EXPECT_TRUE(days.empty());
  EXPECT_TRUE(std::isnan(days.days(kN1, kMay)));
  EXPECT_EQ(days.exposure(kN1, kMay), 1.0);
}

TEST(OpeningDaysTest, ARuleForTheNetworkReachesEveryBranchAndNothingElse) {
  const OpeningDays days(SmallNetwork(), France(), kYear);
  EXPECT_EQ(days.days(kN1, kMay), 19);
  EXPECT_EQ(days.days(kS2, kMay), 19);
  EXPECT_EQ(days.exposure(kN1, kMay), 19.0 / 21.0);
  EXPECT_TRUE(std::isnan(days.days(0, kMay)));
}

TEST(OpeningDaysTest, ExposureIsAboutOneOverAYearOfFiveDayWeeks) {
  const OpeningDays days(SmallNetwork(), France(), kYear);
  double sum = 0.0;
  for (int t = 0; t < 12; ++t) sum += days.exposure(kN1, kYear.first + t);
  EXPECT_NEAR(sum / 12, 1.0, 0.02);
}

TEST(OpeningDaysTest, TheNearestDeclarationPrevails) {
  CalendarTable table = France();
  table.rules.push_back({{.unit = "south"}, std::nullopt, HolidaySet::kAlsaceMoselle});
  table.rules.push_back({{.unit_kind = "remote"}, OpeningWeek::kMonSat, std::nullopt});
  table.rules.push_back({{.unit = "s1"}, OpeningWeek::kTueSat, HolidaySet::kNone});
  const OpeningDays days(SmallNetwork(), table, kYear);
  EXPECT_EQ(days.week(kN1), OpeningWeek::kMonFri);
  EXPECT_EQ(days.holidays(kN1), HolidaySet::kFrance);
  EXPECT_EQ(days.week(kS1), OpeningWeek::kTueSat);
  EXPECT_EQ(days.holidays(kS1), HolidaySet::kNone);
  // The kind gives the week, the region the holidays.
  EXPECT_EQ(days.week(kS2), OpeningWeek::kMonSat);
  EXPECT_EQ(days.holidays(kS2), HolidaySet::kAlsaceMoselle);
  EXPECT_EQ(days.days(kS1, kMay), 21);
}

TEST(OpeningDaysTest, ADateOpensOrClosesWhateverTheRule) {
  CalendarTable table = France();
  const int32_t bridge = DayNumber({2027, 5, 7});  // Friday after Ascension
  const int32_t sunday = DayNumber({2027, 5, 9});
  const int32_t holiday = DayNumber({2027, 5, 17});  // Whit Monday: closed already
  table.dates = {{{}, bridge, false},
                 {{}, holiday, false},
                 {{.unit = "n1"}, bridge, true},
                 {{.unit = "n2"}, sunday, true}};
  const OpeningDays days(SmallNetwork(), table, kYear);
  EXPECT_EQ(days.days(kS1, kMay), 18);
  EXPECT_EQ(days.days(kN1, kMay), 19) << "its own date prevails over the network's";
  EXPECT_EQ(days.days(kN2, kMay), 19) << "loses the bridge, gains the Sunday";
}

TEST(OpeningDaysTest, ImportedDaysPrevailOverRulesAndDates) {
  CalendarTable table = France();
  table.dates = {{{}, DayNumber({2027, 5, 7}), false}};
  table.days = {{{.unit = "south"}, kMay, 12.5}, {{.unit = "s1"}, kMay, 0.0}};
  const OpeningDays days(SmallNetwork(), table, kYear);
  EXPECT_EQ(days.days(kS2, kMay), 12.5);
  EXPECT_EQ(days.exposure(kS1, kMay), 0.0);
  EXPECT_TRUE(days.is_imported(kS1, kMay));
  EXPECT_FALSE(days.is_imported(kS1, kMay + 1));
  EXPECT_EQ(days.days(kN1, kMay), 18);
}

TEST(OpeningDaysTest, ImportedDaysNeedNoRule) {
  const CalendarTable table{.days = {{{.unit = "n1"}, kMay, 10}}};
  const OpeningDays days(SmallNetwork(), table, kYear);
  EXPECT_EQ(days.days(kN1, kMay), 10);
  EXPECT_EQ(days.exposure(kN1, kMay + 1), 1.0);
  EXPECT_EQ(days.exposure(kN2, kMay), 1.0);
}

TEST(OpeningDaysTest, DaysDoNotDependOnTheWindowAskedFor) {
  CalendarTable table = France();
  table.dates = {{{}, DayNumber({2027, 5, 7}), false}};
  const Network network = SmallNetwork();
  const OpeningDays narrow(network, table, {kMay, kMay});
  const OpeningDays wide(network, table, {kMay - 60, kMay + 60});
  EXPECT_EQ(narrow.exposure(kN1, kMay), wide.exposure(kN1, kMay));
}

TEST(OpeningDaysTest, QuartersHaveTheDaysOfTheirMonths) {
  NetworkSpec spec = SmallSpec();
  spec.frequency = Frequency::kQuarter;
  const Period quarter = Period::Quarter(2027, 2);
  CalendarTable table = France();
  table.dates = {{{}, DayNumber({2027, 5, 7}), false}};
  const OpeningDays days(*Network::Create(spec), table, {quarter, quarter});
  EXPECT_EQ(days.days(kN1, quarter), 22 + 18 + 22);
  EXPECT_EQ(days.exposure(kN1, quarter), 62.0 / 63.0);
}

}  // namespace
}  // namespace jalon::sim
