// Gamma, beta and Student-t functions of sim/base/math.h against Boost.Math in extended precision.
#include <bit>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include "gtest/gtest.h"
#include "sim/base/math.h"

namespace jalon::sim {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
// Smaller probabilities are not compared.
constexpr double kSmallest = 1e-290;

double RelativeError(double value, long double expected) {
  return static_cast<double>(std::abs(value - expected) / std::abs(expected));
}

class Random {
 public:
  double Uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(generator_);
  }
  double LogUniform(double low, double high) {
    return low * std::exp(Uniform(0.0, std::log(high / low)));
  }

 private:
  std::mt19937_64 generator_{29};
};

struct Range {
  double low;
  double high;
};

TEST(LogGammaTest, AgreesWithBoostAroundItsZeros) {
  for (double x = 0.05; x < 20.0; x += 0.00137) {
    const long double expected = boost::math::lgamma(static_cast<long double>(x));
    ASSERT_LT(RelativeError(LogGamma(x), expected), 4e-15) << x;
  }
}

TEST(LogGammaTest, AgreesWithBoostFarAway) {
  for (double x = 1e-300; x < 1e300; x *= 1.37) {
    const long double expected = boost::math::lgamma(static_cast<long double>(x));
    ASSERT_LT(RelativeError(LogGamma(x), expected), 4e-15) << x;
  }
}

