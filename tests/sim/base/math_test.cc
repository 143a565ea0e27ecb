#include "sim/base/math.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include "gtest/gtest.h"

namespace jalon::sim {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

using Function = double (*)(double);
using Oracle = long double (*)(long double);

// Worst relative error of `f` against `oracle` (the C library in extended precision) over random
// points of [low, high].
double WorstError(Function f, Oracle oracle, double low, double high) {
  std::mt19937_64 generator(17);
  std::uniform_real_distribution<double> uniform(low, high);
  double worst = 0.0;
  for (int i = 0; i < 100'000; ++i) {
    const double x = uniform(generator);
    const long double expected = oracle(x);
    const double error = static_cast<double>(std::abs((f(x) - expected) / expected));
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

// Same, over points uniform in log |x|, sign of `low`.
double WorstErrorInLog(Function f, Oracle oracle, double low, double high) {
  std::mt19937_64 generator(18);
  std::uniform_real_distribution<double> uniform(std::log(low / low), std::log(high / low));
  double worst = 0.0;
  for (int i = 0; i < 100'000; ++i) {
    const double x = low * std::exp(uniform(generator));
    const long double expected = oracle(x);
    if (expected == 0.0L || !std::isfinite(expected)) continue;
    const double error = static_cast<double>(std::abs((f(x) - expected) / expected));
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

long double ExpOracle(long double x) { return std::exp(x); }
long double Exp2Oracle(long double x) { return std::exp2(x); }
long double Expm1Oracle(long double x) { return std::expm1(x); }
long double LogOracle(long double x) { return std::log(x); }
long double Log2Oracle(long double x) { return std::log2(x); }
long double Log1pOracle(long double x) { return std::log1p(x); }
long double NormalPdfOracle(long double x) {
  return std::exp(-x * x / 2) * 0.398942280401432677939946059934L;
}
long double NormalCdfOracle(long double x) {
  return std::erfc(-x * 0.707106781186547524400844362105L) / 2;
}

TEST(ExpTest, AgreesWithTheLibrary) {
  EXPECT_LT(WorstError(Exp, ExpOracle, -700, 709), 4.4e-16);
  EXPECT_LT(WorstError(Exp, ExpOracle, -1, 1), 4.4e-16);
  EXPECT_LT(WorstError(Exp2, Exp2Oracle, -1020, 1023), 4.4e-16);
}

TEST(ExpTest, UnderflowsGradually) {
  EXPECT_NEAR(Exp(-740.0) / std::exp(-740.0), 1.0, 0.02);
  EXPECT_EQ(Exp2(-1074.0), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(Exp(-760.0), 0.0);
  EXPECT_EQ(Exp2(-1100.0), 0.0);
}

TEST(ExpTest, OverflowsToInfinity) {
  EXPECT_LT(Exp(709.7), kInfinity);
  EXPECT_EQ(Exp(709.8), kInfinity);
  EXPECT_EQ(Exp(1e300), kInfinity);
  EXPECT_EQ(Exp2(1024.0), kInfinity);
}

TEST(ExpTest, PowersOfTwoAreExact) {
  for (int n = -1074; n < 1024; ++n) ASSERT_EQ(Exp2(n), std::ldexp(1.0, n));
}

TEST(ExpTest, HasTheLimitsOfTheExponential) {
  EXPECT_EQ(Exp(0.0), 1.0);
  EXPECT_EQ(Exp(-kInfinity), 0.0);
  EXPECT_EQ(Exp(kInfinity), kInfinity);
  EXPECT_EQ(Exp2(-kInfinity), 0.0);
  EXPECT_TRUE(std::isnan(Exp(kNan)));
  EXPECT_TRUE(std::isnan(Exp2(kNan)));
}

TEST(ExpTest, IncreasesAcrossTheEndsOfItsTable) {
  for (double x = -2.0; x < 2.0; x += 1.0 / 4096) ASSERT_LT(Exp(x), Exp(x + 1.0 / 4096));
}

TEST(Expm1Test, KeepsItsDigitsNearZero) {
  EXPECT_LT(WorstErrorInLog(Expm1, Expm1Oracle, 1e-300, 700), 9e-16);
  EXPECT_LT(WorstErrorInLog(Expm1, Expm1Oracle, -1e-300, -700), 9e-16);
}

TEST(Expm1Test, HasTheLimitsOfTheExponential) {
  EXPECT_EQ(Expm1(0.0), 0.0);
  EXPECT_EQ(Expm1(-kInfinity), -1.0);
  EXPECT_EQ(Expm1(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(Expm1(kNan)));
}

TEST(LogTest, AgreesWithTheLibrary) {
  EXPECT_LT(WorstErrorInLog(Log, LogOracle, 1e-307, 1e308), 4.4e-16);
  EXPECT_LT(WorstError(Log, LogOracle, 0.5, 2), 4.4e-16);
  EXPECT_LT(WorstErrorInLog(Log2, Log2Oracle, 1e-307, 1e308), 4.4e-16);
  EXPECT_LT(WorstError(Log2, Log2Oracle, 0.5, 2), 4.4e-16);
}

TEST(LogTest, TakesSubnormalNumbers) {
  EXPECT_NEAR(Log(1e-315), std::log(1e-315), 1e-12);
  EXPECT_EQ(Log2(std::numeric_limits<double>::denorm_min()), -1074.0);
}

TEST(LogTest, PowersOfTwoAreExact) {
  for (int n = -1074; n < 1024; ++n) ASSERT_EQ(Log2(std::ldexp(1.0, n)), n);
}

TEST(LogTest, HasItsLimitsAndRefusesNegatives) {
  for (const Function log : {&Log, &Log2}) {
    EXPECT_EQ(log(1.0), 0.0);
    EXPECT_EQ(log(0.0), -kInfinity);
    EXPECT_EQ(log(-0.0), -kInfinity);
    EXPECT_EQ(log(kInfinity), kInfinity);
    EXPECT_TRUE(std::isnan(log(-1.0)));
    EXPECT_TRUE(std::isnan(log(-kInfinity)));
    EXPECT_TRUE(std::isnan(log(kNan)));
  }
}

TEST(Log1pTest, KeepsItsDigitsNearZero) {
  EXPECT_LT(WorstErrorInLog(Log1p, Log1pOracle, 1e-300, 1e300), 9e-16);
  EXPECT_LT(WorstErrorInLog(Log1p, Log1pOracle, -1e-300, -0.999), 9e-16);
}

TEST(Log1pTest, HasItsLimitsAndRefusesBelowMinusOne) {
  EXPECT_EQ(Log1p(0.0), 0.0);
  EXPECT_EQ(Log1p(-1.0), -kInfinity);
  EXPECT_EQ(Log1p(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(Log1p(-1.1)));
  EXPECT_TRUE(std::isnan(Log1p(kNan)));
}

TEST(Log1pMinusXTest, AgreesWithItsSeriesNearZero) {
  for (double x = 1e-8; x < 1e-3; x *= 1.7) {
    for (const double d : {x, -x}) {
      const long double e = d;
      const long double series =
          e * e * (-1.0L / 2 + e * (1.0L / 3 + e * (-1.0L / 4 + e * (1.0L / 5 - e / 6))));
      ASSERT_NEAR(Log1pMinusX(d) / static_cast<double>(series), 1.0, 2e-15) << d;
    }
  }
}

TEST(Log1pMinusXTest, AgreesWithTheLibraryAwayFromZero) {
  for (double x = -0.99; x < 50.0; x += 0.0137) {
    if (std::abs(x) < 0.1) continue;
    const long double e = x;
    ASSERT_NEAR(Log1pMinusX(x) / static_cast<double>(std::log1p(e) - e), 1.0, 2e-15) << x;
  }
}

TEST(NormalTest, CdfAndDensityAgreeWithTheLibrary) {
  EXPECT_LT(WorstError(NormalCdf, NormalCdfOracle, -37, -5), 4e-15);
  EXPECT_LT(WorstError(NormalCdf, NormalCdfOracle, -5, 9), 4e-15);
  EXPECT_LT(WorstError(NormalPdf, NormalPdfOracle, -37, 37), 4e-15);
}

TEST(NormalTest, CdfHasItsLimits) {
  EXPECT_EQ(NormalCdf(0.0), 0.5);
  EXPECT_EQ(NormalCdf(-kInfinity), 0.0);
  EXPECT_EQ(NormalCdf(kInfinity), 1.0);
  EXPECT_TRUE(std::isnan(NormalCdf(kNan)));
  EXPECT_EQ(NormalPdf(kInfinity), 0.0);
  EXPECT_TRUE(std::isnan(NormalPdf(kNan)));
}

TEST(NormalTest, InverseUndoesTheCdfInBothTails) {
  for (double x = -37.0; x <= 8.0; x += 0.0103) {
    // Above 0 the CDF itself has lost digits of x: 1e-16 over the density.
    const double tolerance =
        4e-15 * std::max(1.0, std::abs(x)) + 1e-16 / NormalPdf(std::max(x, 0.0));
    ASSERT_NEAR(NormalInverseCdf(NormalCdf(x)), x, tolerance);
  }
}

TEST(NormalTest, InverseHasItsLimitsAndRefusesTheRest) {
  EXPECT_EQ(NormalInverseCdf(0.5), 0.0);
  EXPECT_EQ(NormalInverseCdf(0.0), -kInfinity);
  EXPECT_EQ(NormalInverseCdf(1.0), kInfinity);
  EXPECT_TRUE(std::isnan(NormalInverseCdf(-1e-300)));
  EXPECT_TRUE(std::isnan(NormalInverseCdf(1.0 + 1e-15)));
  EXPECT_TRUE(std::isnan(NormalInverseCdf(kNan)));
}

TEST(NormalTest, InverseIncreasesOnTheGridOfDraws) {
  constexpr double kStep = 0x1p-32;
  // Around the joints of its three ranges, and in the far tail.
  for (const double centre : {0.075, 0.925, 1.3887943864964021e-11, 0.5, 1e-6}) {
    const int64_t first = std::max<int64_t>(0, static_cast<int64_t>(centre / kStep) - 1000);
    for (int64_t i = first; i < first + 2000; ++i) {
      ASSERT_LT(NormalInverseCdf((i + 0.5) * kStep), NormalInverseCdf((i + 1.5) * kStep));
    }
  }
}

TEST(NormalTest, InverseIsOddOnTheGridOfDraws) {
  for (uint64_t i = 1; i < 0x1p31; i = i * 3 + 1) {
    const double p = (static_cast<double>(i) + 0.5) * 0x1p-32;
    ASSERT_EQ(NormalInverseCdf(p), -NormalInverseCdf(1.0 - p));
  }
}

// The bits themselves: a compiler, flag or edit that moves one of them moves every answer.
TEST(SameBitsTest, ElementaryFunctionsKeepTheirBits) {
  uint64_t digest = 0;
  for (double x = 0.001; x < 1000.0; x *= 1.01) {
    for (const Function f : {&Exp, &Exp2, &Log, &Log2, &Log1p, &Expm1, &NormalCdf, &LogGamma}) {
      digest = digest * 0x100000001b3u ^ std::bit_cast<uint64_t>(f(x));
    }
    digest = digest * 0x100000001b3u ^ std::bit_cast<uint64_t>(NormalInverseCdf(x / 1000.0));
    digest = digest * 0x100000001b3u ^ std::bit_cast<uint64_t>(NormalCdf(-x / 25.0));
  }
  EXPECT_EQ(digest, 1169760638307967282u);
}

}  // namespace
}  // namespace jalon::sim
