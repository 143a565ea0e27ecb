// Ratios against what is known exactly. Statistical checks are at 4 standard errors of a fixed
// seed: false alarm 6e-5 per check, about fifteen checks.
#include <cmath>
#include <limits>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/decimal.h"
#include "sim/engine/path_value.h"
#include "sim/engine/run.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/exact_laws.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

constexpr int kPaths = 16'384;

TargetEstimate EstimateOf(const TinyBank& bank, int target = 0, int64_t paths = kPaths) {
  InlineExecutor executor;
  const auto last = RunToPrecision(bank.plan(), {.max_paths = paths, .summary = {{0.5}}}, executor,
                                   {}, [](const Checkpoint&) {});
  EXPECT_TRUE(last.ok()) << last.status();
  return last->estimates[target];
}

TinyBank RatioBank(const std::vector<IndicatorKind>& kinds, double mean,
                   int branches_per_region = 1) {
  return MakeTinyBank({.branches_per_region = branches_per_region,
                       .kinds = kinds,
                       .mean = mean,
                       .others = {RatioOf("ratio", "k1", "k2")}});
}

TEST(RatioTest, OfGaussiansReachesAThresholdWhereNMinusODIsNotNegative) {
  TinyBank bank = RatioBank({IndicatorKind::kNetFlow, IndicatorKind::kNetFlow}, 10.0);
  for (ModelSeries& series : bank.model.series) series.shape = 1e12;
  bank.Series("r1-b1", "k2").dispersion = 1.0;
  bank.targets = {bank.For("bank", "ratio")};
  const std::vector<double> thresholds = {0.8, 0.95, 1.0, 1.1};
  bank.targets[0].thresholds = thresholds;
  const TargetEstimate estimate = EstimateOf(bank);
  for (size_t j = 0; j < thresholds.size(); ++j) {
    const double o = thresholds[j];
    const double sd = std::sqrt(12.0 * (9.0 + o * o));
    const double exact = ExactNormalCdf((120.0 - o * 120.0) / sd);
    EXPECT_NEAR(estimate.probability[j], exact, 4.0 * std::sqrt(exact * (1.0 - exact) / kPaths))
        << o;
  }
}

TEST(RatioTest, IsTheSumAboveOverTheSumBelowAtEveryNode) {
  TinyBank bank = MakeTinyBank({.region_count = 2,
                                .branches_per_region = 3,
                                .kinds = {IndicatorKind::kAmount, IndicatorKind::kAmount},
                                .others = {RatioOf("ratio", "k1", "k2")}});
  for (const char* unit : {"bank", "r1", "r2-b3"}) {
    for (const char* indicator : {"ratio", "k1", "k2"}) {
      bank.targets.push_back(bank.For(unit, indicator));
    }
  }
  const auto values = TargetPaths(bank.plan(), 32);
  for (int node = 0; node < 3; ++node) {
    for (int p = 0; p < 32; ++p) {
      EXPECT_EQ(values[3 * node][p], values[3 * node + 1][p] / values[3 * node + 2][p]);
    }
  }
}

TEST(RatioTest, CombinesEachSideByItsOwnAggregation) {
  TinyBank bank = MakeTinyBank(
      {.kinds = {IndicatorKind::kCount},
       .others = {RatioOf("ratio", "k1", "stock"), StockOf("stock", Measure::kCount, {"k1"})}});
  bank.targets = {bank.For("bank", "ratio"), bank.For("bank", "k1"), bank.For("bank", "stock")};
  const auto values = TargetPaths(bank.plan(), 16);
  for (int p = 0; p < 16; ++p) EXPECT_EQ(values[0][p], values[1][p] / values[2][p]);
}

