#include "sim/drivers/derived.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/missing.h"
#include "sim/base/violation.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Pointwise;

// The Livret A: half of the 6-month means of inflation and of the ESTR, to the tenth, not under
// 0.5 %, on 1 February and 1 August from figures up to two months before.
DerivedRule LivretA() {
  return {.formula = "0.5 * (mean(inflation, 6) + mean(estr, 6))",
          .rounding_step = 0.1,
          .floor = 0.5,
          .effective_months = {2, 8},
          .announcement_lag = 2};
}

DerivedDrivers One(DerivedRule rule, const std::vector<std::string>& free_ids) {
  return *DerivedDrivers::Create({{.id = "d", .rule = std::move(rule)}}, free_ids);
}

DerivedDrivers::Decision Keep(int, Period) { return {}; }

TEST(SettleTest, RoundsHalvesAwayFromZeroAsPeopleWriteThem) {
  const DerivedRule tenth{.rounding_step = 0.1};
  EXPECT_EQ(Settle(tenth, 1.405), 1.4);  // (0.88 + 1.93) / 2, February 2026
  EXPECT_EQ(Settle(tenth, 1.45), 1.5);   // 14.499999999999998 tenths in binary
  EXPECT_EQ(Settle(tenth, -1.45), -1.5);
  EXPECT_EQ(Settle(tenth, 0.3), 0.3);
  EXPECT_EQ(Settle({.rounding_step = 0.25}, 1.13), 1.25);
  EXPECT_EQ(Settle({.rounding_step = 50}, 1130), 1150);
  EXPECT_EQ(Settle({}, 1.23456), 1.23456);
}

TEST(SettleTest, HoldsBetweenFloorAndCap) {
  const DerivedRule rule{.rounding_step = 0.1, .floor = 0.5, .cap = 3.0};
  EXPECT_EQ(Settle(rule, 0.2), 0.5);
  EXPECT_EQ(Settle(rule, 4.1), 3.0);
  EXPECT_EQ(Settle(rule, 1.0), 1.0);
  EXPECT_TRUE(std::isnan(Settle(rule, kMissing)));
}

TEST(IsEffectiveTest, FollowsTheMonthsAndTheirQuarters) {
  EXPECT_TRUE(IsEffective(LivretA(), Period::Month(2026, 2)));
  EXPECT_FALSE(IsEffective(LivretA(), Period::Month(2026, 3)));
  EXPECT_TRUE(IsEffective(LivretA(), Period::Quarter(2026, 1)));
  EXPECT_FALSE(IsEffective(LivretA(), Period::Quarter(2026, 2)));
  EXPECT_TRUE(IsEffective({}, Period::Month(2026, 3)));
}

TEST(DeviationTest, FollowsItsLaw) {
  EXPECT_EQ(DeviationAt({.size = 0.1}, 0.7), 0.1);
  const DeviationLaw triangle{
      .kind = DeviationLaw::Kind::kTriangular, .low = -1, .size = 0, .high = 1};
  EXPECT_NEAR(DeviationAt(triangle, 0.5), 0.0, 1e-12);
  EXPECT_NEAR(DeviationAt(triangle, 0.125), -0.5, 1e-12);
  const DeviationLaw normal{.kind = DeviationLaw::Kind::kNormal, .low = -1, .size = 0, .high = 1};
  EXPECT_NEAR(DeviationAt(normal, 0.9), 1.0, 1e-9);
}

TEST(DerivedDriversTest, ChangesAtEffectiveDatesAndHoldsBetweenThem) {
  // November 2025 to September 2026; inflation is the month's number, the ESTR is 2.
  const Window window{Period::Month(2025, 7), Period::Month(2026, 9)};
  std::vector<double> values;
  for (int t = 0; t < window.size(); ++t) values.push_back(2.0);
  for (int t = 0; t < window.size(); ++t) values.push_back(t);
  for (int t = 0; t < window.size(); ++t) values.push_back(t < 3 ? 1.7 : kMissing);
  const DerivedDrivers livret = One(LivretA(), {"estr", "inflation"});
  EXPECT_EQ(livret.reach(), 7);
  livret.Fill({values, window}, Period::Month(2025, 10), Keep);
  const std::vector<double> rate(values.end() - window.size(), values.end());
  // February sees July to December: mean 2.5; August sees January to June: mean 8.5.
  const double feb = Settle(LivretA(), 0.5 * (2.5 + 2.0));
  const double aug = Settle(LivretA(), 0.5 * (8.5 + 2.0));
  EXPECT_EQ(feb, 2.3);
  EXPECT_EQ(aug, 5.3);
  EXPECT_THAT(
      rate, ElementsAre(1.7, 1.7, 1.7, 1.7, 1.7, 1.7, 1.7, feb, feb, feb, feb, feb, feb, aug, aug));
}

