// Laws against Boost.Math, against each other, and their promises: monotone, finite, right moments.
#include "sim/random/laws.h"

#include <algorithm>
#include <bit>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/lognormal.hpp>
#include <boost/math/distributions/negative_binomial.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sim/random/stream.h"

namespace jalon::sim {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kStep = 0x1p-32;

class Random {
 public:
  double Uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(generator_);
  }
  double LogUniform(double low, double high) {
    return std::exp(Uniform(std::log(low), std::log(high)));
  }
  // A value of the grid of draws, often in a tail.
  double Draw() {
    const uint32_t bits = static_cast<uint32_t>(generator_());
    const uint32_t tail = bits >> static_cast<int>(Uniform(0, 32));
    const int where = static_cast<int>(Uniform(0, 3));
    return UniformFrom(where == 0 ? bits : where == 1 ? tail : ~tail);
  }

 private:
  std::mt19937_64 generator_{31};
};

// P(K <= k) by Boost in extended precision.
long double CountOracle(const CountLaw& law, double k) {
  const long double mean = law.mean;
  if (k < 0) return 0;
  if (law.dispersion == 1.0) {
    return boost::math::cdf(boost::math::poisson_distribution<long double>(mean), k);
  }
  const long double dispersion = law.dispersion;
  const boost::math::negative_binomial_distribution<long double> oracle(mean / (dispersion - 1),
                                                                        1 / dispersion);
  return boost::math::cdf(oracle, static_cast<long double>(k));
}

std::vector<CountLaw> CountLaws() {
  std::vector<CountLaw> laws;
  for (const double dispersion : {1.0, 1.001, 1.3, 2.0, 5.0, 40.0}) {
    for (const double mean : {0.01, 0.7, 3.0, 12.0, 39.9, 40.1, 150.0, 2e3, 5e4, 1e6}) {
      laws.push_back({mean, dispersion});
    }
  }
  return laws;
}

TEST(CountLawTest, QuantileIsTheSmallestCountThatReachesU) {
  Random random;
  for (const CountLaw& law : CountLaws()) {
    for (int i = 0; i < 60; ++i) {
      const double u = random.Draw();
      const double k = Quantile(law, u);
      ASSERT_EQ(k, std::floor(k));
      ASSERT_GE(CountOracle(law, k), u - 1e-12L) << law.mean << " " << law.dispersion << " " << u;
      ASSERT_LT(CountOracle(law, k - 1), u + 1e-12L) << law.mean << " " << law.dispersion;
    }
  }
}

TEST(CountLawTest, CdfAgreesWithBoost) {
  Random random;
  for (const CountLaw& law : CountLaws()) {
    for (int i = 0; i < 30; ++i) {
      const double k = Quantile(law, random.Draw());
      ASSERT_NEAR(Cdf(law, k + 0.5), static_cast<double>(CountOracle(law, k)), 1e-12)
          << law.mean << " " << law.dispersion << " " << k;
    }
  }
}

TEST(CountLawTest, ADispersionNextToOneIsPoisson) {
  for (double u = 0.013; u < 1.0; u += 0.05) {
    EXPECT_EQ(Quantile(CountLaw{200.0, 1.0 + 1e-13}, u), Quantile(CountLaw{200.0, 1.0}, u));
    EXPECT_NEAR(Cdf(CountLaw{200.0, 1.0 + 1e-8}, 190.0), Cdf(CountLaw{200.0, 1.0}, 190.0), 1e-7);
  }
}

TEST(CountLawTest, HugeDispersionsEndQuickly) {
  for (const double dispersion : {1e4, 1e8, 1e12}) {
    const CountLaw law{10.0, dispersion};
    const double u = UniformFrom(0xffffffff);
    const double k = Quantile(law, u);
    ASSERT_GT(k, 10.0);
    EXPECT_NEAR(Cdf(law, k), u, 1e-9);
  }
}

TEST(CountLawTest, MeansBeyondIntegersAreContinuous) {
  const CountLaw law{1e12, 3.0};
  EXPECT_NEAR((Quantile(law, 0.5) - 1e12) / std::sqrt(3e12), 0.0, 1e-5);
  EXPECT_NEAR(Cdf(law, Quantile(law, 0.1)), 0.1, 1e-9);
}