TEST(RatioTest, SaysHowManyPathsHaveNone) {
  TinyBank bank = RatioBank({IndicatorKind::kCount, IndicatorKind::kCount}, 0.05);
  bank.targets = {bank.For("bank", "ratio"), bank.For("bank", "k1"), bank.For("bank", "k2")};
  bank.targets[0].thresholds = {1.0};
  const TargetEstimate estimate = EstimateOf(bank);
  const double none = std::exp(-0.6);
  EXPECT_NEAR(estimate.no_ratio_share, none, 4.0 * std::sqrt(none * (1.0 - none) / kPaths));

  const auto values = TargetPaths(bank.plan(), kPaths);
  double sum = 0.0, count = 0.0, attained = 0.0;
  for (int p = 0; p < kPaths; ++p) {
    attained += values[1][p] - values[2][p] >= 0.0;
    EXPECT_EQ(std::isnan(values[0][p]), values[2][p] == 0.0);
    if (values[2][p] == 0.0) continue;
    sum += values[0][p];
    ++count;
  }
  EXPECT_NEAR(estimate.mean, sum / count, 1e-9);
  EXPECT_EQ(estimate.probability[0], attained / kPaths);
  EXPECT_EQ(estimate.no_ratio_share, 1.0 - count / kPaths);
}

TEST(RatioTest, HasNoMeanWhereNoPathHasARatio) {
  TinyBank bank = RatioBank({IndicatorKind::kCount, IndicatorKind::kCount}, 20.0);
  bank.model.level.mean[1] = -1e4;
  bank.targets = {bank.For("bank", "ratio")};
  bank.targets[0].thresholds = {0.5};
  const TargetEstimate estimate = EstimateOf(bank, 0, 256);
  EXPECT_TRUE(std::isnan(estimate.mean));
  EXPECT_TRUE(std::isnan(estimate.quantiles[0]));
  EXPECT_EQ(estimate.no_ratio_share, 1.0);
  EXPECT_EQ(estimate.probability[0], 1.0) << "N - 0.5 x 0 >= 0";
}

TEST(RatioTest, MeetsTiesOfWholeNumbers) {
  // 0.07 x 100 is not 7 in binary.
  TinyBank bank = RatioBank({IndicatorKind::kCount, IndicatorKind::kCount}, 100.0);
  const Window december{Period::Month(2025, 12), Period::Month(2025, 12)};
  bank.SetRealised("r1-b1", "k1", december.last, 7.0);
  bank.targets = {bank.For("bank", "ratio", december)};
  bank.targets[0].thresholds = {0.07, 0.0700001};
  const TargetEstimate estimate = EstimateOf(bank, 0, 256);
  EXPECT_EQ(estimate.probability[0], 1.0);
  EXPECT_EQ(estimate.probability[1], 0.0);
}

TEST(RatioTest, GivesTheSameAnswerWithSignAndDirectionTurned) {
  TinyBank bank = RatioBank({IndicatorKind::kNetFlow, IndicatorKind::kAmount}, 2.0);
  TinyBank turned = bank;
  turned.Series("r1-b1", "k1").unit_scale = 1.0;
  turned.model.level.mean[0] = -bank.model.level.mean[0];
  bank.targets = {bank.For("bank", "ratio")};
  turned.targets = bank.targets;
  bank.targets[0].thresholds = {0.4, 0.9, 1.3};
  turned.targets[0].thresholds = {-0.4, -0.9, -1.3};
  turned.targets[0].direction = Direction::kLowerIsBetter;
  const TargetEstimate a = EstimateOf(bank);
  const TargetEstimate b = EstimateOf(turned);
  for (int j = 0; j < 3; ++j) {
    const double p = 0.5 * (a.probability[j] + b.probability[j]);
    EXPECT_NEAR(a.probability[j], b.probability[j], 4.0 * std::sqrt(2.0 * p * (1 - p) / kPaths));
  }
}

TEST(RatioTest, TurnsTheQuestionRoundWhereTheDenominatorIsNegative) {
  TinyBank bank = RatioBank({IndicatorKind::kNetFlow, IndicatorKind::kNetFlow}, 10.0);
  const Window december{Period::Month(2025, 12), Period::Month(2025, 12)};
  bank.SetRealised("r1-b1", "k1", december.last, -6.0);
  bank.SetRealised("r1-b1", "k2", december.last, -10.0);
  bank.targets = {bank.For("bank", "ratio", december)};
  bank.targets[0].thresholds = {0.5, 0.6, 0.7};
  EXPECT_THAT(EstimateOf(bank, 0, 256).probability, ::testing::ElementsAre(1.0, 1.0, 0.0));
}