TEST(DerivedDriversTest, KeepsADeviationUntilTheNextDate) {
  const Window window{Period::Month(2026, 1), Period::Month(2026, 9)};
  std::vector<double> values(window.size(), 3.04);
  values.resize(2 * window.size(), 1.0);
  DerivedRule rule{.formula = "x", .rounding_step = 0.1, .effective_months = {2, 8}};
  One(rule, {"x"}).Fill({values, window}, Period::Month(2026, 2), [](int, Period period) {
    return DerivedDrivers::Decision{.deviation = period == Period::Month(2026, 2) ? -0.52 : 0.0};
  });
  EXPECT_THAT(std::vector<double>(values.begin() + 9, values.end()),
              ElementsAre(1.0, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 3.0, 3.0));
}

TEST(DerivedDriversTest, LetsAScenarioTellWithoutChangingWhatIsInForce) {
  const Window window{Period::Month(2026, 1), Period::Month(2026, 4)};
  // x, then d = x and e = d + 1.
  std::vector<double> values = {1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0};
  const DerivedDrivers drivers =
      *DerivedDrivers::Create({{.id = "d", .rule = {.formula = "x", .effective_months = {2}}},
                               {.id = "e", .rule = {.formula = "d + 1"}}},
                              {"x"});
  drivers.Fill({values, window}, window.first, [](int d, Period period) {
    DerivedDrivers::Decision decision;
    if (d == 0 && period == Period::Month(2026, 3)) decision.told = [](double) { return 9.0; };
    return decision;
  });
  EXPECT_THAT(std::vector<double>(values.begin() + 5, values.begin() + 8), ElementsAre(2, 9, 2));
  EXPECT_THAT(std::vector<double>(values.begin() + 9, values.end()), ElementsAre(3, 10, 3));
}

TEST(DerivedDriversTest, RefusesAnInputThatDoesNotComeBefore) {
  const absl::StatusOr<DerivedDrivers> drivers =
      DerivedDrivers::Create({{.id = "d", .rule = {.formula = "later + x"}}}, {"x"});
  EXPECT_THAT(ViolationsFromStatus(drivers.status()).kept(),
              ElementsAre(AllOf(Field(&Violation::reason, "UNKNOWN_DRIVER"),
                                Field(&Violation::value, "later"))));
}

TEST(InDependencyOrderTest, PutsInputsFirst) {
  const auto sorted = InDependencyOrder({{.id = "a", .rule = {.formula = "b + x"}},
                                         {.id = "b", .rule = {.formula = "c"}},
                                         {.id = "c", .rule = {.formula = "x"}}});
  ASSERT_TRUE(sorted.ok());
  EXPECT_THAT(*sorted, ElementsAre(Field(&DerivedDriver::id, "c"), Field(&DerivedDriver::id, "b"),
                                   Field(&DerivedDriver::id, "a")));
}

TEST(InDependencyOrderTest, NamesEveryCycleOnce) {
  const auto sorted = InDependencyOrder({{.id = "a", .rule = {.formula = "b"}},
                                         {.id = "b", .rule = {.formula = "lag(a, 1)"}},
                                         {.id = "s", .rule = {.formula = "s + 1"}},
                                         {.id = "z", .rule = {.formula = "a"}}});
  const std::vector<Violation> found = ViolationsFromStatus(sorted.status()).kept();
  ASSERT_EQ(found.size(), 2);
  EXPECT_EQ(found[0].value, "a -> b -> a");
  EXPECT_EQ(found[0].reason, "CYCLE");
  EXPECT_EQ(found[1].value, "s -> s");
  EXPECT_EQ(found[1].field, "drivers[2].derived.formula");
}

TEST(ValidateDerivedRuleTest, FindsEveryProblem) {
  const DerivedRule rule{.formula = "a +",
                         .rounding_step = -1,
                         .floor = 2,
                         .cap = 1,
                         .effective_months = {8, 2, 13},
                         .announcement_lag = 25,
                         .deviation = {.kind = DeviationLaw::Kind::kTriangular,
                                       .probability = 1.5,
                                       .low = 1,
                                       .size = 0,
                                       .high = -1}};
  std::vector<std::string> fields;
  const Violations found = ValidateDerivedRule(rule, "derived");
  for (const Violation& problem : found.kept()) {
    fields.push_back(problem.field + " " + problem.reason);
  }
  EXPECT_THAT(
      fields,
      ElementsAre("derived.formula BAD_FORMULA", "derived.rounding_step NOT_POSITIVE",
                  "derived.floor FLOOR_NOT_BELOW_CAP", "derived.effective_months[1] NOT_SORTED",
                  "derived.effective_months[2] OUT_OF_RANGE",
                  "derived.announcement_lag OUT_OF_RANGE",
                  "derived.deviation.probability OUT_OF_RANGE", "derived.deviation.low NOT_ORDERED",
                  "derived.deviation.high NOT_ORDERED"));
  EXPECT_TRUE(ValidateDerivedRule(LivretA(), "derived").empty());
}

}  // namespace
}  // namespace jalon::sim