TEST(CountLawTest, AgreesOnBothSidesOfTheContinuousBorder) {
  for (double u = 0.01; u < 1.0; u += 0.07) {
    const double below = (Quantile(CountLaw{1e10, 2.0}, u) - 1e10) / std::sqrt(2e10);
    const double above = (Quantile(CountLaw{1e10 * (1 + 1e-15), 2.0}, u) - 1e10) / std::sqrt(2e10);
    EXPECT_NEAR(below, above, 2e-5);
  }
}

TEST(AmountLawTest, AgreesWithBoost) {
  Random random;
  for (int i = 0; i < 3000; ++i) {
    const AmountLaw law{random.LogUniform(1e-3, 1e9), random.LogUniform(1e-3, 1e6)};
    const double shape = law.mean / law.dispersion;
    if (shape > 1e6 || shape < 1e-3) continue;
    const boost::math::gamma_distribution<long double> oracle(shape, law.dispersion);
    const double u = random.Uniform(0.001, 0.999);
    const long double expected = boost::math::quantile(oracle, static_cast<long double>(u));
    if (expected < 1e-290L) continue;
    ASSERT_NEAR(Quantile(law, u) / static_cast<double>(expected), 1.0, 1e-11) << shape << " " << u;
    ASSERT_NEAR(Cdf(law, static_cast<double>(expected)), u, 1e-12) << shape;
  }
}

TEST(AmountLawTest, HugeShapesAgreeOnBothSidesOfTheBorder) {
  for (double u = 0.01; u < 1.0; u += 0.07) {
    const double below = Quantile(AmountLaw{0.999e10, 1.0}, u) / 0.999e10 - 1.0;
    const double above = Quantile(AmountLaw{1.001e10, 1.0}, u) / 1.001e10 - 1.0;
    // In standard deviations, 1e-5 of the mean: equal up to the 1 in 1,000 between the two shapes.
    EXPECT_NEAR(below * 1e5, above * 1e5, 4e-3);
  }
}

TEST(AmountLawTest, NoDispersionIsTheMean) {
  EXPECT_EQ(Quantile(AmountLaw{5.0, 0.0}, 0.9), 5.0);
  EXPECT_EQ(Cdf(AmountLaw{5.0, 0.0}, 4.9), 0.0);
  EXPECT_EQ(Cdf(AmountLaw{5.0, 0.0}, 5.0), 1.0);
}

std::vector<CompoundLaw> CompoundLaws() {
  std::vector<CompoundLaw> laws;
  for (const double shape : {0.3, 1.0, 4.0}) {
    for (const double intensity : {0.05, 0.7, 3.0, 20.0, 90.0}) {
      const double scale = 2.5;
      laws.push_back({intensity * shape * scale, scale * (1.0 + shape), shape});
    }
  }
  return laws;
}

TEST(CompoundLawTest, HasItsMassAtZero) {
  const CompoundLaw law{3.0, 4.0, 1.0};
  EXPECT_NEAR(ZeroProbability(law), std::exp(-1.5), 1e-15);
  EXPECT_EQ(Quantile(law, 0.999 * std::exp(-1.5)), 0.0);
  EXPECT_GT(Quantile(law, 1.001 * std::exp(-1.5)), 0.0);
  EXPECT_EQ(Cdf(law, 0.0), ZeroProbability(law));
  EXPECT_EQ(Cdf(law, -1e-9), 0.0);
}

// Exponential sizes have a closed law: 1 - F(x) = P(Poisson(x / scale) process is behind), summed
// here term by term from the other side.
TEST(CompoundLawTest, CdfAgreesWithAnIndependentSum) {
  const double intensity = 3.0;
  const CompoundLaw law{intensity * 2.0, 4.0, 1.0};  // scale 2
  for (const double x : {0.1, 1.0, 5.0, 12.0, 30.0}) {
    double expected = 0.0;
    double poisson = std::exp(-intensity);
    for (int n = 0; n < 60; ++n) {
      double erlang_upper = 0.0;
      double term = std::exp(-x / 2.0);
      for (int j = 0; j < n; ++j) {
        erlang_upper += term;
        term *= x / 2.0 / (j + 1);
      }
      expected += poisson * (1.0 - erlang_upper);
      poisson *= intensity / (n + 1);
    }
    EXPECT_NEAR(Cdf(law, x), expected, 1e-12);
  }
}

