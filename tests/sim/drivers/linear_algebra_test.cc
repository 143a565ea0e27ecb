#include "sim/drivers/linear_algebra.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jalon::sim {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

TEST(LinearAlgebraTest, FindsTheSpectralRadiusOfRotationsAndTriangles) {
  EXPECT_NEAR(SpectralRadius({0, -0.5, 0.5, 0}, 2), 0.5, 1e-12);
  EXPECT_NEAR(SpectralRadius({0.9, 100, 0, -1.2}, 2), 1.2, 1e-12);
  EXPECT_EQ(SpectralRadius({}, 0), 0);
}

TEST(LinearAlgebraTest, SolvesAOneColumnRidgeInClosedForm) {
  // sum(x y) / (sum(x x) + precision) = 11 / (5 + 0.5).
  EXPECT_THAT(SolveRidge({1, 2}, {3, 4}, {0.5}), ElementsAre(DoubleNear(2.0, 1e-12)));
}

TEST(LinearAlgebraTest, SolvesARidgeWithMoreColumnsThanRows) {
  EXPECT_THAT(SolveRidge({1, 1}, {2}, {1, 1}),
              ElementsAre(DoubleNear(2.0 / 3, 1e-12), DoubleNear(2.0 / 3, 1e-12)));
}

TEST(LinearAlgebraTest, LeavesACorrelationThatIsOneAlone) {
  const std::vector<double> correlation = {1, 0.5, 0.5, 1};
  EXPECT_EQ(NearestByShrinking(correlation, 2), correlation);
}

TEST(LinearAlgebraTest, ShrinksAnImpossibleCorrelationUntilItIsPossible) {
  // a with b and b with c nearly one, a with c nearly minus one.
  const std::vector<double> shrunk =
      NearestByShrinking({1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1}, 3);
  // The lowest eigenvalue is 1 - 1.8.
  EXPECT_NEAR(shrunk[1], 0.9 / 1.8, 1e-12);
  EXPECT_NEAR(shrunk[2], -0.9 / 1.8, 1e-12);
  EXPECT_EQ(shrunk[0], 1);
}

TEST(LinearAlgebraTest, FactorsASingularMatrix) {
  const std::vector<double> matrix = {4, 2, 6, 2, 1, 3, 6, 3, 10};
  const std::vector<double> l = LowerFactor(matrix, 3);
  EXPECT_THAT(l, ElementsAre(2, 0, 0, 1, 0, 0, 3, 0, 1));
}

TEST(LinearAlgebraTest, InvertsWhatHasVarianceOnly) {
  const std::vector<double> inverse = PseudoInverse({2, 2, 2, 2}, 2);
  EXPECT_THAT(inverse,
              ElementsAreArray(std::vector<testing::Matcher<double>>(4, DoubleNear(0.125, 1e-12))));
  EXPECT_THAT(PseudoInverse({0}, 1), ElementsAre(0));
  EXPECT_THAT(PseudoInverse({4}, 1), ElementsAre(DoubleNear(0.25, 1e-15)));
}

}  // namespace
}  // namespace jalon::sim
