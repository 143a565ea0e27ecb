#include "server/convert/derived_driver.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/convert/network.h"
#include "sim/drivers/drivers.h"

namespace jalon::server {
namespace {

sim::DerivedRule Livret() {
  return {.formula = "0.5 * (mean(inflation, 6) + mean(estr, 6))",
          .rounding_step = 0.1,
          .floor = 0.0,
          .cap = 4.0,
          .effective_months = {2, 8},
          .announcement_lag = 2,
          .deviation = {.kind = sim::DeviationLaw::Kind::kTriangular,
                        .probability = 0.25,
                        .low = -0.5,
                        .size = 0.1,
                        .high = 0.5},
          .has_own_history = true};
}

TEST(DerivedDriverConvertTest, ComesBackEqual) {
  EXPECT_EQ(FromProto(ToProto(Livret())), Livret());
  EXPECT_EQ(FromProto(ToProto(sim::DerivedRule{.formula = "x"})), sim::DerivedRule{.formula = "x"});
  const sim::DerivedDriver driver{.id = "livret", .rule = Livret(), .last_value = 1.5};
  EXPECT_EQ(FromProto(ToProto(driver)), driver);
}

TEST(DerivedDriverConvertTest, TravelsWithItsDriverAndShowsWhatWasDecided) {
  sim::DriverTable table;
  table.drivers.push_back(
      {.id = "livret", .derived = Livret(), .first = sim::Period::Month(2026, 2), .values = {1.5}});
  table.drivers[0].derived->formula = "x";
  table.drivers.push_back({.id = "x", .first = sim::Period::Month(2025, 12), .values = {1.4}});
  const auto back = FromProto(ToProto(table));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, table);
  const v1::Driver shown = DriverToProto(table, 0);
  ASSERT_EQ(shown.derived().checks_size(), 1);
  EXPECT_EQ(shown.derived().checks(0).period(), "2026-02");
  EXPECT_EQ(shown.derived().checks(0).formula_value(), 1.4);
  EXPECT_EQ(shown.derived().checks(0).value(), 1.5);
  EXPECT_FALSE(DriverToProto(table, 1).has_derived());
}

}  // namespace
}  // namespace jalon::server
