// The conditional kernel against its naive twin, on every instruction set.
#include "sim/kernel/conditional.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/engine/executor.h"
#include "tests/sim/engine/thread_executor.h"
#include "tests/sim/kernel/conditional_twin.h"
#include "tests/sim/kernel/every_isa.h"

namespace jalon::sim {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kSeed = 0x123456789abcdef0;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
const std::vector<double> kLevels = {0.05, 0.5, 0.95};

using ConditionalTest = EveryIsaTest;
INSTANTIATE_TEST_SUITE_P(Isa, ConditionalTest, ::testing::ValuesIn(KernelIsas()), NameOfIsa);

ConditionalSummary Estimate(const TwinCase& twin, Executor& executor) {
  const auto summary = EstimateLognormal(twin.network, twin.factors,
                                         {.seed = kSeed, .quantile_levels = kLevels}, executor);
  EXPECT_TRUE(summary.ok()) << summary.status();
  return summary.ok() ? *summary : ConditionalSummary();
}

ConditionalSummary Estimate(const TwinCase& twin) {
  InlineExecutor executor;
  return Estimate(twin, executor);
}

double MeanOf(const std::vector<TwinLaw>& laws) {
  double sum = 0.0;
  for (const TwinLaw& law : laws) sum += law.mean + law.constant;
  return sum / static_cast<double>(laws.size());
}

double VarianceOf(const std::vector<TwinLaw>& laws) {
  const double mean = MeanOf(laws);
  double within = 0.0;
  double between = 0.0;
  for (const TwinLaw& law : laws) {
    within += law.variance;
    between += std::pow(law.mean + law.constant - mean, 2);
  }
  const auto n = static_cast<double>(laws.size());
  return within / n + between / (n - 1.0);
}

// Thresholds around the middle of each series, so that probabilities are far from 0 and 1.
void SetThresholds(const std::vector<std::vector<TwinLaw>>& laws, TwinCase& twin) {
  for (int i = 0; i < twin.network.series(); ++i) {
    twin.network.threshold[i] = MeanOf(laws[i]) * (0.9 + 0.05 * (i % 5));
  }
}

// Rows whose own noise is a law; `tolerance` of probabilities, of means relative to it.
void ExpectTwin(TwinCase twin, double tolerance = 1e-5) {
  const std::vector<std::vector<TwinLaw>> laws = TwinLaws(twin, kSeed);
  SetThresholds(laws, twin);
  const ConditionalSummary found = Estimate(twin);
  for (int i = 0; i < twin.network.series(); ++i) {
    double p = 0.0;
    for (const TwinLaw& law : laws[i]) p += TwinAttained(law, twin.network.threshold[i]);
    p /= static_cast<double>(laws[i].size());
    ASSERT_NEAR(found.probability[i], p, tolerance) << "series " << i;
  }
  for (size_t row = 0; row < laws.size(); ++row) {
    const double mean = MeanOf(laws[row]);
    ASSERT_NEAR(found.mean[row], mean, 2e-5 * std::abs(mean)) << "row " << row;
    const double variance = VarianceOf(laws[row]);
    ASSERT_NEAR(found.variance[row], variance, 1e-4 * variance + 1e-9 * mean * mean)
        << "row " << row;
  }
}

TEST_P(ConditionalTest, AgreesWithItsTwinForEveryNumberOfSeries) {
  for (int series : {1, 3, 7, 16, 17, 33}) {
    ExpectTwin(MakePointCase({.tiles = {series, 2, 1}}, 5, kSeed));
  }
}

TEST_P(ConditionalTest, AgreesWithItsTwinForEveryWindowAndNumberOfPoints) {
  for (int size : {1, 3, 7, 16, 17, 33}) {
    ExpectTwin(MakePointCase({.tiles = {3}, .periods = size}, 4, kSeed));
    ExpectTwin(MakePointCase({.tiles = {3}, .factors = 2}, size, kSeed));
  }
}

TEST_P(ConditionalTest, AgreesWithItsTwinForEveryNumberOfFactors) {
  for (int factors : {0, 1, 4, 16, 17}) {
    ExpectTwin(MakePointCase({.tiles = {3}, .factors = factors}, 4, kSeed));
  }
}

TEST_P(ConditionalTest, AgreesWithItsTwinForEveryLaw) {
  // Natural standard deviations from 0.007 to 0.69; the last ones are sampled.
  for (float sigma : {0.01f, 0.1f, 0.3f, 0.54f, 0.65f}) {
    ExpectTwin(MakePointCase({.tiles = {7, 4}, .sigma = sigma}, 20, kSeed));
  }
  // A path more or less attains where own noise is drawn: one of 320.
  ExpectTwin(MakePointCase({.tiles = {7, 4}, .sigma = 1.0f}, 20, kSeed), 1.01 / 320.0);
}

TEST_P(ConditionalTest, AgreesWithItsTwinWhereMeansAreHugeOrTiny) {
  ExpectTwin(MakePointCase({.tiles = {7}, .base = 30.0f}, 4, kSeed));
  TwinCase tiny = MakePointCase({.tiles = {7}, .base = -60.0f}, 4, kSeed);
  for (float& constant : tiny.network.constant) constant = 0.0f;
  ExpectTwin(std::move(tiny));
}

TEST_P(ConditionalTest, QuantilesAreThoseOfTheMixture) {
  for (float sigma : {0.02f, 0.2f, 0.54f, 0.65f}) {
    const TwinCase twin = MakePointCase({.tiles = {3, 2}, .sigma = sigma}, 64, kSeed);
    const std::vector<std::vector<TwinLaw>> laws = TwinLaws(twin, kSeed);
    const ConditionalSummary found = Estimate(twin);
    for (size_t row = 0; row < laws.size(); ++row) {
      const double sd = std::sqrt(VarianceOf(laws[row]));
      for (size_t level = 0; level < kLevels.size(); ++level) {
        // Bins cost 0.5 % of a standard deviation, and the two-moment law of leaves a little.
        ASSERT_NEAR(found.quantiles[row * kLevels.size() + level],
                    TwinQuantile(laws[row], kLevels[level]), 0.01 * sd)
            << "sigma " << sigma << " row " << row << " level " << kLevels[level];
      }
    }
  }
}

TEST_P(ConditionalTest, QuantilesOfSampledSeriesAreOrderStatistics) {
  const TwinCase twin = MakePointCase({.tiles = {3}, .sigma = 2.0f}, 10, kSeed);
  const std::vector<std::vector<TwinLaw>> laws = TwinLaws(twin, kSeed);
  const ConditionalSummary found = Estimate(twin);
  for (int i = 0; i < 3; ++i) {
    std::vector<double> years;
    for (const TwinLaw& law : laws[i]) years.push_back(law.mean + law.constant);
    std::sort(years.begin(), years.end());
    EXPECT_EQ(found.own_noise[i], OwnNoise::kSampled);
    EXPECT_NEAR(found.quantiles[3 * i + 1], years[79], 2e-5 * years[79]);
  }
}

TEST_P(ConditionalTest, WithoutNoiseOrFactorsEveryPathIsTheSum) {
  TwinCase twin = MakePointCase({.tiles = {3}, .factors = 0, .sigma = 0.0f}, 2, kSeed);
  std::fill(twin.network.base.begin(), twin.network.base.end(), 3.0f);
  std::fill(twin.network.constant.begin(), twin.network.constant.end(), 1.0f);
  twin.network.threshold = {97.0, 97.5, 96.0};
  const ConditionalSummary found = Estimate(twin);
  EXPECT_EQ(found.probability, (std::vector<double>{1.0, 0.0, 1.0}));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(found.mean[i], 97.0);
    EXPECT_EQ(found.variance[i], 0.0);
    EXPECT_EQ(found.standard_error[i], 0.0);
    EXPECT_NEAR(found.quantiles[3 * i], 97.0, 1e-3);
  }
}

