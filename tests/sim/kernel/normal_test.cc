// The table of normal quantiles against sim/base/math.h, and its moments over a grid of all inputs.
#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sim/base/math.h"
#include "sim/kernel/normal_table.h"
#include "sim/kernel/vector_functions.h"
#include "sim/random/stream.h"
#include "tests/sim/kernel/every_isa.h"

namespace jalon::sim {
namespace {

using NormalTest = EveryIsaTest;
INSTANTIATE_TEST_SUITE_P(Isa, NormalTest, ::testing::ValuesIn(KernelIsas()), NameOfIsa);

// Inputs around every octave's ends, in both tails, and at random.
std::vector<uint32_t> Inputs() {
  std::vector<uint32_t> inputs = {0, 1, 2, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
  for (int e = 1; e <= 31; ++e) {
    for (int d = -70; d <= 70; ++d) {
      const auto m = static_cast<uint32_t>((int64_t{1} << e) + d);
      inputs.push_back(m);
      inputs.push_back(~m);
    }
  }
  std::mt19937 generator(3);
  for (int i = 0; i < 200'000; ++i) inputs.push_back(generator());
  return inputs;
}

TEST_P(NormalTest, IsTheQuantileWithinItsError) {
  const std::vector<uint32_t> inputs = Inputs();
  const std::vector<float> found = KernelNormals(inputs);
  for (size_t i = 0; i < inputs.size(); ++i) {
    ASSERT_NEAR(found[i], NormalInverseCdf(UniformFrom(inputs[i])), 1e-5) << inputs[i];
  }
}

TEST_P(NormalTest, TailsAreRoundedQuantiles) {
  std::vector<uint32_t> inputs;
  for (uint32_t m = 0; m < kNormalTail; m += 7) inputs.push_back(m);
  const std::vector<float> found = KernelNormals(inputs);
  for (size_t i = 0; i < inputs.size(); ++i) {
    ASSERT_EQ(found[i], static_cast<float>(NormalInverseCdf(UniformFrom(inputs[i]))));
  }
}

TEST_P(NormalTest, TailsMirrorEachOther) {
  std::vector<uint32_t> lower = Inputs();
  std::vector<uint32_t> upper = lower;
  for (uint32_t& u : upper) u = ~u;
  const std::vector<float> below = KernelNormals(lower);
  const std::vector<float> above = KernelNormals(upper);
  for (size_t i = 0; i < lower.size(); ++i) ASSERT_EQ(below[i], -above[i]) << lower[i];
}

TEST_P(NormalTest, IncreasesOnAGrid) {
  std::vector<uint32_t> inputs;
  for (uint64_t u = 0; u < uint64_t{1} << 32; u += 1 << 12) {
    inputs.push_back(static_cast<uint32_t>(u));
  }
  const std::vector<float> found = KernelNormals(inputs);
  for (size_t i = 1; i < found.size(); ++i) ASSERT_LT(found[i - 1], found[i]) << inputs[i];
}

TEST_P(NormalTest, NeverFallsByMoreThanTheLastPlace) {
  // Neighbours one unit apart: around the octaves' ends, and far out.
  std::vector<uint32_t> inputs = Inputs();
  std::sort(inputs.begin(), inputs.end());
  const std::vector<float> found = KernelNormals(inputs);
  for (size_t i = 1; i < found.size(); ++i) {
    ASSERT_GE(found[i], found[i - 1] - 5e-7f) << inputs[i];
  }
}

struct Moments {
  double mean = 0.0;
  double variance = 0.0;
  double kurtosis = 0.0;
  // P(|z| > 4) over what the law says.
  double tail_ratio = 0.0;
};

// Over the middles of 2^22 equal cells: a quadrature of the law itself.
Moments MomentsOfTable() {
  constexpr int kCells = 1 << 22;
  std::vector<uint32_t> inputs;
  for (int64_t i = 0; i < kCells; ++i) inputs.push_back(static_cast<uint32_t>(i * 1024 + 512));
  Moments moments;
  for (float x : KernelNormals(inputs)) {
    const double z = x;
    moments.mean += z / kCells;
    moments.variance += z * z / kCells;
    moments.kurtosis += z * z * z * z / kCells;
    moments.tail_ratio += std::abs(z) > 4.0 ? 1.0 / kCells / 6.334248366623984e-5 : 0.0;
  }
  return moments;
}

TEST_P(NormalTest, HasTheMomentsAndTailsOfTheLaw) {
  const Moments moments = MomentsOfTable();
  EXPECT_NEAR(moments.mean, 0.0, 1e-6);
  // The quadrature itself loses 3e-6 of the variance and 1e-4 of the kurtosis.
  EXPECT_NEAR(moments.variance, 1.0, 1e-5);
  EXPECT_NEAR(moments.kurtosis, 3.0, 3e-4);
  EXPECT_NEAR(moments.tail_ratio, 1.0, 0.01);
}

TEST(NormalBitsTest, AreTheSameWithFusedMultiplyAdd) {
  const std::vector<uint32_t> inputs = Inputs();
  const auto results = UnderEach(SameBitsIsas(), [&] { return KernelNormals(inputs); });
  for (const auto& result : results) EXPECT_EQ(result, results.front());
}

}  // namespace
}  // namespace jalon::sim
