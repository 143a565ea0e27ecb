// Calendars and imported shares: calendars.csv, opening_dates.csv, opening_days.csv, phasing.csv.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/ingest/import.h"
#include "sim/calendar/dates.h"
#include "sim/calendar/opening_days.h"
#include "tests/server/ingest/import_test_util.h"

namespace jalon::server {
namespace {

using sim::Period;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const Period kMay = Period::Month(2027, 5);

constexpr char kExposedIndicators[] =
    "id;label_fr;kind;rounding;exposure\n"
    "accounts;Ouvertures;count;1;opening_days\n"
    "loans;Crédits;amount;0,5;none\n";

NamedTexts WithCalendars() {
  NamedTexts texts = SmallNetworkWith("indicators.csv", kExposedIndicators);
  texts.emplace_back("calendars.csv",
                     "unit;kind;week;holidays\n;;mon_fri;france\nsud;;;alsace_moselle\n"
                     ";remote;tue_sat;\n");
  texts.emplace_back("opening_dates.csv", "unit;date;open\n;07/05/2027;non\nn1;2027-05-08;oui\n");
  texts.emplace_back("opening_days.csv", "unit;period;days\ns1;2027-05;12,5\n");
  texts.emplace_back("phasing.csv", "indicator;month;share\naccounts;1;0,75\naccounts;12;0,25\n");
  return texts;
}

double DaysOf(const sim::Revision& revision, const char* unit, Period period) {
  const sim::OpeningDays days(revision.network, revision.calendars, {period, period});
  return days.days(*revision.network.FindUnit(unit), period);
}

TEST(ImportCalendarsTest, ReadsRulesDatesDaysAndShares) {
  const ImportOutcome outcome = ImportTexts(WithCalendars(), kSmallMapping);
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  const sim::Revision& revision = *outcome.revision;
  EXPECT_EQ(revision.network.indicator(0).exposure, sim::Exposure::kOpeningDays);
  EXPECT_EQ(revision.network.indicator(1).exposure, sim::Exposure::kNone);
  // 19 weekdays, less the bridge, more the Saturday n1 opens.
  EXPECT_EQ(DaysOf(revision, "n1", kMay), 19);
  EXPECT_EQ(DaysOf(revision, "n2", kMay), 17) << "18 from Tuesday to Saturday, less the bridge";
  EXPECT_EQ(DaysOf(revision, "s1", kMay), 12.5);
  // Good Friday 2027 is 26 March.
  EXPECT_EQ(DaysOf(revision, "n1", Period::Month(2027, 3)), 22);
  EXPECT_EQ(DaysOf(revision, "s1", Period::Month(2027, 3)), 21);
  ASSERT_EQ(revision.phasing.shares.size(), 2u);
  EXPECT_EQ(revision.phasing.shares[0], (sim::PhasingShare{"accounts", "", 0, 0.75}));
  EXPECT_THAT(outcome.notes, Not(Contains(HasSubstr("opening days"))));
}

TEST(ImportCalendarsTest, SaysWhenAnExposedIndicatorHasNoDays) {
  const ImportOutcome outcome =
      ImportTexts(SmallNetworkWith("indicators.csv", kExposedIndicators), kSmallMapping);
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  EXPECT_THAT(outcome.notes,
              Contains("1 indicators are proportional to opening days, and 3 branches have none in "
                       "2026-02: their exposure is 1"));
}

TEST(ImportCalendarsTest, ListsEveryProblemWithItsPlace) {
  NamedTexts texts = SmallNetwork();
  texts.emplace_back(
      "calendars.csv",
      "unit;kind;week;holidays\nn1;remote;mon_fri;\nnowhere;;mon_fri;\n;castle;mon_fri;"
      "\nn2;;;\ns1;;sunday;\n");
  texts.emplace_back("opening_dates.csv", "date;open\n2027-02-30;oui\n");
  texts.emplace_back("opening_days.csv",
                     "unit;period;days\nn1;2027-02;29\nn1;2027-02;20\nn2;2027-03;-1\n");
  texts.emplace_back("phasing.csv",
                     "indicator;month;share\naccounts;1;0,75\nhats;1;1\nloans;13;1\n");
  const ImportOutcome outcome = ImportTexts(texts, kSmallMapping);
  EXPECT_FALSE(outcome.revision.has_value());
  EXPECT_THAT(Places(outcome.violations),
              UnorderedElementsAre(
                  "calendars.csv:2:2 TWO_SCOPES", "calendars.csv:3:1 UNKNOWN_UNIT",
                  "calendars.csv:4:2 UNKNOWN_UNIT_KIND", "calendars.csv:5:3 EMPTY_RULE",
                  "calendars.csv:6:3 UNKNOWN_VALUE", "opening_dates.csv:2:1 BAD_DATE",
                  "opening_days.csv:2:3 DAYS_BEYOND_PERIOD", "opening_days.csv:3:3 DUPLICATE",
                  "opening_days.csv:4:3 NEGATIVE", "phasing.csv:2:3 SHARES_DO_NOT_ADD",
                  "phasing.csv:3:1 UNKNOWN_INDICATOR", "phasing.csv:4:2 OUT_OF_RANGE"));
}

TEST(ImportCalendarsTest, RefusesAnExposedNetFlow) {
  const ImportOutcome outcome =
      ImportTexts(SmallNetworkWith("indicators.csv",
                                   "id;kind;rounding;exposure\naccounts;count;1;\n"
                                   "loans;net_flow;0,5;opening_days\n"),
                  kSmallMapping);
  EXPECT_THAT(Reasons(outcome.violations), Contains("FIELD_OF_ANOTHER_KIND"));
}

TEST(ImportCalendarsTest, AnAppendReplacesWhatItNamesAndKeepsTheRest) {
  const ImportOutcome base = ImportTexts(WithCalendars(), kSmallMapping);
  ASSERT_TRUE(base.revision.has_value());
  const NamedTexts texts = {
      {"realisations.csv", "unit;indicator;period;value\nn1;accounts;2026-03;4\n"},
      {"calendars.csv", "unit;week;holidays\nsiege;tue_sat;france\n"},
      {"opening_days.csv", "unit;period;days\ns1;2027-06;20\n"},
      {"phasing.csv", "indicator;month;share\naccounts;6;1\n"}};
  const ImportOutcome outcome = ImportNetwork({.files = FilesOf(texts),
                                               .mapping = MappingOf(kSmallMapping),
                                               .mode = ImportMode::kAppend,
                                               .base = &*base.revision});
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  const sim::Revision& revision = *outcome.revision;
  EXPECT_EQ(revision.calendars.rules.size(), 3u) << "the root's id and no unit are one scope";
  EXPECT_EQ(DaysOf(revision, "n1", Period::Month(2027, 6)), 22);
  EXPECT_EQ(DaysOf(revision, "s1", kMay), 12.5);
  EXPECT_EQ(DaysOf(revision, "s1", Period::Month(2027, 6)), 20);
  ASSERT_EQ(revision.phasing.shares.size(), 1u);
  EXPECT_EQ(revision.phasing.shares[0].season, 5);
}

TEST(ImportCalendarsTest, ACalendarCanBeAppendedAlone) {
  const ImportOutcome base = ImportTexts(WithCalendars(), kSmallMapping);
  ASSERT_TRUE(base.revision.has_value());
  const NamedTexts texts = {{"opening_days.csv", "unit;period;days\nn1;2027-05;8\n"}};
  const ImportOutcome outcome = ImportNetwork({.files = FilesOf(texts),
                                               .mapping = MappingOf(kSmallMapping),
                                               .mode = ImportMode::kAppend,
                                               .base = &*base.revision});
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  EXPECT_EQ(outcome.revision->realisations, base.revision->realisations);
  EXPECT_EQ(DaysOf(*outcome.revision, "n1", kMay), 8);
}

TEST(ImportCalendarsTest, AQuarterlyNetworkHasDaysAndSharesOfQuarters) {
  const NamedTexts texts = {
      {"units.csv", kSmallUnits},
      {"indicators.csv", "id;kind;rounding;exposure\naccounts;count;1;opening_days\n"},
      {"realisations.csv", "unit;indicator;period;value\nn1;accounts;2026-Q1;12\n"},
      {"calendars.csv", "week;holidays\nmon_fri;france\n"},
      {"opening_days.csv", "unit;period;days\ns1;2027-Q2;50\n"},
      {"phasing.csv", "indicator;month;share\naccounts;4;1\n"}};
  const ImportOutcome outcome = ImportTexts(texts, "[network]\nid = test\nfrequency = quarter\n");
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  EXPECT_EQ(DaysOf(*outcome.revision, "n1", Period::Quarter(2027, 2)), 22 + 19 + 22);
  EXPECT_EQ(DaysOf(*outcome.revision, "s1", Period::Quarter(2027, 2)), 50);
}

}  // namespace
}  // namespace jalon::server
