#include "clients/cli/results.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jalon::client {
namespace {

v1::KeyColumns TwoRows() {
  v1::KeyColumns keys;
  keys.add_units("fr");
  keys.add_units("bretagne");
  keys.add_segments("all");
  keys.add_indicators("loans");
  keys.add_windows("2027");
  for (const uint32_t unit : {0u, 1u}) {
    keys.add_unit_index(unit);
    keys.add_segment_index(0);
    keys.add_indicator_index(0);
    keys.add_window_index(0);
  }
  return keys;
}

TEST(KeysOfTest, LooksUpEveryDictionary) {
  const auto keys = KeysOf(TwoRows());

  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[1].unit, "bretagne");
  EXPECT_EQ(keys[1].window, "2027");
}

TEST(KeysOfTest, GivesNothingForAnIndexOutsideItsDictionary) {
  v1::KeyColumns keys = TwoRows();
  keys.set_unit_index(1, 7);
  EXPECT_TRUE(KeysOf(keys).empty());
}

TEST(KeysOfTest, GivesNothingForColumnsOfDifferentLengths) {
  v1::KeyColumns keys = TwoRows();
  keys.add_segment_index(0);
  EXPECT_TRUE(KeysOf(keys).empty());
}

TEST(ValueAtTest, IsAbsentWhereTheBitSaysMissing) {
  v1::ResultColumn column;
  for (int i = 0; i < 10; ++i) column.add_values(i);
  column.set_missing_bitmap(std::string("\x00\x02", 2));

  EXPECT_EQ(ValueAt(column, 8), 8.0);
  EXPECT_EQ(ValueAt(column, 9), std::nullopt);
  EXPECT_EQ(ValueAt(column, 10), std::nullopt);
}

TEST(StatisticKeyTest, NamesQuantilesAndRatios) {
  v1::StatisticSpec spec;
  spec.set_statistic(v1::STATISTIC_QUANTILE);
  spec.set_level(0.05);
  EXPECT_EQ(StatisticKey(spec), "q05");
  spec.set_level(0.975);
  EXPECT_EQ(StatisticKey(spec), "q97.5");
  spec.set_statistic(v1::STATISTIC_RO_PROBABILITY);
  spec.set_level(1.1);
  EXPECT_EQ(StatisticKey(spec), "p_ro_110");
}

}  // namespace
}  // namespace jalon::client
