#include "sim/random/sobol.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "gtest/gtest.h"
#include "sim/base/math.h"
#include "sim/random/stream.h"

namespace jalon::sim {
namespace {

double Coordinate(const ScrambledSobol& sobol, uint32_t point, int dimension) {
  return UniformFrom(sobol.Bits(point, dimension));
}

TEST(SobolTest, HasTheKnownFirstPoints) {
  // The first points of [JoeKuo2008] in natural order, times 8.
  const std::vector<std::array<int, 4>> eighths = {{0, 0, 0, 0}, {4, 4, 4, 4}, {2, 6, 6, 6},
                                                   {6, 2, 2, 2}, {1, 5, 3, 1}, {5, 1, 7, 5},
                                                   {3, 3, 5, 7}, {7, 7, 1, 3}};
  for (uint32_t point = 0; point < eighths.size(); ++point) {
    for (int d = 0; d < 4; ++d) {
      EXPECT_EQ(SobolBits(point, d), static_cast<uint32_t>(eighths[point][d]) << 29)
          << point << " " << d;
    }
  }
}

TEST(SobolTest, KeepsTheKnownAnswersOfAScramble) {
  const ScrambledSobol sobol(20'261'128, 3, kSobolDimensions);
  EXPECT_EQ(sobol.Bits(0, 0), 520'805'916u);
  EXPECT_EQ(sobol.Bits(1, 0), 3'796'042'213u);
  EXPECT_EQ(sobol.Bits(12'345, 7), 2'474'656'372u);
  EXPECT_EQ(sobol.Bits(4'000'000'000u, 255), 2'844'084'176u);
}

// Each of the 2^m cells of size 2^-m once, among 2^m consecutive points that start at a multiple.
bool HitsEachCellOnce(const ScrambledSobol& sobol, int dimension, int m, uint32_t block) {
  const uint32_t count = 1u << m;
  std::vector<bool> hit(count, false);
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t cell = m == 0 ? 0 : sobol.Bits(block * count + i, dimension) >> (32 - m);
    if (hit[cell]) return false;
    hit[cell] = true;
  }
  return true;
}

TEST(SobolTest, EveryDimensionOfEveryScrambleHitsEachDyadicIntervalOnce) {
  for (int scramble = 0; scramble < 16; ++scramble) {
    const ScrambledSobol sobol(7, scramble, kSobolDimensions);
    for (int d = 0; d < kSobolDimensions; ++d) {
      for (int m : {0, 1, 2, 5, 8, 10}) {
        EXPECT_TRUE(HitsEachCellOnce(sobol, d, m, 0)) << scramble << " " << d << " " << m;
      }
      EXPECT_TRUE(HitsEachCellOnce(sobol, d, 6, 1'000'003)) << scramble << " " << d;
    }
  }
}

TEST(SobolTest, ACoordinateDependsOnItsAddressOnly) {
  const ScrambledSobol few(7, 5, 3);
  const ScrambledSobol many(7, 5, 200);
  const uint32_t late = few.Bits(900, 2);
  EXPECT_EQ(few.Bits(2, 2), many.Bits(2, 2));
  EXPECT_EQ(late, many.Bits(900, 2));
  EXPECT_NE(late, ScrambledSobol(8, 5, 3).Bits(900, 2));
  EXPECT_NE(late, ScrambledSobol(7, 6, 3).Bits(900, 2));
}

// Chi-square of equal cells against its normal approximation.
double ChiSquareZ(const std::vector<int>& counts, double expected) {
  double chi = 0.0;
  for (int count : counts) chi += (count - expected) * (count - expected) / expected;
  const double degrees = static_cast<double>(counts.size()) - 1.0;
  return (chi - degrees) / std::sqrt(2.0 * degrees);
}

// A given point over 16,384 scrambles must be uniform over 64 cells. |z| <= 6 for each of 28
// checks: false alarm below 1e-4 together for fresh seeds (a chi-square of 63 degrees has a longer
// tail than a normal law); the seeds are fixed.
TEST(SobolTest, EveryPointIsUniformOverScrambles) {
  constexpr int kScrambles = 16'384;
  for (uint32_t point : {0u, 1u, 2u, 37u, 1'023u, 65'536u, 4'294'967'295u}) {
    for (int d : {0, 1, 17, 255}) {
      std::vector<int> counts(64, 0);
      for (int scramble = 0; scramble < kScrambles; ++scramble) {
        ++counts[ScrambledSobol(3, scramble, d + 1).Bits(point, d) >> 26];
      }
      EXPECT_LT(std::fabs(ChiSquareZ(counts, kScrambles / 64.0)), 6.0) << point << " " << d;
    }
  }
}

// Bits further down must be as random as the first ones. Same false alarm as above.
TEST(SobolTest, LowBitsAreUniformOverScrambles) {
  constexpr int kScrambles = 16'384;
  for (int shift : {18, 10, 0}) {
    std::vector<int> counts(64, 0);
    for (int scramble = 0; scramble < kScrambles; ++scramble) {
      ++counts[ScrambledSobol(11, scramble, 2).Bits(5, 1) >> shift & 63u];
    }
    EXPECT_LT(std::fabs(ChiSquareZ(counts, kScrambles / 64.0)), 6.0) << shift;
  }
}

TEST(SobolTest, PermutationsOfNeighbouringCellsAreIndependent) {
  constexpr int kScrambles = 16'384;
  // Points 0 and 1 lie in different halves: their second bits must be independent.
  std::vector<int> counts(4, 0);
  for (int scramble = 0; scramble < kScrambles; ++scramble) {
    const ScrambledSobol sobol(5, scramble, 1);
    ++counts[(sobol.Bits(0, 0) >> 30 & 1u) * 2 + (sobol.Bits(1, 0) >> 30 & 1u)];
  }
  EXPECT_LT(std::fabs(ChiSquareZ(counts, kScrambles / 4.0)), 6.0);
}

// The mean of a smooth integrand over 64 points: unbiased over scrambles, and much closer than
// independent points would be. 4 standard errors: false alarm 6e-5.
TEST(SobolTest, MeansAreUnbiasedOverScrambles) {
  constexpr int kScrambles = 512;
  constexpr int kPoints = 64;
  const double truth = std::pow(std::exp(1.0) - 1.0, 3.0);
  double sum = 0.0;
  double squares = 0.0;
  for (int scramble = 0; scramble < kScrambles; ++scramble) {
    const ScrambledSobol sobol(9, scramble, 3);
    double mean = 0.0;
    for (uint32_t i = 0; i < kPoints; ++i) {
      mean += Exp(Coordinate(sobol, i, 0) + Coordinate(sobol, i, 1) + Coordinate(sobol, i, 2));
    }
    mean /= kPoints;
    sum += mean - truth;
    squares += (mean - truth) * (mean - truth);
  }
  const double error = std::sqrt(squares) / kScrambles;
  EXPECT_LT(std::fabs(sum / kScrambles), 4.0 * error);
  // Variance of one point: E[f^2] - truth^2; a random mean of 64 points has it over 64.
  const double variance = std::pow(0.5 * (std::exp(2.0) - 1.0), 3.0) - truth * truth;
  EXPECT_LT(squares / kScrambles, variance / kPoints / 50.0);
}

// 1,024 points in 8 x 8 cells: no cell of leading pairs is far from its 16 points.
TEST(SobolTest, PairsOfLeadingDimensionsAreWellSpread) {
  for (int scramble = 0; scramble < 4; ++scramble) {
    const ScrambledSobol sobol(7, scramble, 12);
    for (int a = 0; a < 12; ++a) {
      for (int b = 0; b < a; ++b) {
        std::vector<int> counts(64, 0);
        for (uint32_t i = 0; i < 1'024; ++i) {
          ++counts[(sobol.Bits(i, a) >> 29) * 8 + (sobol.Bits(i, b) >> 29)];
        }
        // Independent points would leave at least one cell of 64 at 8 or below, or 26 or above.
        const auto [low, high] = std::minmax_element(counts.begin(), counts.end());
        EXPECT_GE(*low, 12) << a << " " << b;
        EXPECT_LE(*high, 20) << a << " " << b;
      }
    }
  }
}

}  // namespace
}  // namespace jalon::sim
