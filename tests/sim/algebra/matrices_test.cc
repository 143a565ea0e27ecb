#include "sim/algebra/matrices.h"

#include <limits>
#include <numeric>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jalon::sim {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

TEST(MatricesTest, AddsAProductToWhatIsThere) {
  // Columns (1, 2) and (10, 20).
  EXPECT_THAT(PlusProduct({100, 200}, {1, 2, 10, 20}, {3, 4}), ElementsAre(143, 286));
}

TEST(MatricesTest, LeavesWhatIsThereWithoutColumns) {
  EXPECT_THAT(PlusProduct({5, 6}, {}, {}), ElementsAre(5, 6));
}

TEST(MatricesTest, WeighsTheColumnsOfASquare) {
  // 2 (1, 2)(1, 2)' + 3 (1, 0)(1, 0)'.
  EXPECT_THAT(WeightedSquare({1, 2, 1, 0}, 2, {2, 3}), ElementsAre(5, 4, 4, 8));
}

TEST(MatricesTest, SumsAnyNumberOfValues) {
  std::vector<double> v(101);
  std::iota(v.begin(), v.end(), 0.0);
  EXPECT_EQ(Sum(v), 5'050);
  EXPECT_EQ(Sum(std::span(v).subspan(1, 4)), 10);
  EXPECT_EQ(Sum({}), 0);
  EXPECT_EQ(Dot(v, v), 338'350);
}

TEST(MatricesTest, AveragesRowsNotColumns) {
  EXPECT_THAT(RowMeans({1, 2, 3, 4, 5, 6, 7, 8, 9}, 3), ElementsAre(4, 5, 6));
}

TEST(MatricesTest, FindsAscendingEigenvaluesWithTheirVectors) {
  const Eigensystem found = SymmetricEigensystem({2, 1, 1, 2}, 2);
  ASSERT_TRUE(found.converged);
  EXPECT_THAT(found.values, ElementsAre(DoubleNear(1, 1e-12), DoubleNear(3, 1e-12)));
  EXPECT_NEAR(found.vectors[0] + found.vectors[1], 0, 1e-12);
  EXPECT_NEAR(found.vectors[2] - found.vectors[3], 0, 1e-12);
  EXPECT_THAT(SymmetricEigenvalues({2, 1, 1, 2}, 2).values,
              ElementsAre(DoubleNear(1, 1e-12), DoubleNear(3, 1e-12)));
}

TEST(MatricesTest, SaysThatAMatrixOfNoNumbersHasNoEigenvalues) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(SymmetricEigensystem({nan, nan, nan, nan}, 2).converged);
  EXPECT_FALSE(SymmetricEigenvalues({nan, nan, nan, nan}, 2).converged);
}

TEST(MatricesTest, FindsTheAxesOfASquare) {
  // Columns (3, 0) and (0, 2): the second has the lower eigenvalue.
  const Eigensystem found = SquareEigensystem({3, 0, 0, 2}, 2, 2);
  EXPECT_THAT(found.values, ElementsAre(DoubleNear(4, 1e-12), DoubleNear(9, 1e-12)));
  EXPECT_NEAR(found.vectors[0], 0, 1e-12);
  EXPECT_NEAR(found.vectors[3], 0, 1e-12);
}

TEST(MatricesTest, FindsTheSpectralRadiusOfRotationsAndTriangles) {
  EXPECT_NEAR(SpectralRadius({0, -0.5, 0.5, 0}, 2), 0.5, 1e-12);
  EXPECT_NEAR(SpectralRadius({0.9, 100, 0, -1.2}, 2), 1.2, 1e-12);
  EXPECT_EQ(SpectralRadius({}, 0), 0);
}

TEST(MatricesTest, SolvesAOneColumnRidgeInClosedForm) {
  // sum(x y) / (sum(x x) + precision) = 11 / (5 + 0.5).
  EXPECT_THAT(SolveRidge({1, 2}, {3, 4}, {0.5}), ElementsAre(DoubleNear(2.0, 1e-12)));
}

TEST(MatricesTest, SolvesARidgeWithMoreColumnsThanRows) {
  EXPECT_THAT(SolveRidge({1, 1}, {2}, {1, 1}),
              ElementsAre(DoubleNear(2.0 / 3, 1e-12), DoubleNear(2.0 / 3, 1e-12)));
}

TEST(MatricesTest, InvertsWhatHasVarianceOnly) {
  const std::vector<double> inverse = PseudoInverse({2, 2, 2, 2}, 2);
  EXPECT_THAT(inverse,
              ElementsAreArray(std::vector<testing::Matcher<double>>(4, DoubleNear(0.125, 1e-12))));
  EXPECT_THAT(PseudoInverse({0}, 1), ElementsAre(0));
  EXPECT_THAT(PseudoInverse({4}, 1), ElementsAre(DoubleNear(0.25, 1e-15)));
}

}  // namespace
}  // namespace jalon::sim