TEST_P(ConditionalTest, PeriodsWithoutACellCountNothing) {
  TwinCase twin = MakePointCase({.tiles = {3}}, 4, kSeed);
  for (int t = 0; t < 5; ++t) twin.network.base[t] = -std::numeric_limits<float>::infinity();
  ExpectTwin(std::move(twin));
  twin = MakePointCase({.tiles = {3}}, 4, kSeed);
  for (float& base : twin.network.base) base = -std::numeric_limits<float>::infinity();
  const ConditionalSummary empty = Estimate(twin);
  for (int i = 0; i < 3; ++i) {
    EXPECT_NEAR(empty.mean[i], twin.network.constant[i], 1e-6);
    EXPECT_NEAR(empty.quantiles[3 * i], twin.network.constant[i], 1e-4);
    EXPECT_LT(empty.probability[i], 1e-30);
  }
}

TEST_P(ConditionalTest, StaysFiniteWhereNothingElseWould) {
  for (float sigma : {0.5f, 3.0f, 1e5f}) {
    for (float base : {-1e5f, 90.0f, 1e5f}) {
      TwinCase twin =
          MakePointCase({.tiles = {40, 40}, .periods = 60, .base = base, .sigma = sigma}, 3, kSeed);
      for (float& loading : twin.network.loading) loading *= 1e5f;
      const ConditionalSummary found = Estimate(twin);
      for (double p : found.probability) ASSERT_TRUE(p >= 0.0 && p <= 1.0) << sigma << " " << base;
      for (double error : found.standard_error) ASSERT_TRUE(std::isfinite(error));
      for (double mean : found.mean) ASSERT_TRUE(std::isfinite(mean)) << sigma << " " << base;
      for (double variance : found.variance) ASSERT_TRUE(std::isfinite(variance));
      for (float value : found.quantiles) ASSERT_TRUE(std::isfinite(value)) << sigma << " " << base;
    }
  }
}

