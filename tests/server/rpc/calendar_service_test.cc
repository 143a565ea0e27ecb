// Opening days, their effect and phased objectives, through the services.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/rpc/test_server.h"

namespace jalon::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr char kUnits[] =
    "id;parent;level\nsiege;;network\nnord;siege;region\nn1;nord;branch\nn2;nord;branch\n";

// Accounts (exposed) and loans of n1, open from Monday to Friday, and n2, from Tuesday to Saturday,
// in May of 2025 and 2026 and the months between.
NamedTexts MayFiles() {
  std::string values = "unit;indicator;period;value\n";
  for (const char* unit : {"n1", "n2"}) {
    for (int t = 0; t <= 12; ++t) {
      const int month = 5 + t, year = 2025 + (month - 1) / 12;
      const std::string period = std::to_string(year) +
                                 (month % 12 < 10 && month % 12 > 0 ? "-0" : "-") +
                                 std::to_string((month - 1) % 12 + 1);
      values += std::string(unit) + ";accounts;" + period + ";" + (t < 12 ? "100" : "90") + "\n";
      values += std::string(unit) + ";loans;" + period + ";1000\n";
    }
  }
  return {{"units.csv", kUnits},
          {"indicators.csv",
           "id;kind;rounding;exposure\naccounts;count;1;opening_days\nloans;amount;10;\n"},
          {"realisations.csv", values},
          {"calendars.csv", "unit;week;holidays\n;mon_fri;france\nn2;tue_sat;\n"},
          {"opening_days.csv", "unit;period;days\nn2;2027-06;3\n"},
          {"phasing.csv", "indicator;month;share\naccounts;1;0,5\naccounts;12;0,5\n"}};
}

class CalendarServiceTest : public testing::Test {
 protected:
  CalendarServiceTest() {
    const auto import = server_.Import(OptionsFor("networks/fr", MayFiles()), MayFiles());
    EXPECT_TRUE(import.ok()) << import.status();
    EXPECT_EQ(import->state(), v1::Import::STATE_SUCCEEDED) << import->DebugString();
  }

  absl::StatusOr<v1::ReadOpeningDaysResponse> Days(const std::string& window, int page_size = 0,
                                                   const std::string& token = "") {
    v1::ReadOpeningDaysRequest request;
    request.set_revision("networks/fr/revisions/latest");
    request.set_window(window);
    request.set_page_size(page_size);
    request.set_page_token(token);
    return server_.Ask(server_.networks(), &v1::NetworkService::Stub::ReadOpeningDays, request);
  }

  v1::ReadCalendarEffectRequest EffectOf(const std::string& window, const std::string& against) {
    v1::ReadCalendarEffectRequest request;
    request.set_revision("networks/fr/revisions/latest");
    request.set_window(window);
    request.set_against(against);
    return request;
  }

  absl::StatusOr<v1::ReadCalendarEffectResponse> Effect(
      const v1::ReadCalendarEffectRequest& request) {
    return server_.Ask(server_.networks(), &v1::NetworkService::Stub::ReadCalendarEffect, request);
  }

  // An objective of 2027 of n1 and of the region.
  void CreatePlan() {
    v1::CreateObjectiveSetRequest request;
    request.set_parent("networks/fr");
    request.set_objective_set_id("plan");
    for (const auto& [unit, value] : {std::pair("n1", 120), {"n2", 60}, {"nord", 180}}) {
      v1::Objective* objective = request.mutable_objectives()->add_objectives();
      objective->set_unit(unit);
      objective->set_indicator("accounts");
      objective->set_window("2027");
      objective->set_value(value);
    }
    const auto set = Create(request);
    ASSERT_TRUE(set.ok()) << set.status();
  }

  absl::StatusOr<v1::ObjectiveSet> Create(const v1::CreateObjectiveSetRequest& request) {
    return server_.Ask(server_.objectives(), &v1::ObjectiveService::Stub::CreateObjectiveSet,
                       request);
  }

