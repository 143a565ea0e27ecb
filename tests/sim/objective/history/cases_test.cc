#include "sim/objective/history/cases.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/violation.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::SizeIs;

Window Year(int year) { return {Period::Month(year, 1), Period::Month(year, 12)}; }

// Two branches; 1 account a month in 2024 and 2 in 2025 at b1, nothing known at b2.
Revision TwoBranches(Indicator indicator = {.id = "accounts"}) {
  NetworkSpec spec{.id = "bank"};
  spec.units = {{.id = "hq", .level = "network"},
                {.id = "b1", .parent = "hq", .level = "branch"},
                {.id = "b2", .parent = "hq", .level = "branch"}};
  spec.indicators = {std::move(indicator)};
  Network network = *Network::Create(std::move(spec));
  std::vector<double> values(12, 1.0);
  values.resize(24, 2.0);
  Realisations realisations =
      *Realisations::Create(network, Period::Month(2024, 1), {{0, 1, 0}}, std::move(values));
  return {.network = std::move(network), .realisations = std::move(realisations)};
}

Objective Of(const std::string& unit, int year, int64_t ticks) {
  return {.unit = unit, .indicator = "accounts", .window = Year(year), .ticks = ticks};
}

TEST(MakeHistoryCasesTest, TakesEliminationsOffTheFiguresOfUnitsAboveBranches) {
  Revision revision = TwoBranches();
  revision.credit.eliminations = {{"hq", "all", "accounts", Period::Month(2025, 3), -5.0}};
  const auto cases = MakeHistoryCases(revision, {Of("hq", 2025, 20)}, {.depths = {0}});
  ASSERT_TRUE(cases.ok()) << cases.status();
  ASSERT_THAT(*cases, SizeIs(1));
  EXPECT_EQ((*cases)[0].realised, 19);
  EXPECT_FALSE((*cases)[0].attained);
}

TEST(MakeHistoryCasesTest, MatchesObjectivesWithWhatWasRealised) {
  const auto cases =
      MakeHistoryCases(TwoBranches(), {Of("b1", 2024, 10), Of("b1", 2025, 30)}, {.depths = {1}});
  ASSERT_TRUE(cases.ok()) << cases.status();
  ASSERT_THAT(*cases, SizeIs(2));
  EXPECT_EQ((*cases)[0].realised, 12);
  EXPECT_TRUE((*cases)[0].attained);
  EXPECT_NEAR((*cases)[0].ratio, 1.2, 1e-12);
  EXPECT_TRUE(std::isnan((*cases)[0].realised_before));
  EXPECT_EQ((*cases)[1].realised, 24);
  EXPECT_FALSE((*cases)[1].attained);
  EXPECT_EQ((*cases)[1].realised_before, 12);
  EXPECT_NEAR((*cases)[1].unit_ratio, 1.0 / 30, 1e-12);
  EXPECT_EQ((*cases)[0].node, (*cases)[1].node);
  EXPECT_NE((*cases)[0].id64, (*cases)[1].id64);
}

TEST(MakeHistoryCasesTest, LeavesOutWhatIsNotAskedForOrNotRealised) {
  const Revision revision = TwoBranches();
  const auto cases = MakeHistoryCases(
      revision, {Of("hq", 2025, 30), Of("b1", 2026, 30), Of("gone", 2025, 1), Of("b2", 2025, 5)},
      {.depths = {1}});
  ASSERT_TRUE(cases.ok());
  // Only b2, whose realisation is not known.
  ASSERT_THAT(*cases, SizeIs(1));
  EXPECT_TRUE(std::isnan((*cases)[0].realised));
  EXPECT_FALSE((*cases)[0].attained);
}

TEST(MakeHistoryCasesTest, JudgesWhatWasPublishedWhenAsked) {
  Objective objective = Of("b1", 2025, 20);
  objective.changes = {{.date = "2025-06-30", .old_ticks = 30}};
  const Revision revision = TwoBranches();
  EXPECT_TRUE((*MakeHistoryCases(revision, {objective}, {.depths = {1}}))[0].attained);
  const auto published =
      MakeHistoryCases(revision, {objective}, {.depths = {1}, .as_published = true});
  EXPECT_FALSE((*published)[0].attained);
  EXPECT_TRUE((*published)[0].changed);
}

TEST(MakeHistoryCasesTest, LooksPastCapsOfAttainment) {
  const auto cases = MakeHistoryCases(TwoBranches({.id = "accounts", .attainment_cap = 1.1}),
                                      {Of("b1", 2025, 10)}, {.depths = {1}});
  EXPECT_NEAR((*cases)[0].ratio, 2.4, 1e-12);
}

TEST(MakeHistoryCasesTest, MeasuresLowerIsBetterByItsOwnRatio) {
  const auto cases =
      MakeHistoryCases(TwoBranches({.id = "accounts", .direction = Direction::kLowerIsBetter}),
                       {Of("b1", 2025, 30)}, {.depths = {1}});
  EXPECT_TRUE((*cases)[0].attained);
  EXPECT_NEAR((*cases)[0].ratio, 1.2, 1e-12);
}

TEST(MakeHistoryCasesTest, RefusesTwoObjectivesOfOnePlace) {
  const auto cases =
      MakeHistoryCases(TwoBranches(), {Of("b1", 2025, 30), Of("b1", 2025, 31)}, {.depths = {1}});
  EXPECT_THAT(ViolationsFromStatus(cases.status()).kept(),
              ElementsAre(AllOf(Field(&Violation::reason, "DUPLICATE"),
                                Field(&Violation::value, "b1/all/accounts/2025"))));
}

}  // namespace
}  // namespace jalon::sim
