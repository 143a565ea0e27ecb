#include "sim/algebra/cholesky.h"

#include <limits>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jalon::sim {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

// L = (2, 0; 1, 3).
const std::vector<double>& Covariance() {
  static const auto* const kCovariance = new std::vector<double>{4, 2, 2, 10};
  return *kCovariance;
}

TEST(CholeskyTest, FactorsACovariance) {
  Cholesky factor;
  ASSERT_TRUE(factor.Factor(Covariance(), 2));
  EXPECT_THAT(factor.Pivots(), ElementsAre(2, 3));
  EXPECT_THAT(factor.Whiten({2, 7}), ElementsAre(1, 2));
  EXPECT_THAT(factor.Solve({8, 22}), ElementsAre(DoubleNear(1, 1e-12), DoubleNear(2, 1e-12)));
}

TEST(CholeskyTest, ReadsTheLowerTriangleOnly) {
  Cholesky factor;
  ASSERT_TRUE(factor.Factor({4, 2, std::numeric_limits<double>::quiet_NaN(), 10}, 2));
  EXPECT_THAT(factor.Pivots(), ElementsAre(2, 3));
}

TEST(CholeskyTest, ConjugatesItsInverse) {
  Cholesky factor;
  ASSERT_TRUE(factor.Factor(Covariance(), 2));
  // M^-1 = (10, -2; -2, 4) / 36.
  EXPECT_THAT(factor.MinusConjugate({1, 0}, 1), ElementsAre(DoubleNear(-10.0 / 36, 1e-12)));
  EXPECT_THAT(factor.MinusConjugate({1, 1, 0, 1}, 2),
              ElementsAre(DoubleNear(-10.0 / 36, 1e-12), DoubleNear(-8.0 / 36, 1e-12),
                          DoubleNear(-8.0 / 36, 1e-12), DoubleNear(-10.0 / 36, 1e-12)));
}

TEST(CholeskyTest, RefusesWhatIsNotPositiveDefinite) {
  Cholesky factor;
  EXPECT_FALSE(factor.Factor({1, 2, 2, 1}, 2));
  EXPECT_FALSE(factor.Factor({0}, 1));
  EXPECT_FALSE(factor.Factor({std::numeric_limits<double>::infinity()}, 1));
  EXPECT_TRUE(factor.Factor({4}, 1)) << "what was refused leaves nothing behind";
}

TEST(CholeskyTest, TakesAnEmptyCovariance) {
  Cholesky factor;
  ASSERT_TRUE(factor.Factor({}, 0));
  EXPECT_THAT(factor.Pivots(), ElementsAre());
}

TEST(CholeskyTest, KeepsItsFactorWhenMoved) {
  Cholesky factor;
  ASSERT_TRUE(factor.Factor(Covariance(), 2));
  const Cholesky moved = std::move(factor);
  EXPECT_THAT(moved.Pivots(), ElementsAre(2, 3));
}

}  // namespace
}  // namespace jalon::sim
