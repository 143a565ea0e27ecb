#include "sim/objective/history/excess_mass.h"

#include <cmath>
#include <limits>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/math.h"
#include "tests/sim/objective/history/history_draws.h"

namespace jalon::sim {
namespace {

// R/O around 1 with standard deviation `sd`; a share `excess` of those in the window is added to it
// from just below.
std::vector<double> Ratios(int count, double sd, double excess, uint64_t history) {
  std::vector<double> ratios;
  // Moved so that the window gains `excess` of itself: cases in [0.96, 1) are twice as many.
  const double moved = excess / 2.0;
  for (int i = 0; i < count; ++i) {
    double ratio = 1.0 + sd * HistoryNormal(0, history, i);
    if (ratio >= 0.96 && ratio < 1.0 && HistoryUniform(1, history, i) < moved) {
      ratio = 1.0 + 0.02 * HistoryUniform(2, history, i);
    }
    ratios.push_back(ratio);
  }
  return ratios;
}

// 18,000 cases of which 10 % too many stand just above 100 % give z about 3.4, as computed by hand:
// 0.1 x 18,000 x P(1 <= R/O < 1.02) over the square root of the same and of its prediction's
// variance. The mean of 60 has a standard error of 0.13: a right test fails once in 10,000.
TEST(ExcessMassTest, FindsTenPercentInEighteenThousandCases) {
  double sum = 0.0;
  for (uint64_t history = 0; history < 60; ++history) {
    sum += MeasureExcessMass(Ratios(18'000, 0.12, 0.1, history))->z();
  }
  EXPECT_NEAR(sum / 60, 3.4, 0.5);
}

TEST(ExcessMassTest, ExpectsWhatASmoothDensityHas) {
  const std::vector<double> ratios = Ratios(200'000, 0.1, 0.0, 7);
  const std::optional<ExcessMass> mass = MeasureExcessMass(ratios);
  ASSERT_TRUE(mass.has_value());
  const double truth = 200'000 * (NormalCdf(0.2) - NormalCdf(0.0));
  EXPECT_NEAR(mass->expected, truth, 4 * std::sqrt(mass->variance));
  EXPECT_LT(std::fabs(mass->z()), 4);
  EXPECT_NEAR(mass->p_value(), NormalCdf(-mass->z()), 1e-15);
}

TEST(ExcessMassTest, CountsTheBoundsOfItsWindowAsHalfOpen) {
  std::vector<double> ratios;
  for (int i = 0; i < 30; ++i) {
    for (int j = 0; j < 20; ++j) ratios.push_back(0.85 + 0.01 * i + 0.0001);
  }
  ratios.push_back(1.0);
  ratios.push_back(1.02);
  ratios.push_back(1.15);
  ratios.push_back(std::numeric_limits<double>::quiet_NaN());
  const std::optional<ExcessMass> mass = MeasureExcessMass(ratios);
  ASSERT_TRUE(mass.has_value());
  EXPECT_EQ(mass->observed, 41);
  EXPECT_EQ(mass->case_count, 602);
  EXPECT_NEAR(mass->expected, 40, 1);
}

TEST(ExcessMassTest, SaysNothingOfTooFewCases) {
  EXPECT_FALSE(MeasureExcessMass({}).has_value());
  EXPECT_FALSE(MeasureExcessMass(Ratios(100, 0.1, 0.0, 1)).has_value());
  EXPECT_FALSE(MeasureExcessMass(std::vector<double>(5'000, 0.9)).has_value());
}

TEST(ExcessMassTest, AddsWindowsJudgedApart) {
  const std::vector<ExcessMass> parts = {
      {.observed = 110, .expected = 100, .variance = 120, .case_count = 1'000},
      {.observed = 50, .expected = 40, .variance = 49, .case_count = 400}};
  const ExcessMass all = Together(parts);
  EXPECT_EQ(all.observed, 160);
  EXPECT_EQ(all.case_count, 1'400);
  EXPECT_NEAR(all.z(), 20 / 13.0, 1e-12);
}

}  // namespace
}  // namespace jalon::sim