TEST_P(ConditionalTest, TakesInfiniteThresholds) {
  for (float sigma : {0.2f, 0.65f, 1.0f}) {
    TwinCase twin = MakePointCase({.tiles = {4}, .sigma = sigma}, 4, kSeed);
    twin.network.threshold = {-kInfinity, 0.0, 1e300, kInfinity};
    EXPECT_EQ(Estimate(twin).probability, (std::vector<double>{1.0, 1.0, 0.0, 0.0}));
  }
}

TEST_P(ConditionalTest, AHigherThresholdIsNeverMoreLikely) {
  for (float sigma : {0.2f, 0.65f, 1.0f}) {
    TwinCase twin = MakePointCase({.tiles = {1}, .sigma = sigma}, 16, kSeed);
    double before = 1.0;
    for (double threshold = 600.0; threshold < 2'400.0; threshold += 37.0) {
      twin.network.threshold = {threshold};
      const double p = Estimate(twin).probability[0];
      EXPECT_LE(p, before + 1e-7) << sigma << " " << threshold;
      before = p;
    }
  }
}

TEST_P(ConditionalTest, MeansOfTilesAndTotalsAreSums) {
  const TwinCase twin = MakePointCase({.tiles = {3, 2, 4}, .sigma = 0.65f}, 8, kSeed);
  const std::vector<double> mean = Estimate(twin).mean;
  EXPECT_NEAR(mean[9], mean[0] + mean[1] + mean[2], 1e-6 * mean[9]);
  EXPECT_NEAR(mean[12], mean[9] + mean[11], 1e-6 * mean[12]);
}

void ExpectSameBits(const ConditionalSummary& a, const ConditionalSummary& b) {
  EXPECT_EQ(a.probability, b.probability);
  EXPECT_EQ(a.standard_error, b.standard_error);
  EXPECT_EQ(a.mean, b.mean);
  EXPECT_EQ(a.variance, b.variance);
  EXPECT_EQ(a.quantiles, b.quantiles);
}

// More tiles than a wave holds, of many sizes; all laws.
TwinCase ManyTiles() {
  TwinShape shape = {.factors = 16, .sigma = 0.62f};
  for (int tile = 0; tile < 150; ++tile) shape.tiles.push_back(1 + tile % 4);
  return MakePointCase(shape, 20, kSeed);
}

TEST(ConditionalBitsTest, AreTheSameOnAnyNumberOfThreads) {
  const TwinCase twin = ManyTiles();
  const ConditionalSummary alone = Estimate(twin);
  for (int threads : {2, 3, 8}) {
    ThreadExecutor executor(threads);
    ExpectSameBits(Estimate(twin, executor), alone);
  }
}

TEST(ConditionalBitsTest, AreTheSameWithFusedMultiplyAdd) {
  const TwinCase twin = ManyTiles();
  const auto results = UnderEach(SameBitsIsas(), [&] { return Estimate(twin); });
  for (const auto& result : results) ExpectSameBits(result, results.front());
}

TEST(ConditionalErrorsTest, RefusesPathsThatAreNotWholePoints) {
  const TwinCase twin = MakeTwinCase({.tiles = {3}, .paths = 17});
  InlineExecutor executor;
  const auto summary = EstimateLognormal(twin.network, twin.factors, {}, executor);
  EXPECT_EQ(summary.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(summary.status().message()), HasSubstr("multiple of 16"));
}

TEST(ConditionalErrorsTest, RefusesWhatTheSampledEstimatorRefuses) {
  TwinCase twin = MakePointCase({.tiles = {3}}, 2, kSeed);
  twin.network.sigma[1] = -1.0f;
  InlineExecutor executor;
  const auto summary = EstimateLognormal(twin.network, twin.factors, {}, executor);
  EXPECT_THAT(std::string(summary.status().message()), HasSubstr("sigma[1] = -1"));
}

TEST(ConditionalErrorsTest, StopsWhenTold) {
  const TwinCase twin = MakePointCase({.tiles = {3}, .sigma = 0.7f}, 2, kSeed);
  const std::atomic<bool> stop = true;
  InlineExecutor executor;
  EXPECT_EQ(EstimateLognormal(twin.network, twin.factors, {.stop = StopToken(&stop)}, executor)
                .status()
                .code(),
            absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace jalon::sim
