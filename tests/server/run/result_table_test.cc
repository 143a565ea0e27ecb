#include "server/run/result_table.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/missing.h"
#include "sim/network/network.h"

namespace jalon::server {
namespace {

using testing::ElementsAre;

const sim::Window kYear{sim::Period::Month(2027, 1), sim::Period::Month(2027, 12)};

v1::StatisticSpec Spec(v1::Statistic statistic, double level = 0) {
  v1::StatisticSpec spec;
  spec.set_statistic(statistic);
  spec.set_level(level);
  return spec;
}

// A bank of two regions with one branch each; one row per unit.
sim::Network Bank() {
  sim::NetworkSpec spec{.id = "bank", .label = "Bank"};
  spec.units = {{.id = "bank", .label_en = "Bank", .level = "network"},
                {.id = "north", .parent = "bank", .level = "region"},
                {.id = "lille", .parent = "north", .level = "branch"},
                {.id = "south", .parent = "bank", .level = "region"},
                {.id = "nice", .parent = "south", .level = "branch"}};
  spec.indicators = {{.id = "loans"}};
  return sim::Network::Create(spec).value();
}

RowAxis Axis() {
  const sim::Network bank = Bank();
  std::vector<AxisRow> rows;
  for (int u = 0; u < bank.unit_count(); ++u) rows.push_back({.unit = u});
  return RowAxis(bank, {kYear}, rows);
}

ResultTable Table() {
  return {.table_id = "t-256",
          .path_count = 256,
          .specs = {Spec(v1::STATISTIC_MEAN), Spec(v1::STATISTIC_QUANTILE, 0.1),
                    Spec(v1::STATISTIC_QUANTILE, 0.9)},
          .columns = {{1, 2, 3, 4, 5}, {sim::kMissing, 20, 30, 40, 50}, {10, 20, 30, 40, 50}}};
}

std::vector<std::string> UnitsOf(const RowAxis& axis, const std::vector<uint32_t>& rows) {
  const v1::KeyColumns keys = axis.Keys(rows, 0, static_cast<int64_t>(rows.size()));
  std::vector<std::string> units;
  for (const uint32_t index : keys.unit_index()) units.push_back(keys.units(index));
  return units;
}

TEST(SelectTest, ShowsAUnitAloneOrWithWhatHangsBelowIt) {
  v1::View view;
  view.add_units("north");
  EXPECT_THAT(UnitsOf(Axis(), Select(Axis(), Table(), view)->rows), ElementsAre("north"));
  view.set_depth(1);
  EXPECT_THAT(UnitsOf(Axis(), Select(Axis(), Table(), view)->rows), ElementsAre("north", "lille"));
}

TEST(SelectTest, TakesColumnsInTheOrderAskedFor) {
  v1::View view;
  *view.add_statistics() = Spec(v1::STATISTIC_QUANTILE, 0.9);
  *view.add_statistics() = Spec(v1::STATISTIC_MEAN);
  EXPECT_THAT(Select(Axis(), Table(), view)->columns, ElementsAre(2, 0));
}

TEST(SelectTest, ListsEverythingTheResultDoesNotHold) {
  v1::View view;
  view.add_units("mars");
  view.add_indicators("houses");
  *view.add_statistics() = Spec(v1::STATISTIC_QUANTILE, 0.5);
  const absl::Status refused = Select(Axis(), Table(), view).status();
  EXPECT_EQ(sim::ViolationsFromStatus(refused).total_count(), 3);
}

TEST(SelectTest, NamesAxesByTheirKeysAlone) {
  v1::View north;
  north.add_units("north");
  v1::View all;
  EXPECT_EQ(Select(Axis(), Table(), all)->row_axis_hash,
            Select(Axis(), Table(), all)->row_axis_hash);
  EXPECT_NE(Select(Axis(), Table(), all)->row_axis_hash,
            Select(Axis(), Table(), north)->row_axis_hash);
}

TEST(RowAxisTest, ComesBackFromDisk) {
  const absl::StatusOr<RowAxis> back = RowAxis::FromProto(Axis().proto());
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->Hash({0, 1, 2, 3, 4}), Axis().Hash({0, 1, 2, 3, 4}));
}

TEST(RowAxisTest, RefusesIndicesOutsideItsDictionaries) {
  store::v1::RowAxis broken = Axis().proto();
  broken.set_unit_index(0, 99);
  EXPECT_EQ(RowAxis::FromProto(broken).status().code(), absl::StatusCode::kDataLoss);
}

TEST(MakeBlockTest, MarksMissingValuesInsteadOfSendingNaN) {
  const TableSelection selection = Select(Axis(), Table(), {}).value();
  const v1::ResultBlock block = MakeBlock(Table(), selection, 0, 2);
  EXPECT_EQ(block.total_row_count(), 5);
  EXPECT_THAT(block.columns(1).values(), ElementsAre(0, 20));
  EXPECT_EQ(block.columns(1).missing_bitmap(), std::string("\x01"));
  EXPECT_EQ(block.columns(0).missing_bitmap(), "");
}

TEST(MakeBlockTest, FitsTheMessageThatItWasCutFor) {
  constexpr int64_t kMaxBytes = 64 << 10;
  for (const int columns : {1, 7, 25, 220}) {
    const int64_t rows = RowsPerBlock(columns, kMaxBytes);
    ResultTable table{.table_id = "0123456789abcdef-4096", .path_count = 4'096};
    TableSelection selection{.row_axis_hash = std::string(64, 'f')};
    for (int c = 0; c < columns; ++c) {
      table.specs.push_back(Spec(v1::STATISTIC_QUANTILE, 0.123456789));
      table.columns.emplace_back(rows, sim::kMissing);
      selection.columns.push_back(c);
    }
    for (int64_t i = 0; i < rows; ++i) selection.rows.push_back(static_cast<uint32_t>(i));
    EXPECT_LE(MakeBlock(table, selection, 0, rows).ByteSizeLong(), static_cast<size_t>(kMaxBytes));
  }
}

TEST(ColumnTest, ComesBackFromDiskWithItsHoles) {
  const std::vector<double> values = {1.5, sim::kMissing, -3};
  const auto back = ParseColumn(SerializeColumn(Spec(v1::STATISTIC_MEAN), values));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ((*back)[0], 1.5);
  EXPECT_TRUE(std::isnan((*back)[1]));
  EXPECT_EQ((*back)[2], -3);
}

TEST(ColumnTest, RefusesBytesThatAreNoColumn) {
  EXPECT_EQ(ParseColumn("\xff\xff\xff").status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace jalon::server