  v1::CreateObjectiveSetRequest Phasing(v1::PhasingRule::Method method) {
    v1::CreateObjectiveSetRequest request;
    request.set_parent("networks/fr");
    request.set_objective_set_id("months");
    request.mutable_phasing_rule()->set_objective_set("networks/fr/objectiveSets/plan");
    request.mutable_phasing_rule()->set_method(method);
    return request;
  }

  std::vector<double> ValuesOf(const std::string& unit) {
    v1::ListObjectivesRequest request;
    request.set_parent("networks/fr/objectiveSets/months");
    request.add_units(unit);
    const auto page =
        server_.Ask(server_.objectives(), &v1::ObjectiveService::Stub::ListObjectives, request);
    EXPECT_TRUE(page.ok()) << page.status();
    return {page->values().begin(), page->values().end()};
  }

  TestServer server_;
};

TEST_F(CalendarServiceTest, ReadsDaysOfMonthsToCome) {
  const auto days = Days("2027-05..2027-06");
  ASSERT_TRUE(days.ok()) << days.status();
  EXPECT_EQ(days->first_period(), "2027-05");
  ASSERT_EQ(days->rows_size(), 2);
  EXPECT_EQ(days->rows(0).unit(), "n1");
  EXPECT_EQ(days->rows(0).week(), v1::OPENING_WEEK_MON_FRI);
  EXPECT_EQ(days->rows(0).holidays(), v1::HOLIDAY_SET_FRANCE);
  EXPECT_THAT(days->rows(0).days(), ElementsAre(19, 22));
  EXPECT_THAT(days->rows(1).days(), ElementsAre(18, 3));
  EXPECT_THAT(days->rows(1).imported(), ElementsAre(1));
}

TEST_F(CalendarServiceTest, PagesThroughBranches) {
  const auto first = Days("2027-05", 1);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_FALSE(first->next_page_token().empty());
  const auto second = Days("2027-05", 1, first->next_page_token());
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->rows(0).unit(), "n2");
  EXPECT_TRUE(second->next_page_token().empty());
}

TEST_F(CalendarServiceTest, NamesTheChangeOfDaysByCalendar) {
  const auto effect = Effect(EffectOf("2027-05", "2026-05"));
  ASSERT_TRUE(effect.ok()) << effect.status();
  ASSERT_EQ(effect->groups_size(), 2);
  EXPECT_EQ(effect->groups(0).against_days(), 17);
  EXPECT_EQ(effect->groups(0).window_days(), 19);
  EXPECT_NEAR(effect->groups(0).change(), 0.118, 0.0005);
  EXPECT_NEAR(effect->groups(1).change(), -0.053, 0.0005);
}

TEST_F(CalendarServiceTest, SplitsWhatWasRealisedExactly) {
  v1::ReadCalendarEffectRequest request = EffectOf("2026-05", "2025-05");
  request.set_depth(2);
  const auto effect = Effect(request);
  ASSERT_TRUE(effect.ok()) << effect.status();
  // 2025: 19 days Monday to Friday, 20 Tuesday to Saturday; 2026: 17 and 19.
  EXPECT_THAT(effect->keys().units(), ElementsAre("siege", "nord", "n1", "n2"));
  EXPECT_THAT(effect->keys().indicators(), ElementsAre("accounts"));
  EXPECT_DOUBLE_EQ(effect->calendar_values(2), 100.0 * 17 / 19);
  EXPECT_DOUBLE_EQ(effect->calendar_values(3), 100.0 * 19 / 20);
  EXPECT_DOUBLE_EQ(effect->calendar_values(0), 100.0 * 17 / 19 + 100.0 * 19 / 20);
  EXPECT_EQ(effect->window_values(0), 180);
  EXPECT_TRUE(effect->window_missing_bitmap().empty());
}

TEST_F(CalendarServiceTest, AWindowToComeHasACalendarEffectAndNoValue) {
  const auto effect = Effect(EffectOf("2027-05", "2026-05"));
  ASSERT_TRUE(effect.ok()) << effect.status();
  EXPECT_DOUBLE_EQ(effect->calendar_values(0), 90.0 * 19 / 17 + 90.0 * 18 / 19);
  EXPECT_EQ(effect->window_missing_bitmap(), std::string(1, '\x01'));
}

