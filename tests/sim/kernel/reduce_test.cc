#include "sim/kernel/reduce.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/sim/kernel/every_isa.h"

namespace jalon::sim {
namespace {

constexpr int kLargest = 10'000;

// A row as the kernel lays it out.
struct Row {
  alignas(64) float values[kLargest + 32] = {};
};

using ReduceTest = EveryIsaTest;
INSTANTIATE_TEST_SUITE_P(Isa, ReduceTest, ::testing::ValuesIn(KernelIsas()), NameOfIsa);

enum class Shape { kLogNormal, kWild, kSigned, kTies, kConstant, kOneOutlier };
constexpr Shape kShapes[] = {Shape::kLogNormal, Shape::kWild,     Shape::kSigned,
                             Shape::kTies,      Shape::kConstant, Shape::kOneOutlier};

float Value(Shape shape, int i, std::mt19937& generator) {
  std::normal_distribution<float> normal;
  const float z = normal(generator);
  switch (shape) {
    case Shape::kLogNormal:
      return 1200.0f * std::exp(0.2f * z);
    case Shape::kWild:
      return std::exp(9.0f * z);
    case Shape::kSigned:
      return 5.0f * z;
    case Shape::kTies:
      return std::round(z) == 0.0f && i % 2 == 0 ? -0.0f : std::round(z);
    case Shape::kConstant:
      return 7.0f;
    case Shape::kOneOutlier:
      return i == 0 ? 1e30f : 1.0f + 1e-4f * z;
  }
  return 0.0f;
}

Row MakeRow(Shape shape, int count) {
  std::mt19937 generator(count);
  Row row;
  for (int i = 0; i < count; ++i) row.values[i] = Value(shape, i, generator);
  // What follows the row must not be looked at.
  for (int i = count; i < count + 16; ++i) row.values[i] = -1e35f;
  return row;
}

TEST_P(ReduceTest, FindsTheOrderStatisticsOfEveryShape) {
  for (Shape shape : kShapes) {
    for (int count : {1, 3, 7, 16, 17, 60, 61, 1'000, kLargest}) {
      const Row row = MakeRow(shape, count);
      std::vector<float> sorted(row.values, row.values + count);
      std::sort(sorted.begin(), sorted.end());
      // Not in order, and with repetitions.
      const std::vector<int64_t> ranks = {count / 2, 0,         count - 1, count / 4,
                                          count / 2, count / 3, count / 3};
      std::vector<float> found(ranks.size());
      RowReducer(count, ranks).Reduce(row.values, 0.0f, found.data());
      for (size_t i = 0; i < ranks.size(); ++i) {
        ASSERT_EQ(found[i], sorted[ranks[i]]) << int(shape) << " of " << count << " rank " << i;
      }
    }
  }
}

TEST_P(ReduceTest, AgreesWithTheNaiveMoments) {
  for (Shape shape : {Shape::kLogNormal, Shape::kSigned, Shape::kTies, Shape::kConstant}) {
    for (int count : {1, 3, 7, 16, 17, 60, 61, kLargest}) {
      const Row row = MakeRow(shape, count);
      double sum = 0.0;
      double squares = 0.0;
      int64_t attained = 0;
      for (int i = 0; i < count; ++i) sum += row.values[i];
      for (int i = 0; i < count; ++i) squares += std::pow(row.values[i] - sum / count, 2);
      for (int i = 0; i < count; ++i) attained += row.values[i] >= 1.0f;
      const RowSummary found = RowReducer(count, {}).Reduce(row.values, 1.0f, nullptr);
      EXPECT_EQ(found.attained, attained);
      EXPECT_NEAR(found.mean, sum / count, 1e-12 * (1.0 + std::abs(sum)));
      EXPECT_NEAR(found.variance, squares / std::max(1, count - 1), 1e-11 * (1.0 + squares));
    }
  }
}

TEST_P(ReduceTest, CountsAgainstInfiniteThresholds) {
  const float infinity = std::numeric_limits<float>::infinity();
  const Row row = MakeRow(Shape::kSigned, 61);
  EXPECT_EQ(RowReducer(61, {}).Reduce(row.values, -infinity, nullptr).attained, 61);
  EXPECT_EQ(RowReducer(61, {}).Reduce(row.values, infinity, nullptr).attained, 0);
}

TEST(ReduceBitsTest, AreTheSameOnEveryInstructionSet) {
  const Row row = MakeRow(Shape::kLogNormal, 9'999);
  const auto results = UnderEach(KernelIsas(), [&] {
    const RowSummary found = RowReducer(9'999, {}).Reduce(row.values, 1200.0f, nullptr);
    return std::vector<double>{found.mean, found.variance, double(found.attained)};
  });
  for (const auto& result : results) EXPECT_EQ(result, results.front());
}

TEST(QuantileRankTest, IsTheSmallestWithThatShareAtOrBelow) {
  EXPECT_EQ(QuantileRank(0.5, 4), 1);
  EXPECT_EQ(QuantileRank(0.51, 4), 2);
  EXPECT_EQ(QuantileRank(0.0, 4), 0);
  EXPECT_EQ(QuantileRank(1.0, 4), 3);
  EXPECT_EQ(QuantileRank(0.5, 1), 0);
}

TEST(FloatAtLeastTest, NeverFallsBelow) {
  EXPECT_EQ(FloatAtLeast(1260.0), 1260.0f);
  EXPECT_EQ(FloatAtLeast(16'777'217.0), 16'777'218.0f);
  EXPECT_GE(double{FloatAtLeast(0.1)}, 0.1);
  EXPECT_GE(double{FloatAtLeast(-0.1)}, -0.1);
  EXPECT_EQ(FloatAtLeast(1e300), std::numeric_limits<float>::infinity());
  EXPECT_EQ(FloatAtLeast(-1e300), -std::numeric_limits<float>::max());
}

}  // namespace
}  // namespace jalon::sim