TEST(RatioTest, LandsOnWhatIsRealised) {
  TinyBank bank = RatioBank({IndicatorKind::kCount, IndicatorKind::kCount}, 20.0);
  bank.model.as_of = bank.as_of = Period::Month(2025, 6);
  bank.model.drivers.last = bank.as_of;
  bank.targets = {bank.For("bank", "ratio", Year(2025)), bank.For("bank", "k1", Year(2025)),
                  bank.For("bank", "k2", Year(2025))};
  const auto values = TargetPaths(bank.plan(), 16);
  for (int p = 0; p < 16; ++p) {
    EXPECT_EQ(values[0][p], values[1][p] / values[2][p]);
    EXPECT_GE(values[1][p], 120.0);
  }
  EXPECT_NE(values[0][0], values[0][1]);
}

TEST(RatioTest, IsAskedForByTheAggregationOfRatios) {
  TinyBank bank = RatioBank({IndicatorKind::kCount, IndicatorKind::kCount}, 20.0);
  bank.targets = {bank.For("bank", "ratio"), bank.For("bank", "k1")};
  bank.targets[0].aggregation = Aggregation::kSum;
  bank.targets[1].aggregation = Aggregation::kRatio;
  const Violations found = ViolationsFromStatus(BuildPlan(bank.input()).status());
  ASSERT_EQ(found.total_count(), 2);
  for (const Violation& violation : found.kept()) {
    EXPECT_EQ(violation.reason, "AGGREGATION_MISMATCH");
  }
}

// What Reaches says, decimals taken everywhere.
bool ReachesByDecimals(const Target& target, double threshold, const PathValue& path) {
  const double asked = NearestDecimal(threshold * path.denominator);
  const bool higher = (target.direction == Direction::kHigherIsBetter) == (path.denominator >= 0.0);
  return higher ? path.numerator >= asked : path.numerator <= asked;
}

TEST(RatioTest, IsComparedWithTheDecimalOfItsThresholdNearAndFar) {
  std::mt19937_64 engine(8);
  std::uniform_real_distribution<double> any(-2.0, 2.0);
  Target target{.aggregation = Aggregation::kRatio};
  for (int i = 0; i < 200'000; ++i) {
    target.direction = i % 2 == 0 ? Direction::kHigherIsBetter : Direction::kLowerIsBetter;
    const double threshold = std::round(any(engine) * 1e3) / 1e2;
    PathValue path{.denominator = std::round(any(engine) * 1e4) / (i % 3 == 0 ? 1.0 : 100.0)};
    // On the decimal, within roundings of it, about where decimals end, and far.
    const double scale = std::pow(10.0, -4.0 * (i % 5));
    path.numerator = threshold * path.denominator * (1.0 + any(engine) * (i % 5 == 0 ? 0 : scale));
    if (i % 7 == 0) path.numerator = threshold * path.denominator * (1.0 + 1e-11 * any(engine));
    EXPECT_EQ(Reaches(target, threshold, path), ReachesByDecimals(target, threshold, path))
        << threshold << " " << path.numerator << " " << path.denominator;
  }
}

TEST(RatioTest, WithoutANumberReachesNothingThatDecimalsDoNot) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Target target{.aggregation = Aggregation::kRatio};
  for (const double x : {0.0, -1.0, 1.1, 1e300, infinity, -infinity, std::nan("")}) {
    for (const double y : {0.0, -1.0, 1.1, 1e300, infinity, -infinity, std::nan("")}) {
      const PathValue path{.numerator = x, .denominator = y};
      EXPECT_EQ(Reaches(target, 1.1, path), ReachesByDecimals(target, 1.1, path)) << x << " " << y;
    }
  }
}

}  // namespace
}  // namespace jalon::sim