TEST_F(CalendarServiceTest, RefusesWindowsThatCannotBeCompared) {
  v1::ReadCalendarEffectRequest request = EffectOf("2027-05..2027-06", "2026-05");
  request.add_units("nowhere");
  request.add_indicators("hats");
  request.set_depth(9);
  EXPECT_THAT(Broken(Effect(request).status()),
              UnorderedElementsAre("against SIZE_MISMATCH", "depth OUT_OF_RANGE",
                                   "units[0] UNKNOWN_UNIT", "indicators[0] UNKNOWN_INDICATOR"));
  EXPECT_THAT(Broken(Days("").status()), ElementsAre("window MISSING_FIELD"));
}

TEST_F(CalendarServiceTest, ANetworkWithoutCalendarHasNoEffectToRead) {
  server_.ImportSmall("networks/other");
  v1::ReadCalendarEffectRequest request = EffectOf("2026-02", "2026-01");
  request.set_revision("networks/other/revisions/latest");
  EXPECT_EQ(Effect(request).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(CalendarServiceTest, PhasesAYearIntoCumulatedMonths) {
  CreatePlan();
  const auto set = Create(Phasing(v1::PhasingRule::METHOD_LINEAR));
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->origin(), v1::ObjectiveSet::ORIGIN_PHASING);
  EXPECT_EQ(set->phasing_rule().objective_set(), "networks/fr/objectiveSets/plan");
  EXPECT_EQ(set->objective_count(), 36);
  EXPECT_THAT(ValuesOf("n1"), ElementsAre(10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120));
  EXPECT_THAT(ValuesOf("nord"), ElementsAre(15, 30, 45, 60, 75, 90, 105, 120, 135, 150, 165, 180));
}

TEST_F(CalendarServiceTest, PhasesByImportedSharesAndByAnEarlierYear) {
  CreatePlan();
  ASSERT_TRUE(Create(Phasing(v1::PhasingRule::METHOD_SHARES)).ok());
  EXPECT_THAT(ValuesOf("n1"), ElementsAre(60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 120));
  v1::CreateObjectiveSetRequest request = Phasing(v1::PhasingRule::METHOD_LAST_YEAR);
  request.set_objective_set_id("by-base");
  request.mutable_phasing_rule()->set_base_window("2025-05..2026-04");
  EXPECT_TRUE(Create(request).ok());
  // 2026 is not realised to its end.
  request.mutable_phasing_rule()->clear_base_window();
  EXPECT_THAT(Broken(Create(request).status()),
              ElementsAre("phasing_rule.base_window OUTSIDE_REALISATIONS"));
}

TEST_F(CalendarServiceTest, RefusesARuleThatDoesNotHoldTogether) {
  CreatePlan();
  v1::CreateObjectiveSetRequest request = Phasing(v1::PhasingRule::METHOD_MODEL);
  v1::PhasingRule& rule = *request.mutable_phasing_rule();
  rule.set_base_window("2026");
  rule.add_indicators("hats");
  rule.add_levels("castle");
  rule.set_scenario("networks/other/scenarios/base");
  EXPECT_THAT(
      Broken(Create(request).status()),
      UnorderedElementsAre("phasing_rule.model MISSING_FIELD", "phasing_rule.scenario BAD_NAME",
                           "phasing_rule.base_window FIELD_OF_ANOTHER_METHOD",
                           "phasing_rule.indicators[0] UNKNOWN_INDICATOR",
                           "phasing_rule.levels[0] UNKNOWN_LEVEL"));
  v1::CreateObjectiveSetRequest nothing = Phasing(v1::PhasingRule::METHOD_LINEAR);
  nothing.mutable_phasing_rule()->add_indicators("loans");
  EXPECT_THAT(Broken(Create(nothing).status()), ElementsAre("phasing_rule.objective_set EMPTY"));
}

}  // namespace
}  // namespace jalon::server
