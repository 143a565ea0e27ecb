#include "sim/perimeter/apportion.h"

#include <numeric>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jalon::sim {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;

using Numbers = std::vector<double>;

TEST(ApportionTest, GivesTheRestOfAWholeNumberToTheLargestRemainders) {
  EXPECT_THAT(SplitWhole(10, Numbers{0.26, 0.34, 0.40}, {}), ElementsAre(3, 3, 4));
  EXPECT_THAT(SplitWhole(1, Numbers{0.3, 0.3, 0.4}, {}), ElementsAre(0, 0, 1));
  EXPECT_THAT(SplitWhole(0, Numbers{0.5, 0.5}, {}), ElementsAre(0, 0));
}

TEST(ApportionTest, GivesTiesToTheLargerShareThenToTheEarlierPart) {
  EXPECT_THAT(SplitWhole(2, Numbers{0.25, 0.75}, {}), ElementsAre(0, 2));
  EXPECT_THAT(SplitWhole(1, Numbers{0.5, 0.5}, {}), ElementsAre(1, 0));
}

TEST(ApportionTest, GivesNothingToAShareOfNothing) {
  Numbers carry = {-0.9, 0.0, 0.9};
  EXPECT_THAT(SplitWhole(1, Numbers{1.0, 0.0, 0.0}, carry), ElementsAre(1, 0, 0));
}

TEST(ApportionTest, MovesATenthOfSmallMonthsOverTheYear) {
  const Numbers shares = {0.1, 0.9};
  Numbers carry(2);
  Numbers moved(2);
  double alone = 0;
  for (int month = 0; month < 12; ++month) {
    const Numbers parts = SplitWhole(3, shares, carry);
    EXPECT_THAT(parts, Each(Ge(0)));
    EXPECT_EQ(parts[0] + parts[1], 3);
    moved[0] += parts[0];
    alone += SplitWhole(3, shares, {})[0];
  }
  EXPECT_NEAR(moved[0], 3.6, 0.6);
  EXPECT_EQ(alone, 0);
}

TEST(ApportionTest, KeepsPartsOfManyReceiversWithinOneAndAHalfOfTheirQuotas) {
  const Numbers shares = {0.37, 0.21, 0.13, 0.08, 0.21};
  Numbers carry(5);
  Numbers sums(5);
  double total = 0;
  for (int month = 0; month < 600; ++month) {
    const double value = (month * 7) % 5;
    const Numbers parts = SplitWhole(value, shares, carry);
    total += value;
    for (size_t j = 0; j < shares.size(); ++j) {
      sums[j] += parts[j];
      EXPECT_NEAR(sums[j], total * shares[j], 1.5) << month;
    }
  }
  EXPECT_EQ(std::accumulate(sums.begin(), sums.end(), 0.0), total);
}

TEST(ApportionTest, SplitsHugeWholeNumbersWithoutLoss) {
  const double value = 9007199254740991;
  const Numbers parts = SplitWhole(value, Numbers{0.1, 0.2, 0.3, 0.4}, {});
  EXPECT_EQ(std::accumulate(parts.begin(), parts.end(), 0.0), value);
}

TEST(ApportionTest, SplitsAmountsThatAddUpInAnyOrder) {
  for (const double value : {1250000.07, -0.1, 3e-9, 0.0, 8.25e14}) {
    const Numbers parts = SplitExact(value, Numbers{1.0 / 3, 0.1, 17.0 / 30});
    EXPECT_EQ((parts[0] + parts[1]) + parts[2], value);
    EXPECT_EQ((parts[2] + parts[1]) + parts[0], value);
    EXPECT_EQ((parts[0] + parts[2]) + parts[1], value);
    EXPECT_NEAR(parts[1], value / 10, 1e-15 * (value < 0 ? -value : value));
  }
}

}  // namespace
}  // namespace jalon::sim
