#include "sim/base/decimal.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace jalon::sim {
namespace {

TEST(DecimalTest, BringsAProductBackToTheDecimalItStandsFor) {
  EXPECT_EQ(NearestDecimal(1.1 * 100.0), 110.0);
  EXPECT_EQ(NearestDecimal(0.07 * 100.0), 7.0);
  EXPECT_EQ(NearestDecimal(0.1 + 0.2), 0.3);
  EXPECT_EQ(NearestDecimal(-1.1 * 100.0), -110.0);
}

TEST(DecimalTest, LeavesOtherNumbersAlone) {
  for (double value : {1.0 / 3.0, 2.0 / 7.0, 1234.56789012345, 1e-3 + 1e-10}) {
    EXPECT_EQ(NearestDecimal(value), value);
    EXPECT_EQ(NearestDecimal(-value), -value);
  }
}

TEST(DecimalTest, StandsNumbersThatHaveNoDecimals) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(NearestDecimal(kInfinity), kInfinity);
  EXPECT_EQ(NearestDecimal(-1e300), -1e300);
  EXPECT_EQ(NearestDecimal(0.0), 0.0);
  EXPECT_TRUE(std::isnan(NearestDecimal(std::nan(""))));
}

}  // namespace
}  // namespace jalon::sim
