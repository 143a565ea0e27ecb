// The kernel against its naive twin, on every instruction set.
#include "sim/kernel/lognormal.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "gtest/gtest.h"
#include "sim/engine/executor.h"
#include "tests/sim/engine/thread_executor.h"
#include "tests/sim/kernel/every_isa.h"
#include "tests/sim/kernel/lognormal_twin.h"

namespace jalon::sim {
namespace {

constexpr uint64_t kSeed = 0x123456789abcdef0;

using LognormalTest = EveryIsaTest;
INSTANTIATE_TEST_SUITE_P(Isa, LognormalTest, ::testing::ValuesIn(KernelIsas()), NameOfIsa);

// Levels whose quantiles are all the values of a row, in order.
std::vector<double> EveryLevel(int64_t paths) {
  std::vector<double> levels;
  for (int64_t i = 0; i < paths; ++i) {
    levels.push_back((static_cast<double>(i) + 0.5) / static_cast<double>(paths));
  }
  return levels;
}

LognormalSummary Simulate(const TwinCase& twin, Executor& executor) {
  const auto summary = SimulateLognormal(
      twin.network, twin.factors,
      {.seed = kSeed, .quantile_levels = EveryLevel(twin.factors.paths())}, executor);
  EXPECT_TRUE(summary.ok()) << summary.status();
  return summary.ok() ? *summary : LognormalSummary();
}

LognormalSummary Simulate(const TwinCase& twin) {
  InlineExecutor executor;
  return Simulate(twin, executor);
}

// All paths of all rows, in order, within a relative `tolerance` of the twin.
void ExpectTwin(const TwinCase& twin, double tolerance) {
  const LognormalSummary found = Simulate(twin);
  std::vector<std::vector<double>> rows = TwinRows(twin, kSeed);
  const int64_t paths = twin.factors.paths();
  for (size_t row = 0; row < rows.size(); ++row) {
    std::sort(rows[row].begin(), rows[row].end());
    for (int64_t i = 0; i < paths; ++i) {
      ASSERT_NEAR(found.quantiles[row * paths + i], rows[row][i],
                  tolerance * std::abs(rows[row][i]) + 1e-30)
          << "row " << row << " value " << i;
    }
    const double mean = std::accumulate(rows[row].begin(), rows[row].end(), 0.0) / paths;
    ASSERT_NEAR(found.mean[row], mean, tolerance * std::abs(mean) + 1e-30);
  }
}

TEST_P(LognormalTest, AgreesWithItsTwinForEveryNumberOfSeries) {
  for (int series : {1, 3, 7, 16, 17, 60, 61}) {
    ExpectTwin(MakeTwinCase({.tiles = {series, 2, 1}, .paths = 17}), 2e-5);
  }
}

TEST_P(LognormalTest, AgreesWithItsTwinForEveryNumberOfPaths) {
  for (int64_t paths : {1, 3, 7, 16, 17, 60, 61}) {
    ExpectTwin(MakeTwinCase({.tiles = {3}, .paths = paths}), 2e-5);
  }
}

TEST_P(LognormalTest, AgreesWithItsTwinForEveryWindow) {
  for (int periods : {1, 3, 7, 12, 16, 17, 60}) {
    for (int start : {0, 1, 3}) {
      ExpectTwin(MakeTwinCase({.tiles = {3},
                               .periods = periods,
                               .paths = 17,
                               .first = Period::Month(2027, 1) + start}),
                 2e-5);
    }
  }
}

TEST_P(LognormalTest, AgreesWithItsTwinForEveryNumberOfFactors) {
  for (int factors : {0, 1, 4, 16, 17}) {
    ExpectTwin(MakeTwinCase({.tiles = {3}, .factors = factors, .paths = 17}), 2e-5);
  }
}

TEST_P(LognormalTest, AgreesWithItsTwinWhereDispersionIsHuge) {
  // Natural log standard deviation 3.
  ExpectTwin(MakeTwinCase({.tiles = {7}, .paths = 1'000, .sigma = 4.3f}), 1e-4);
}

TEST_P(LognormalTest, AgreesWithItsTwinWhereMeansAreHuge) {
  ExpectTwin(MakeTwinCase({.tiles = {7}, .base = 30.0f}), 2e-5);
}

TEST_P(LognormalTest, WithoutNoiseOrFactorsEveryPathIsTheSum) {
  TwinCase twin = MakeTwinCase({.tiles = {3}, .factors = 0, .sigma = 0.0f});
  std::fill(twin.network.base.begin(), twin.network.base.end(), 3.0f);
  const LognormalSummary found = Simulate(twin);
  for (int i = 0; i < 3; ++i) {
    EXPECT_NEAR(found.mean[i], 12 * 8.0 + twin.network.constant[i], 1e-4);
    EXPECT_EQ(found.variance[i], 0.0);
  }
}

TEST_P(LognormalTest, PeriodsWithoutACellCountNothing) {
  TwinCase twin = MakeTwinCase({.tiles = {3}});
  for (int t = 0; t < 5; ++t) twin.network.base[t] = -std::numeric_limits<float>::infinity();
  ExpectTwin(twin, 2e-5);
  for (float& base : twin.network.base) base = -std::numeric_limits<float>::infinity();
  std::fill(twin.network.constant.begin(), twin.network.constant.end(), 0.0f);
  const LognormalSummary empty = Simulate(twin);
  for (double mean : empty.mean) EXPECT_EQ(mean, 0.0);
}

TEST_P(LognormalTest, StaysFiniteWhereNothingElseWould) {
  TwinCase twin = MakeTwinCase({.tiles = {60, 60}, .periods = 60, .base = 1e5f, .sigma = 1e5f});
  const LognormalSummary found = Simulate(twin);
  for (double mean : found.mean) EXPECT_TRUE(std::isfinite(mean));
  for (double variance : found.variance) EXPECT_TRUE(std::isfinite(variance));
  for (float value : found.quantiles) EXPECT_TRUE(std::isfinite(value));
}

TEST_P(LognormalTest, CountsPathsAtOrAboveTheThreshold) {
  TwinCase twin = MakeTwinCase({.tiles = {4}, .paths = 1'000});
  const double infinity = std::numeric_limits<double>::infinity();
  twin.network.threshold = {-infinity, 0.0, 1'230.0, infinity};
  const LognormalSummary found = Simulate(twin);
  const std::vector<double> third = TwinRows(twin, kSeed)[2];
  EXPECT_EQ(found.attained[0], 1'000);
  EXPECT_EQ(found.attained[1], 1'000);
  EXPECT_EQ(found.attained[2],
            std::count_if(third.begin(), third.end(), [](double y) { return y >= 1'230.0; }));
  EXPECT_EQ(found.attained[3], 0);
}

TEST_P(LognormalTest, AHigherThresholdIsNeverMoreLikely) {
  TwinCase twin = MakeTwinCase({.tiles = {1}, .paths = 500});
  int64_t before = 500;
  for (double threshold = 900.0; threshold < 1'900.0; threshold += 37.0) {
    twin.network.threshold = {threshold};
    const int64_t attained = Simulate(twin).attained[0];
    EXPECT_LE(attained, before);
    before = attained;
  }
}

void ExpectSameBits(const LognormalSummary& a, const LognormalSummary& b) {
  EXPECT_EQ(a.attained, b.attained);
  EXPECT_EQ(a.mean, b.mean);
  EXPECT_EQ(a.variance, b.variance);
  EXPECT_EQ(a.quantiles, b.quantiles);
}

// More tiles than a wave holds, of many sizes.
TwinCase ManyTiles() {
  TwinShape shape = {.factors = 16};
  for (int tile = 0; tile < 300; ++tile) shape.tiles.push_back(1 + tile % 4);
  return MakeTwinCase(shape);
}

TEST(LognormalBitsTest, AreTheSameOnAnyNumberOfThreads) {
  const TwinCase twin = ManyTiles();
  const LognormalSummary alone = Simulate(twin);
  for (int threads : {2, 3, 8}) {
    ThreadExecutor executor(threads);
    ExpectSameBits(Simulate(twin, executor), alone);
  }
}

TEST(LognormalBitsTest, AreTheSameWithFusedMultiplyAdd) {
  const TwinCase twin = ManyTiles();
  const auto results = UnderEach(SameBitsIsas(), [&] { return Simulate(twin); });
  for (const auto& result : results) ExpectSameBits(result, results.front());
}

TEST(LognormalBitsTest, ASeriesDoesNotDependOnTheOthers) {
  const LognormalSummary together = Simulate(MakeTwinCase({.tiles = {5}}));
  TwinCase alone = MakeTwinCase({.tiles = {5}});
  // The last series on its own: an odd one out of pairs, too.
  LognormalNetwork& network = alone.network;
  network.base.erase(network.base.begin(), network.base.end() - 12);
  network.loading.erase(network.loading.begin(), network.loading.end() - 3);
  network.sigma.erase(network.sigma.begin(), network.sigma.end() - 1);
  network.constant.erase(network.constant.begin(), network.constant.end() - 1);
  network.threshold.erase(network.threshold.begin(), network.threshold.end() - 1);
  network.id.erase(network.id.begin(), network.id.end() - 1);
  network.tile_begin = {0, 1};
  const LognormalSummary found = Simulate(alone);
  EXPECT_EQ(found.mean[0], together.mean[4]);
  EXPECT_EQ(found.variance[0], together.variance[4]);
}

TEST(LognormalBitsTest, MorePathsBeginWithTheSamePaths) {
  const auto values = [](int64_t paths) {
    TwinCase twin = MakeTwinCase({.tiles = {1}, .factors = 0, .paths = paths});
    return Simulate(twin).quantiles;
  };
  const std::vector<float> many = values(61);
  for (int64_t i = 0; i < 17; ++i) {
    EXPECT_EQ(std::count(many.begin(), many.begin() + 61, values(17)[i]), 1);
  }
}

}  // namespace
}  // namespace jalon::sim
