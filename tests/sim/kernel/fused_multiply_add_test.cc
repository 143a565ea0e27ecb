// Fused multiply-add without the instruction, against the one of the C library.
#include "sim/kernel/fused_multiply_add.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include "gtest/gtest.h"

namespace jalon::sim {
namespace {

void ExpectFused(float a, float b, float c) {
  const float expected = std::fma(a, b, c);
  const float found = FusedMultiplyAdd(a, b, c);
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(found)) << a << " " << b << " " << c;
  } else {
    EXPECT_EQ(std::bit_cast<uint32_t>(found), std::bit_cast<uint32_t>(expected))
        << a << " " << b << " " << c;
  }
}

// Any float of any exponent, infinities, NaN and subnormal numbers among them.
TEST(FusedMultiplyAddTest, IsTheLibrarysForAnyBits) {
  std::mt19937 engine(1);
  const auto any = [&] { return std::bit_cast<float>(static_cast<uint32_t>(engine())); };
  for (int i = 0; i < 1'000'000; ++i) ExpectFused(any(), any(), any());
}

// Numbers of a size, where most sums need two roundings.
TEST(FusedMultiplyAddTest, IsTheLibrarysForNumbersOfOneSize) {
  std::mt19937 engine(2);
  std::uniform_real_distribution<float> between(-2.0f, 2.0f);
  for (int i = 0; i < 1'000'000; ++i) {
    ExpectFused(between(engine), between(engine), std::ldexp(between(engine), -(i % 80)));
  }
}

// 1 + 2^-12 squared is 1 + 2^-11 + 2^-24: half way between two floats, which the sum's last bits
// decide long after a double has forgotten them.
TEST(FusedMultiplyAddTest, DecidesTiesByWhatADoubleForgets) {
  const float a = 1.0f + 0x1p-12f;
  for (const float c : {0x1p-100f, -0x1p-100f, 0.0f}) {
    ExpectFused(a, a, c);
    ExpectFused(-a, a, c);
  }
  EXPECT_GT(FusedMultiplyAdd(a, a, 0x1p-100f), FusedMultiplyAdd(a, a, -0x1p-100f));
}

TEST(FusedMultiplyAddTest, StandsInfinities) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  ExpectFused(kInfinity, 1.0f, 1.0f);
  ExpectFused(kInfinity, 1.0f, -kInfinity);
  ExpectFused(0x1p127f, 2.0f, -0x1p127f);
  ExpectFused(0x1p127f, 4.0f, 0.0f);
}

}  // namespace
}  // namespace jalon::sim
