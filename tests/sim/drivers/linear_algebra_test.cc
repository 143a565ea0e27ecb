#include "sim/drivers/linear_algebra.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;

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

}  // namespace
}  // namespace jalon::sim