TEST(CompoundLawTest, QuantileInvertsTheCdf) {
  Random random;
  for (const CompoundLaw& law : CompoundLaws()) {
    for (int i = 0; i < 40; ++i) {
      const double u = random.Draw();
      const double x = Quantile(law, u);
      if (u <= ZeroProbability(law)) {
        ASSERT_EQ(x, 0.0);
      } else {
        ASSERT_NEAR(Cdf(law, x), u, 1e-11) << law.mean << " " << law.shape << " " << u;
      }
    }
  }
}

// Sums of two laws at the same dispersion and shape: by simulation of both sides on 2^14 stratified
// uniforms each, Kolmogorov distance below 0.02 (the sampling error of the sum is about 0.01).
TEST(CompoundLawTest, IsClosedUnderSums) {
  constexpr int kCount = 1 << 14;
  const CompoundLaw left{2.0, 3.0, 0.8};
  const CompoundLaw right{5.0, 3.0, 0.8};
  const CompoundLaw both{7.0, 3.0, 0.8};
  std::vector<double> sums;
  for (int i = 0; i < kCount; ++i) {
    const uint32_t other = static_cast<uint32_t>(i) * 2654435761u;
    sums.push_back(Quantile(left, (i + 0.5) / kCount) + Quantile(right, UniformFrom(other)));
  }
  std::sort(sums.begin(), sums.end());
  for (int i = 0; i < kCount; i += 64) {
    if (sums[i] == 0.0) continue;
    ASSERT_NEAR(Cdf(both, sums[i]), (i + 0.5) / kCount, 0.02);
  }
}

TEST(CompoundLawTest, ManySizesContinueTheSeries) {
  for (const double shape : {0.4, 1.0, 6.0}) {
    const CompoundLaw series{99.9 * shape, 1.0 + shape, shape};
    const CompoundLaw many{100.1 * shape, 1.0 + shape, shape};
    const double series_sd = std::sqrt(series.mean * series.dispersion);
    const double many_sd = std::sqrt(many.mean * many.dispersion);
    for (double z = -5.0; z <= 5.0; z += 0.25) {
      const double step =
          Cdf(many, many.mean + z * many_sd) - Cdf(series, series.mean + z * series_sd);
      ASSERT_NEAR(step, 0.0, 1e-4) << shape << " " << z;
    }
  }
}

TEST(LogNormalLawTest, AgreesWithBoost) {
  const LogNormalLaw law{1000.0, 0.4};
  const boost::math::lognormal oracle(std::log(1000.0) - 0.08, 0.4);
  for (double u = 0.001; u < 1.0; u += 0.0137) {
    const double expected = boost::math::quantile(oracle, u);
    ASSERT_NEAR(Quantile(law, u) / expected, 1.0, 1e-12);
    ASSERT_NEAR(Cdf(law, expected), u, 1e-12);
  }
}

TEST(NormalLawTest, IsAShiftedAndStretchedStandard) {
  const NormalLaw law{-3.0, 2.0};
  EXPECT_EQ(Quantile(law, 0.5), -3.0);
  EXPECT_NEAR(Quantile(law, 0.975), -3.0 + 2.0 * 1.959963984540054, 1e-14);
  EXPECT_NEAR(Cdf(law, -1.0), 0.84134474606854293, 1e-15);
}

TEST(StudentTLawTest, AgreesWithBoostAtUnitVariance) {
  for (const double degrees : {2.5, 3.0, 7.0, 60.0}) {
    const StudentTLaw law{10.0, 4.0, degrees};
    const boost::math::students_t oracle(degrees);
    for (double u = 0.001; u < 1.0; u += 0.0137) {
      const double expected =
          10.0 + 4.0 * std::sqrt((degrees - 2.0) / degrees) * boost::math::quantile(oracle, u);
      ASSERT_NEAR(Quantile(law, u), expected, 1e-10);
      ASSERT_NEAR(Cdf(law, expected), u, 1e-12);
    }
  }
}

TEST(StudentTLawTest, InfiniteDegreesAreNormal) {
  EXPECT_EQ(Quantile(StudentTLaw{1.0, 2.0, kInfinity}, 0.7), Quantile(NormalLaw{1.0, 2.0}, 0.7));
}

