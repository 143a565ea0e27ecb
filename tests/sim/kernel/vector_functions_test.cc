#include "sim/kernel/vector_functions.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sim/base/math.h"
#include "sim/kernel/lanes.h"
#include "tests/sim/kernel/every_isa.h"

namespace jalon::sim {
namespace {

using VectorFunctionsTest = EveryIsaTest;
INSTANTIATE_TEST_SUITE_P(Isa, VectorFunctionsTest, ::testing::ValuesIn(KernelIsas()), NameOfIsa);

PhiloxCounter LaneOf(const std::vector<uint32_t>& words, int lane) {
  return {words[lane], words[kLanes + lane], words[2 * kLanes + lane], words[3 * kLanes + lane]};
}

TEST_P(VectorFunctionsTest, PhiloxGivesThePublishedAnswers) {
  EXPECT_EQ(LaneOf(KernelPhilox({0, 0, 0, 0}, {0, 0}), 0),
            (PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(LaneOf(KernelPhilox({0xfffffffe, 0xffffffff, 0xffffffff, 0xffffffff},
                                {0xffffffff, 0xffffffff}),
                   1),
            (PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(LaneOf(KernelPhilox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                                {0xa4093822, 0x299f31d0}),
                   0),
            (PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST_P(VectorFunctionsTest, PhiloxAgreesWithTheScalarOneInEveryLane) {
  std::mt19937 generator(5);
  for (int i = 0; i < 2'000; ++i) {
    PhiloxCounter counter;
    PhiloxKey key;
    for (uint32_t& word : counter) word = generator();
    for (uint32_t& word : key) word = generator();
    counter[0] &= ~1u;
    const std::vector<uint32_t> words = KernelPhilox(counter, key);
    for (int lane = 0; lane < kLanes; ++lane) {
      ASSERT_EQ(LaneOf(words, lane), Philox4x32(counter, key)) << i << " lane " << lane;
      ++counter[0];
    }
  }
}

std::vector<float> Exponents() {
  std::vector<float> x = {-126.0f, -0.5f, -0.0f, 0.0f, 0.5f, 1.0f, 1.5f, 99.99999f, 100.0f};
  std::mt19937 generator(7);
  std::uniform_real_distribution<float> wide(-126.0f, 100.0f);
  std::uniform_real_distribution<float> near(-2.0f, 2.0f);
  for (int i = 0; i < 100'000; ++i) {
    x.push_back(wide(generator));
    x.push_back(near(generator));
  }
  return x;
}

TEST_P(VectorFunctionsTest, PowersOfTwoAreRightWithinTheirError) {
  const std::vector<float> x = Exponents();
  const std::vector<float> found = KernelPowersOfTwo(x);
  for (size_t i = 0; i < x.size(); ++i) {
    const double expected = Exp2(x[i]);
    ASSERT_NEAR(found[i], expected, 3e-7 * expected) << x[i];
  }
}

TEST_P(VectorFunctionsTest, PowersOfTwoAreExactAtIntegers) {
  std::vector<float> x;
  for (int i = -126; i <= 100; ++i) x.push_back(static_cast<float>(i));
  const std::vector<float> found = KernelPowersOfTwo(x);
  for (size_t i = 0; i < x.size(); ++i) EXPECT_EQ(found[i], std::ldexp(1.0f, int(x[i])));
}

TEST_P(VectorFunctionsTest, PowersOfTwoStayFiniteAndReachZero) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(KernelPowersOfTwo({-infinity, -1e30f, -127.0f, 101.0f, 1e30f, infinity}),
            (std::vector<float>{0.0f, 0.0f, 0.0f, 0x1p100f, 0x1p100f, 0x1p100f}));
}

TEST_P(VectorFunctionsTest, PowersOfTwoFallToZeroWithoutAJump) {
  std::vector<float> x;
  for (int i = 0; i <= 1'000; ++i) x.push_back(-127.0f + 0.001f * static_cast<float>(i));
  const std::vector<float> found = KernelPowersOfTwo(x);
  for (size_t i = 1; i < found.size(); ++i) {
    ASSERT_GE(found[i], found[i - 1]);
    ASSERT_LE(found[i] - found[i - 1], 0x1p-135f);
  }
}

TEST(VectorFunctionsBitsTest, AreTheSameWithFusedMultiplyAdd) {
  const std::vector<float> x = Exponents();
  const auto results = UnderEach(SameBitsIsas(), [&] { return KernelPowersOfTwo(x); });
  for (const auto& result : results) EXPECT_EQ(result, results.front());
}

TEST(IsaTest, NamesWhatItRunsOn) {
  const std::vector<std::string> isas = KernelIsas();
  EXPECT_EQ(ActiveKernelIsa(), isas.front());
  EXPECT_EQ(isas.back(), "scalar");
  for (const std::string& isa : isas) {
    EXPECT_TRUE(ForceKernelIsa(isa));
    EXPECT_EQ(ActiveKernelIsa(), isa);
    EXPECT_EQ(KernelIsas(), isas);
  }
  EXPECT_TRUE(ForceKernelIsa(""));
  EXPECT_EQ(ActiveKernelIsa(), isas.front());
}

TEST(IsaTest, RefusesWhatItHasNot) {
  EXPECT_FALSE(ForceKernelIsa("mmx"));
  EXPECT_EQ(ActiveKernelIsa(), KernelIsas().front());
}

}  // namespace
}  // namespace jalon::sim
