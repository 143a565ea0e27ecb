#include "sim/kernel/factor_points.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/math.h"
#include "sim/engine/executor.h"
#include "sim/kernel/lanes.h"
#include "sim/kernel/symmetric.h"
#include "sim/random/sobol.h"
#include "sim/random/stream.h"
#include "tests/sim/engine/thread_executor.h"
#include "tests/sim/kernel/conditional_twin.h"
#include "tests/sim/kernel/every_isa.h"

namespace jalon::sim {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kSeed = 0xfedcba9876543210;

FactorPaths Draw(const FactorLaw& law, int64_t points, uint64_t seed = kSeed) {
  InlineExecutor executor;
  auto factors = DrawFactorPoints(law, points, seed, executor);
  EXPECT_TRUE(factors.ok()) << factors.status();
  return *std::move(factors);
}

// Independent factors of one period, the k-th of standard deviation 2^-k.
FactorLaw Halving(int factors) {
  FactorLaw law = {.periods = 1, .factors = factors, .period_covariance = {1.0}};
  for (int k = 0; k < factors; ++k) {
    for (int l = 0; l < factors; ++l) {
      law.factor_covariance.push_back(k == l ? std::ldexp(1.0, -2 * k) : 0.0);
    }
  }
  return law;
}

using FactorPointsTest = EveryIsaTest;
INSTANTIATE_TEST_SUITE_P(Isa, FactorPointsTest, ::testing::ValuesIn(KernelIsas()), NameOfIsa);

TEST_P(FactorPointsTest, AreTheScrambledSobolPointsOfTheEngine) {
  constexpr int kFactors = 12;
  const FactorPaths factors = Draw(Halving(kFactors), 100);
  for (int scramble = 0; scramble < kLanes; ++scramble) {
    const ScrambledSobol sobol(kSeed, scramble, kFactors);
    for (int point = 0; point < 100; ++point) {
      for (int k = 0; k < kFactors; ++k) {
        const double z = NormalInverseCdf(UniformFrom(sobol.Bits(point, k)));
        ASSERT_NEAR(factors.At(point * kLanes + scramble, 0, k), std::ldexp(z, -k),
                    std::ldexp(2e-5, -k));
      }
    }
  }
}

TEST_P(FactorPointsTest, HaveTheCovarianceOfTheLaw) {
  for (int periods : {1, 3, 12, 17}) {
    const FactorLaw law = MakeFactorLaw(periods, 5);
    const FactorPaths factors = Draw(law, 1'024);
    const int t = periods - 1;
    const int u = periods / 2;
    double product = 0.0;
    double across = 0.0;
    for (int64_t path = 0; path < factors.paths(); ++path) {
      product += factors.At(path, t, 2) * factors.At(path, u, 2);
      across += factors.At(path, t, 0) * factors.At(path, t, 4);
    }
    // 16,384 independent paths would give standard errors up to 0.011.
    const auto n = static_cast<double>(factors.paths());
    EXPECT_NEAR(product / n, law.period_covariance[t * periods + u], 0.02) << periods;
    EXPECT_NEAR(across / n, 0.3 * law.period_covariance[t * periods + t], 0.02) << periods;
  }
}

TEST_P(FactorPointsTest, BeyondSobolDimensionsAreIndependentDraws) {
  FactorLaw law = Halving(256);
  for (double& x : law.factor_covariance) x = x > 0.0 ? 1.0 : 0.0;
  law.periods = 2;
  law.period_covariance = {1.0, 0.0, 0.0, 0.25};
  const FactorPaths factors = Draw(law, 3);
  // The second period has the smaller variance: dimensions 256 to 511.
  for (int64_t path = 0; path < factors.paths(); ++path) {
    for (int k : {0, 100, 255}) {
      const double z = DrawNormal(kSeed, {.purpose = Purpose::kNationalFactor,
                                          .id = static_cast<uint64_t>(256 + k),
                                          .path = static_cast<uint64_t>(path)});
      ASSERT_NEAR(factors.At(path, 1, k), 0.5 * z, 1e-6);
    }
  }
}

TEST(FactorPointsBitsTest, AreTheSameWithFusedMultiplyAddAndOnAnyThreads) {
  const FactorLaw law = MakeFactorLaw(12, 16);
  const auto values = [&](Executor& executor) {
    const auto factors = DrawFactorPoints(law, 50, kSeed, executor);
    return std::vector<float>(factors->data(), factors->data() + 50 * kLanes * 12 * 16);
  };
  InlineExecutor alone;
  const std::vector<float> expected = values(alone);
  const auto found = UnderEach(SameBitsIsas(), [&] {
    ThreadExecutor executor(3);
    return values(executor);
  });
  for (const auto& values : found) EXPECT_EQ(values, expected);
}

TEST(FactorPointsBitsTest, MorePointsBeginWithTheSamePoints) {
  const FactorLaw law = MakeFactorLaw(3, 4);
  const FactorPaths few = Draw(law, 5);
  const FactorPaths many = Draw(law, 40);
  for (int64_t path = 0; path < few.paths(); ++path) {
    for (int k = 0; k < 4; ++k) ASSERT_EQ(few.At(path, 2, k), many.At(path, 2, k));
  }
}

std::string Refusal(const FactorLaw& law, int64_t points) {
  InlineExecutor executor;
  const auto factors = DrawFactorPoints(law, points, kSeed, executor);
  EXPECT_EQ(factors.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(factors.status().message());
}

TEST(FactorPointsErrorsTest, RefuseWhatIsNoLaw) {
  FactorLaw law = MakeFactorLaw(3, 2);
  EXPECT_THAT(Refusal(law, 0), HasSubstr("points"));
  law.periods = 4;
  EXPECT_THAT(Refusal(law, 1), HasSubstr("period_covariance has 9 values, not 4 x 4"));
  law = MakeFactorLaw(3, 2);
  law.factor_covariance[1] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(Refusal(law, 1), HasSubstr("factor_covariance[1,0]"));
  law = MakeFactorLaw(61, 2);
  EXPECT_THAT(Refusal(law, 1), HasSubstr("1 to 60"));
}

TEST(PrincipalComponentsTest, MakeTheMatrixAgainAndDecrease) {
  const FactorLaw law = MakeFactorLaw(12, 1);
  const Components components = PrincipalComponents(law.period_covariance, 12);
  for (int t = 0; t < 12; ++t) {
    EXPECT_GE(components.values[std::max(t - 1, 0)], components.values[t]);
    for (int u = 0; u < 12; ++u) {
      double sum = 0.0;
      for (int c = 0; c < 12; ++c) {
        sum +=
            components.values[c] * components.vectors[c * 12 + t] * components.vectors[c * 12 + u];
      }
      ASSERT_NEAR(sum, law.period_covariance[t * 12 + u], 1e-13);
    }
  }
}

TEST(PrincipalComponentsTest, OfAKnownMatrix) {
  const std::vector<double> matrix = {2.0, 1.0, 1.0, 2.0};
  const Components components = PrincipalComponents(matrix, 2);
  EXPECT_NEAR(components.values[0], 3.0, 1e-14);
  EXPECT_NEAR(components.values[1], 1.0, 1e-14);
  EXPECT_NEAR(components.vectors[0], std::sqrt(0.5), 1e-14);
  EXPECT_NEAR(components.vectors[1], std::sqrt(0.5), 1e-14);
}

}  // namespace
}  // namespace jalon::sim