// Mean and variance of a law by the midpoint rule over `count` uniforms.
template <typename Law>
std::pair<double, double> MomentsOf(const Law& law, int count) {
  double sum = 0.0, squares = 0.0;
  for (int i = 0; i < count; ++i) {
    const double x = Quantile(law, (i + 0.5) / count);
    sum += x;
    squares += x * x;
  }
  const double mean = sum / count;
  return {mean, squares / count - mean * mean};
}

template <typename Law>
void ExpectMoments(const Law& law, double mean, double variance, int count) {
  const auto [found_mean, found_variance] = MomentsOf(law, count);
  EXPECT_NEAR(found_mean / mean, 1.0, 2e-3);
  EXPECT_NEAR(found_variance / variance, 1.0, 2e-2);
}

TEST(LawsTest, HaveTheirMeanAndVariance) {
  ExpectMoments(CountLaw{12.0, 2.5}, 12.0, 30.0, 20'000);
  ExpectMoments(CountLaw{1e4, 9.0}, 1e4, 9e4, 20'000);
  ExpectMoments(AmountLaw{500.0, 80.0}, 500.0, 4e4, 20'000);
  ExpectMoments(CompoundLaw{30.0, 20.0, 0.7}, 30.0, 600.0, 4'000);
  ExpectMoments(CompoundLaw{3000.0, 20.0, 0.7}, 3000.0, 6e4, 4'000);
  ExpectMoments(LogNormalLaw{20.0, 0.3}, 20.0, 400.0 * std::expm1(0.09), 20'000);
  ExpectMoments(NormalLaw{20.0, 3.0}, 20.0, 9.0, 20'000);
  ExpectMoments(StudentTLaw{20.0, 3.0, 8.0}, 20.0, 9.0, 20'000);
}

// Non-decreasing over runs of consecutive cells of the grid, from random places.
template <typename Law>
void ExpectMonotone(const Law& law, int runs) {
  Random random;
  for (int run = 0; run < runs; ++run) {
    const int64_t first = static_cast<int64_t>(random.Draw() / kStep);
    double before = -kInfinity;
    for (int64_t i = first; i < std::min<int64_t>(first + 20, int64_t{1} << 32); ++i) {
      const double x = Quantile(law, UniformFrom(static_cast<uint32_t>(i)));
      ASSERT_GE(x, before) << "cell " << i;
      before = x;
    }
  }
}

TEST(LawsTest, AreMonotoneInTheUniform) {
  for (const CountLaw& law : CountLaws()) ExpectMonotone(law, 20);
  for (const double shape : {1e-4, 0.03, 0.9, 1.1, 29.0, 31.0, 1e4, 1e8, 1e12}) {
    ExpectMonotone(AmountLaw{shape * 3.0, 3.0}, 100);
  }
  for (const CompoundLaw& law : CompoundLaws()) ExpectMonotone(law, 5);
  ExpectMonotone(CompoundLaw{1e4, 5.0, 1.0}, 50);
  ExpectMonotone(LogNormalLaw{7.0, 0.5}, 100);
  ExpectMonotone(StudentTLaw{7.0, 0.5, 3.0}, 100);
  ExpectMonotone(NormalLaw{7.0, 0.5}, 100);
}

TEST(LawsTest, AMeanOfZeroGivesZero) {
  for (const double u : {0.1, 0.5, 1.0 - 0x1p-33}) {
    EXPECT_EQ(Quantile(CountLaw{0.0, 2.0}, u), 0.0);
    EXPECT_EQ(Quantile(AmountLaw{0.0, 2.0}, u), 0.0);
    EXPECT_EQ(Quantile(CompoundLaw{0.0, 2.0, 1.0}, u), 0.0);
    EXPECT_EQ(Quantile(LogNormalLaw{0.0, 2.0}, u), 0.0);
  }
  EXPECT_EQ(Cdf(CountLaw{0.0, 2.0}, 0.0), 1.0);
  EXPECT_EQ(Cdf(AmountLaw{0.0, 2.0}, 0.0), 1.0);
  EXPECT_EQ(ZeroProbability(CompoundLaw{0.0, 2.0, 1.0}), 1.0);
}

TEST(LawsTest, TheEndsOfTheUnitIntervalAreTheEndsOfTheSupport) {
  EXPECT_EQ(Quantile(CountLaw{3.0, 2.0}, 0.0), 0.0);
  EXPECT_EQ(Quantile(CountLaw{3.0, 2.0}, 1.0), kInfinity);
  EXPECT_EQ(Quantile(AmountLaw{3.0, 2.0}, 0.0), 0.0);
  EXPECT_EQ(Quantile(AmountLaw{3.0, 2.0}, 1.0), kInfinity);
  EXPECT_EQ(Quantile(CompoundLaw{3.0, 2.0, 1.0}, 0.0), 0.0);
  EXPECT_EQ(Quantile(CompoundLaw{3.0, 2.0, 1.0}, 1.0), kInfinity);
  EXPECT_EQ(Quantile(LogNormalLaw{3.0, 2.0}, 0.0), 0.0);
  EXPECT_EQ(Quantile(NormalLaw{3.0, 2.0}, 0.0), -kInfinity);
  EXPECT_EQ(Quantile(StudentTLaw{3.0, 2.0, 3.0}, 1.0), kInfinity);
}

TEST(LawsTest, BadParametersGiveNan) {
  EXPECT_TRUE(std::isnan(Quantile(CountLaw{-1.0, 2.0}, 0.5)));
  EXPECT_TRUE(std::isnan(Quantile(CountLaw{1.0, 0.9}, 0.5)));
  EXPECT_TRUE(std::isnan(Quantile(CountLaw{kInfinity, 2.0}, 0.5)));
  EXPECT_TRUE(std::isnan(Quantile(CountLaw{1.0, 2.0}, kNan)));
  EXPECT_TRUE(std::isnan(Quantile(CountLaw{1.0, 2.0}, 1.5)));
  EXPECT_TRUE(std::isnan(Quantile(AmountLaw{1.0, -2.0}, 0.5)));
  EXPECT_TRUE(std::isnan(Quantile(AmountLaw{kNan, 2.0}, 0.5)));
  EXPECT_TRUE(std::isnan(Quantile(CompoundLaw{1.0, 2.0, 0.0}, 0.5)));
  EXPECT_TRUE(std::isnan(ZeroProbability(CompoundLaw{1.0, kNan, 1.0})));
  EXPECT_TRUE(std::isnan(Quantile(LogNormalLaw{-1.0, 2.0}, 0.5)));
  EXPECT_TRUE(std::isnan(Quantile(NormalLaw{1.0, -2.0}, 0.5)));
  EXPECT_TRUE(std::isnan(Quantile(StudentTLaw{1.0, 2.0, 2.0}, 0.5)));
  EXPECT_TRUE(std::isnan(Cdf(CountLaw{1.0, 2.0}, kNan)));
  EXPECT_TRUE(std::isnan(Cdf(AmountLaw{1.0, 2.0}, kNan)));
}

TEST(LawsTest, FiniteInputNeverGivesNan) {
  Random random;
  for (int i = 0; i < 20'000; ++i) {
    const double mean = random.LogUniform(1e-300, 1e300);
    const double dispersion = random.LogUniform(1e-300, 1e300);
    const double shape = random.LogUniform(1e-6, 1e6);
    const double u = random.Draw();
    ASSERT_GE(Quantile(CountLaw{mean, 1.0 + dispersion}, u), 0.0) << mean << " " << dispersion;
    ASSERT_GE(Quantile(AmountLaw{mean, dispersion}, u), 0.0) << mean << " " << dispersion;
    ASSERT_GE(Quantile(CompoundLaw{mean, dispersion, shape}, u), 0.0)
        << mean << " " << dispersion << " " << shape << " " << u;
  }
}

TEST(LawsTest, KeepTheirBits) {
  uint64_t digest = 0;
  const auto add = [&digest](double value) {
    digest = digest * 0x100000001b3u ^ std::bit_cast<uint64_t>(value);
  };
  for (uint32_t i = 0; i < 300; ++i) {
    const double u = UniformFrom(i * 2654435761u);
    for (const double mean : {0.3, 20.0, 300.0, 1e5}) {
      add(Quantile(CountLaw{mean, 1.7}, u));
      add(Quantile(AmountLaw{mean, 1.7}, u));
      add(Quantile(CompoundLaw{mean, 1.7, 0.8}, u));
      add(Quantile(LogNormalLaw{mean, 0.4}, u));
      add(Quantile(StudentTLaw{mean, 0.4, 4.0}, u));
    }
  }
  EXPECT_EQ(digest, 13662738864961259224u);
}

}  // namespace
}  // namespace jalon::sim
