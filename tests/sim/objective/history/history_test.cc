#include "sim/objective/history/history.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/missing.h"
#include "tests/sim/objective/history/history_draws.h"

namespace jalon::sim {
namespace {

Window Year(int year) { return {Period::Month(year, 1), Period::Month(year, 12)}; }

HistoryCase Past(int year, int node, double objective, double realised) {
  return {.node = node,
          .window = Year(year),
          .objective = objective,
          .realised = realised,
          .realised_before = kMissing,
          .scale = objective,
          .ratio = realised / objective,
          .attained = realised >= objective};
}

const HistoryRow& RowOf(const std::vector<HistoryRow>& rows, std::optional<int> indicator,
                        std::optional<Window> window) {
  return *std::find_if(rows.begin(), rows.end(), [&](const HistoryRow& row) {
    return row.indicator == indicator && row.window == window;
  });
}

TEST(AnalyzeHistoryTest, CountsWhatWasAttainedByYearAndIndicator) {
  std::vector<HistoryCase> cases = {Past(2024, 1, 100, 110), Past(2024, 2, 100, 90),
                                    Past(2024, 3, 100, kMissing), Past(2025, 1, 100, 100)};
  cases[0].changed = true;
  cases.push_back(Past(2024, 1, 10, 12));
  cases.back().indicator = 4;
  const std::vector<HistoryRow> rows = AnalyzeHistory(cases);
  // 2024, 2025 and all years of indicator 0; 2024 and all years of 4; everything.
  ASSERT_EQ(rows.size(), 6);
  const HistoryRow& row = RowOf(rows, 0, Year(2024));
  EXPECT_EQ(row.objective_count, 2);
  EXPECT_EQ(row.left_out_count, 1);
  EXPECT_EQ(row.changed_count, 1);
  EXPECT_EQ(row.attained_share->value, 0.5);
  EXPECT_EQ(row.attained_share->interval, WilsonInterval(1, 2, 0.95));
  EXPECT_FALSE(row.attained_share->p_value.has_value());
  EXPECT_NEAR(row.median_ratio, 1.0, 1e-12);
  EXPECT_EQ(RowOf(rows, 0, std::nullopt).objective_count, 3);
  EXPECT_EQ(RowOf(rows, std::nullopt, std::nullopt).objective_count, 4);
  EXPECT_FALSE(rows.back().excess_mass.has_value());
}

TEST(AnalyzeHistoryTest, HasARowOfNothingWithoutCases) {
  const std::vector<HistoryRow> rows = AnalyzeHistory({});
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows[0].objective_count, 0);
  EXPECT_FALSE(rows[0].attained_share.has_value());
  EXPECT_TRUE(std::isnan(rows[0].median_ratio));
}

// Branches that take back 60 % of every surprise: the ratchet finds it.
std::vector<HistoryCase> Ratcheted(int node_count, double slope) {
  std::vector<HistoryCase> cases;
  for (int node = 0; node < node_count; ++node) {
    double objective = 100;
    double before = kMissing;
    for (int year = 2022; year <= 2025; ++year) {
      const double realised = objective * (1 + 0.1 * HistoryNormal(year - 2022, 3, node));
      cases.push_back(Past(year, node, objective, realised));
      cases.back().realised_before = before;
      objective =
          objective * 1.03 + slope * (realised - objective) + HistoryNormal(year - 1922, 3, node);
      before = realised;
    }
  }
  return cases;
}

TEST(AnalyzeHistoryTest, FindsARatchet) {
  const HistoryRow row = AnalyzeHistory(Ratcheted(300, 0.6)).back();
  EXPECT_NEAR(row.ratchet->value, 0.6, 4 * row.ratchet->standard_error);
  EXPECT_EQ(row.ratchet->count, 900);
  EXPECT_LT(*row.ratchet->p_value, 1e-6);
}

TEST(AnalyzeHistoryTest, FindsPersistenceOfTheSameBranches) {
  std::vector<HistoryCase> cases;
  for (int node = 0; node < 400; ++node) {
    const double lasting = HistoryNormal(0, 5, node);
    for (int year = 2023; year <= 2025; ++year) {
      const double ratio = 1 + 0.1 * (lasting + HistoryNormal(year - 2000, 5, node));
      cases.push_back(Past(year, node, 100, 100 * ratio));
    }
  }
  const HistoryRow row = AnalyzeHistory(cases).back();
  // Half of the variance lasts: correlation 0.5, of ranks 0.48.
  EXPECT_NEAR(row.ratio_persistence->value, 0.483, 4 * row.ratio_persistence->standard_error);
  EXPECT_FALSE(row.growth_persistence.has_value());
}

TEST(AnalyzeHistoryTest, SeesThatLuckTurnsGrowthBack) {
  const HistoryRow row = AnalyzeHistory(Ratcheted(300, 0.0)).back();
  // y2/y1 and y3/y2 share y2: correlation about -1/2 when years are luck alone.
  EXPECT_NEAR(row.growth_persistence->value, -0.48, 0.1);
}

TEST(AnalyzeHistoryTest, DoesNotDependOnTheOrderOfCases) {
  std::vector<HistoryCase> cases = Ratcheted(60, 0.3);
  const std::vector<HistoryRow> rows = AnalyzeHistory(cases);
  std::reverse(cases.begin(), cases.end());
  const std::vector<HistoryRow> reversed = AnalyzeHistory(cases);
  ASSERT_EQ(rows.size(), reversed.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].ratchet, reversed[i].ratchet);
    EXPECT_EQ(rows[i].ratio_persistence, reversed[i].ratio_persistence);
    EXPECT_EQ(rows[i].attained_share, reversed[i].attained_share);
  }
}

TEST(AnalyzeHistoryTest, PairsWindowsThatFollowEachOther) {
  std::vector<HistoryCase> cases;
  for (int node = 0; node < 20; ++node) {
    cases.push_back(Past(2022, node, 100, 90 + node));
    cases.push_back(Past(2024, node, 100, 90 + node));  // a year later than next year
  }
  EXPECT_FALSE(AnalyzeHistory(cases).back().ratio_persistence.has_value());
}

TEST(SmoothedRatioTest, StaysInTheUnitAboveAndOnItsSideOfOne) {
  HistoryCase past = Past(2025, 1, 20, 20);
  past.unit_ratio = 1.0 / 20;
  for (const uint64_t id : {uint64_t{0}, ~uint64_t{0}, uint64_t{1} << 63}) {
    past.id64 = id;
    EXPECT_GE(SmoothedRatio(past), 1.0);
    EXPECT_LT(SmoothedRatio(past), 1.05);
  }
}

}  // namespace
}  // namespace jalon::sim