TEST(LogGammaTest, IsZeroAtOneAndTwoAndInfiniteAtTheEnds) {
  EXPECT_EQ(LogGamma(1.0), 0.0);
  EXPECT_EQ(LogGamma(2.0), 0.0);
  EXPECT_EQ(LogGamma(0.0), kInfinity);
  EXPECT_EQ(LogGamma(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(LogGamma(-0.5)));
  EXPECT_TRUE(std::isnan(LogGamma(kNan)));
}

class IncompleteGammaTest : public ::testing::TestWithParam<Range> {
 protected:
  // A point within 8 standard deviations of the mean, or anywhere over four decades.
  double DrawPoint(double a) {
    if (random_.Uniform(0, 1) < 0.3) return a * random_.LogUniform(1e-3, 10.0);
    const double root = 1.0 - 1.0 / (9.0 * a) + random_.Uniform(-8, 8) / (3.0 * std::sqrt(a));
    return a * std::pow(std::max(root, 1e-3), 3);
  }

  Random random_;
};

TEST_P(IncompleteGammaTest, SmallerTailAndKernelAgreeWithBoost) {
  for (int i = 0; i < 4000; ++i) {
    const double a = random_.LogUniform(GetParam().low, GetParam().high);
    const double x = DrawPoint(a);
    const long double la = a;
    const long double lx = x;
    const long double lower = boost::math::gamma_p(la, lx);
    const long double upper = boost::math::gamma_q(la, lx);
    const long double kernel = lx * boost::math::gamma_p_derivative(la, lx);
    const Tails tails = IncompleteGamma(a, x);
    if (lower <= upper && lower > kSmallest) {
      ASSERT_LT(RelativeError(tails.lower, lower), 2e-12) << a << " " << x;
    }
    if (upper < lower && upper > kSmallest) {
      ASSERT_LT(RelativeError(tails.upper, upper), 2e-12) << a << " " << x;
    }
    if (kernel > kSmallest) {
      ASSERT_LT(RelativeError(tails.kernel, kernel), 2e-12) << a << " " << x;
    }
    ASSERT_NEAR(tails.lower + tails.upper, 1.0, 1e-15);
  }
}

TEST_P(IncompleteGammaTest, QuantileAgreesWithBoost) {
  for (int i = 0; i < 1000; ++i) {
    const double a = random_.LogUniform(GetParam().low, GetParam().high);
    const double tail = random_.LogUniform(1e-10, 0.5);
    const bool below = random_.Uniform(0, 1) < 0.5;
    const double p = below ? tail : 1.0 - tail;
    const long double la = a;
    const long double expected = below ? boost::math::gamma_p_inv(la, static_cast<long double>(p))
                                       : boost::math::gamma_q_inv(la, 1.0L - p);
    if (expected < 1e-300L) continue;
    ASSERT_LT(RelativeError(GammaQuantile(a, p), expected), 1e-12) << a << " " << p;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, IncompleteGammaTest,
                         ::testing::Values(Range{1e-6, 0.01}, Range{0.01, 1.0}, Range{1.0, 12.0},
                                           Range{12.0, 30.0}, Range{30.0, 100.0}, Range{100.0, 1e4},
                                           Range{1e4, 1e6}));

TEST(IncompleteGammaEdgesTest, EndsOfTheLineAreExact) {
  EXPECT_EQ(IncompleteGamma(2.0, 0.0).lower, 0.0);
  EXPECT_EQ(IncompleteGamma(2.0, 0.0).upper, 1.0);
  EXPECT_EQ(IncompleteGamma(2.0, kInfinity).lower, 1.0);
  EXPECT_EQ(IncompleteGamma(2.0, kInfinity).upper, 0.0);
}

TEST(IncompleteGammaEdgesTest, RefusesBadArguments) {
  EXPECT_TRUE(std::isnan(IncompleteGamma(0.0, 1.0).lower));
  EXPECT_TRUE(std::isnan(IncompleteGamma(-1.0, 1.0).lower));
  EXPECT_TRUE(std::isnan(IncompleteGamma(1.0, -1.0).upper));
  EXPECT_TRUE(std::isnan(IncompleteGamma(kNan, 1.0).upper));
  EXPECT_TRUE(std::isnan(IncompleteGamma(1.0, kNan).kernel));
}

TEST(IncompleteGammaEdgesTest, IsContinuousWhereTheMethodChanges) {
  for (const double a : {29.999999999999996, 30.0}) {
    EXPECT_NEAR(IncompleteGamma(a, 29.0).lower, IncompleteGamma(30.0, 29.0).lower, 1e-14);
  }
  // Around the deviance where the expansion of a large shape hands over.
  double before = 0.0;
  for (double x = 30.0; x < 200.0; x += 0.01) {
    const double lower = IncompleteGamma(100.0, x).lower;
    ASSERT_GE(lower, before) << x;
    before = lower;
  }
}

TEST(GammaQuantileTest, HasItsLimitsAndRefusesTheRest) {
  EXPECT_EQ(GammaQuantile(2.0, 0.0), 0.0);
  EXPECT_EQ(GammaQuantile(2.0, 1.0), kInfinity);
  EXPECT_TRUE(std::isnan(GammaQuantile(0.0, 0.5)));
  EXPECT_TRUE(std::isnan(GammaQuantile(1.0, -0.1)));
  EXPECT_TRUE(std::isnan(GammaQuantile(1.0, 1.1)));
  EXPECT_TRUE(std::isnan(GammaQuantile(kNan, 0.5)));
}

TEST(GammaQuantileTest, IsZeroWhereItIsSmallerThanAnyDouble) {
  EXPECT_EQ(GammaQuantile(1e-6, 0.5), 0.0);
  EXPECT_GT(GammaQuantile(1e-6, 1.0 - 1e-8), 0.0);
}

TEST(GammaQuantileTest, IsExponentialForShapeOne) {
  for (double p = 0.001; p < 1.0; p += 0.001) {
    ASSERT_NEAR(GammaQuantile(1.0, p) / -std::log1p(-p), 1.0, 1e-13);
  }
}

TEST(GammaQuantileTest, IncreasesOnTheGridOfDraws) {
  constexpr double kStep = 0x1p-32;
  for (const double a : {0.02, 0.7, 3.0, 29.0, 31.0, 1000.0, 1e6, 1e8}) {
    for (const double centre : {0.3, 0.5, 0.7, 0.999}) {
      const int64_t first = static_cast<int64_t>(centre / kStep) - 50;
      for (int64_t i = first; i < first + 100; ++i) {
        ASSERT_LE(GammaQuantile(a, (i + 0.5) * kStep), GammaQuantile(a, (i + 1.5) * kStep))
            << a << " " << i;
      }
    }
  }
}

struct BetaRanges {
  Range a;
  Range b;
};

class IncompleteBetaTest : public ::testing::TestWithParam<BetaRanges> {};

TEST_P(IncompleteBetaTest, SmallerTailAndKernelAgreeWithBoost) {
  Random random;
  for (int i = 0; i < 2000; ++i) {
    const double a = random.LogUniform(GetParam().a.low, GetParam().a.high);
    const double b = random.LogUniform(GetParam().b.low, GetParam().b.high);
    const double mean = a / (a + b);
    const double sd = std::sqrt(mean * (1.0 - mean) / (a + b + 1.0));
    const double x = i % 4 == 0 ? random.Uniform(0, 1) : mean + sd * random.Uniform(-8, 8);
    if (!(x > 0.0 && x < 1.0)) continue;
    const long double la = a, lb = b, lx = x;
    const long double lower = boost::math::ibeta(la, lb, lx);
    const long double upper = boost::math::ibetac(la, lb, lx);
    const long double kernel = lx * (1.0L - lx) * boost::math::ibeta_derivative(la, lb, lx);
    const Tails tails = IncompleteBeta(a, b, x, static_cast<double>(1.0L - lx));
    if (lower <= upper && lower > kSmallest) {
      ASSERT_LT(RelativeError(tails.lower, lower), 4e-12) << a << " " << b << " " << x;
    }
    if (upper < lower && upper > kSmallest) {
      ASSERT_LT(RelativeError(tails.upper, upper), 4e-12) << a << " " << b << " " << x;
    }
    if (kernel > kSmallest) {
      ASSERT_LT(RelativeError(tails.kernel, kernel), 4e-12) << a << " " << b << " " << x;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, IncompleteBetaTest,
    ::testing::Values(BetaRanges{{0.01, 1}, {0.01, 1}}, BetaRanges{{0.01, 1}, {1, 100}},
                      BetaRanges{{1, 40}, {1, 40}}, BetaRanges{{1, 40}, {40, 1e6}},
                      BetaRanges{{40, 1e4}, {40, 1e4}}, BetaRanges{{1e4, 1e6}, {1e4, 1e6}},
                      BetaRanges{{100, 1000}, {1e5, 1e8}}, BetaRanges{{0.5, 0.5}, {0.5, 1e7}}));

TEST(IncompleteBetaEdgesTest, EndsAndBadArguments) {
  EXPECT_EQ(IncompleteBeta(2.0, 3.0, 0.0, 1.0).lower, 0.0);
  EXPECT_EQ(IncompleteBeta(2.0, 3.0, 1.0, 0.0).lower, 1.0);
  EXPECT_TRUE(std::isnan(IncompleteBeta(0.0, 3.0, 0.5, 0.5).lower));
  EXPECT_TRUE(std::isnan(IncompleteBeta(2.0, kInfinity, 0.5, 0.5).lower));
  EXPECT_TRUE(std::isnan(IncompleteBeta(2.0, 3.0, -0.5, 1.5).lower));
  EXPECT_TRUE(std::isnan(IncompleteBeta(2.0, 3.0, kNan, 0.5).lower));
}

TEST(IncompleteBetaEdgesTest, TheComplementKeepsItsDigits) {
  // I_x(1, b) = 1 - y^b: with y = 1e-30, x rounds to 1 and only y tells.
  EXPECT_NEAR(IncompleteBeta(1.0, 2.0, 1.0, 1e-30).upper / 1e-60, 1.0, 1e-13);
  EXPECT_NEAR(IncompleteBeta(2.0, 1.0, 1e-30, 1.0).lower / 1e-60, 1.0, 1e-13);
}

TEST(BetaQuantileTest, IsAPowerWhereOneShapeIsOne) {
  for (const double p : {0.01, 0.3, 0.5, 0.9, 0.999}) {
    EXPECT_NEAR(BetaQuantile(2.5, 1.0, p), std::pow(p, 1.0 / 2.5), 1e-12);
    EXPECT_NEAR(BetaQuantile(1.0, 0.7, p), 1.0 - std::pow(1.0 - p, 1.0 / 0.7), 1e-12);
  }
}

TEST(BetaQuantileTest, InvertsTheDistributionFunction) {
  for (const double a : {0.05, 0.8, 6.0, 400.0, 3e5}) {
    for (const double b : {0.3, 4.0, 1000.0}) {
      for (const double p : {0.1, 0.5, 0.9}) {
        const double x = BetaQuantile(a, b, p);
        // The tail is steep where a shape is small: the x of a neighbour is as good.
        const double below = IncompleteBeta(a, b, std::max(x - 1e-14, 0.0), 1.0 - x + 1e-14).lower;
        const double above = IncompleteBeta(a, b, std::min(x + 1e-14, 1.0), 1.0 - x - 1e-14).lower;
        EXPECT_LE(below, p + 1e-9) << a << " " << b;
        EXPECT_GE(above, p - 1e-9) << a << " " << b;
      }
    }
  }
}

TEST(BetaQuantileTest, HasItsLimitsAndRefusesTheRest) {
  EXPECT_EQ(BetaQuantile(2.0, 3.0, 0.0), 0.0);
  EXPECT_EQ(BetaQuantile(2.0, 3.0, 1.0), 1.0);
  EXPECT_TRUE(std::isnan(BetaQuantile(0.0, 3.0, 0.5)));
  EXPECT_TRUE(std::isnan(BetaQuantile(2.0, kInfinity, 0.5)));
  EXPECT_TRUE(std::isnan(BetaQuantile(2.0, 3.0, 1.5)));
}

class StudentTTest : public ::testing::TestWithParam<Range> {};

TEST_P(StudentTTest, AgreesWithBoostBothWays) {
  Random random;
  for (int i = 0; i < 2000; ++i) {
    const double nu = random.LogUniform(GetParam().low, GetParam().high);
    const boost::math::students_t_distribution<long double> law(nu);
    const double t = -std::min(37.0, random.LogUniform(1e-3, 100.0));
    const long double tail = boost::math::cdf(law, static_cast<long double>(t));
    ASSERT_LT(RelativeError(StudentTCdf(nu, t), tail), 1e-12) << nu << " " << t;
    const double p = random.LogUniform(1e-10, 0.4999);
    const long double quantile = boost::math::quantile(law, static_cast<long double>(p));
    ASSERT_LT(RelativeError(StudentTInverseCdf(nu, p), quantile), 1e-12) << nu << " " << p;
  }
}

INSTANTIATE_TEST_SUITE_P(Degrees, StudentTTest,
                         ::testing::Values(Range{1.0, 2.0}, Range{2.0, 10.0}, Range{10.0, 100.0},
                                           Range{100.0, 1e6}));

TEST(StudentTEdgesTest, IsSymmetricWithTheExpectedLimits) {
  EXPECT_EQ(StudentTCdf(3.0, 0.0), 0.5);
  EXPECT_EQ(StudentTCdf(3.0, kInfinity), 1.0);
  EXPECT_EQ(StudentTCdf(3.0, -kInfinity), 0.0);
  EXPECT_EQ(StudentTInverseCdf(3.0, 0.5), 0.0);
  EXPECT_EQ(StudentTInverseCdf(3.0, 0.0), -kInfinity);
  EXPECT_EQ(StudentTInverseCdf(3.0, 1.0), kInfinity);
  EXPECT_EQ(StudentTInverseCdf(3.0, 0.25), -StudentTInverseCdf(3.0, 0.75));
}

TEST(StudentTEdgesTest, BecomesTheNormalLaw) {
  EXPECT_EQ(StudentTCdf(kInfinity, 1.5), NormalCdf(1.5));
  EXPECT_EQ(StudentTInverseCdf(kInfinity, 0.9), NormalInverseCdf(0.9));
  EXPECT_NEAR(StudentTInverseCdf(1e12, 1e-6), NormalInverseCdf(1e-6), 1e-10);
}

TEST(StudentTEdgesTest, RefusesBadArguments) {
  EXPECT_TRUE(std::isnan(StudentTCdf(0.5, 1.0)));
  EXPECT_TRUE(std::isnan(StudentTCdf(3.0, kNan)));
  EXPECT_TRUE(std::isnan(StudentTInverseCdf(3.0, 1.5)));
  EXPECT_TRUE(std::isnan(StudentTInverseCdf(kNan, 0.5)));
}

TEST(StudentTEdgesTest, InverseIncreasesOnTheGridOfDraws) {
  constexpr double kStep = 0x1p-32;
  for (const double nu : {1.0, 3.0, 4.5, 30.0, 1e5}) {
    for (const double centre : {0.0, 0.2, 0.5, 0.8, 0.9999999}) {
      const int64_t first = static_cast<int64_t>(centre / kStep);
      for (int64_t i = first; i < first + 100; ++i) {
        ASSERT_LT(StudentTInverseCdf(nu, (i + 0.5) * kStep),
                  StudentTInverseCdf(nu, (i + 1.5) * kStep))
            << nu << " " << i;
      }
    }
  }
}

TEST(SameBitsTest, SpecialFunctionsKeepTheirBits) {
  uint64_t digest = 0;
  const auto add = [&digest](double value) {
    digest = digest * 0x100000001b3u ^ std::bit_cast<uint64_t>(value);
  };
  for (double a = 0.01; a < 1e5; a *= 1.7) {
    for (double p = 0.0137; p < 1.0; p += 0.07) {
      const double x = GammaQuantile(a, p);
      add(x);
      add(IncompleteGamma(a, 1.1 * x).upper);
      add(IncompleteBeta(a, 3.0 + 10.0 * p, p, 1.0 - p).lower);
      add(IncompleteBeta(a + 3e4, a + 4e4, 0.43, 0.57).upper);
      add(StudentTInverseCdf(1.0 + a, p));
    }
  }
  EXPECT_EQ(digest, 14951563605137299357u);
}

}  // namespace
}  // namespace jalon::sim
