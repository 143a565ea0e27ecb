#include "server/ingest/mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/ingest/import_test_util.h"

namespace jalon::server {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Refusals(absl::string_view text) {
  const absl::StatusOr<Mapping> mapping = ParseMapping(text, "m");
  if (mapping.ok()) return {};
  return Places(sim::ViolationsFromStatus(mapping.status()));
}

TEST(MappingTest, ReadsEverySectionAndKey) {
  const Mapping mapping = MappingOf(R"(# A comment
[network]
id = berka
label = Banque de Bohême
currency = CZK
frequency = quarter
ids = make
root = bank
root_label = La banque
root_level = bank
infer_closed = yes
infer_opened = no

[realisations]
file = panel.csv
separator = ;
encoding = windows-1252
skip_lines = 2
header = no
numbers = fr
dates = dd/mm/yyyy
missing = NA, n/a, "-"
where = {Scenario Name} == Actual
where = {#2} != 0
first_period = 2020-Q1
last_period = 2022-Q4
duplicates = sum
period = {month}
level.region = {region}
level.district = {id}
level.district.label = {name}
value.accounts = {accounts opened}

[indicator accounts]
kind = count
)");
  EXPECT_EQ(mapping.currency, "CZK");
  EXPECT_EQ(mapping.frequency, sim::Frequency::kQuarter);
  EXPECT_TRUE(mapping.make_ids);
  EXPECT_TRUE(mapping.infer_closed);
  ASSERT_EQ(mapping.tables.size(), 1u);
  const TableMapping& table = mapping.tables[0];
  EXPECT_EQ(table.line, 14);
  EXPECT_EQ(table.separator, ';');
  EXPECT_EQ(table.encoding, Encoding::kWindows1252);
  EXPECT_EQ(table.skip_lines, 2);
  EXPECT_FALSE(table.has_heading);
  EXPECT_EQ(table.numbers, NumberDialect::kFrench);
  EXPECT_EQ(table.period_format, PeriodFormat::kDayMonthYear);
  EXPECT_THAT(table.missing, ElementsAre("NA", "n/a", "-"));
  ASSERT_EQ(table.where.size(), 2u);
  EXPECT_EQ(table.where[0].text, "Actual");
  EXPECT_TRUE(table.where[0].equal);
  EXPECT_FALSE(table.where[1].equal);
  EXPECT_EQ(table.first_period, sim::Period::Quarter(2020, 1));
  EXPECT_EQ(table.duplicates, Duplicates::kSum);
  ASSERT_EQ(table.levels.size(), 2u);
  EXPECT_EQ(table.levels[1].label->ToString(), "{name}");
  EXPECT_EQ(table.values[0].second.value.ToString(), "{accounts opened}");
  ASSERT_EQ(mapping.rows.size(), 1u);
  EXPECT_EQ(mapping.rows[0].id, "accounts");
  EXPECT_EQ(mapping.rows[0].cells.at("kind").value, "count");
}

TEST(MappingTest, ReadsHeadingPatterns) {
  const Mapping mapping = MappingOf(
      "[realisations]\nfile = d.csv\ncolumns = {a:1}{b}\nother_columns = ignore\n"
      "unit = {a}\nperiod = {#1}\n");
  EXPECT_EQ(mapping.tables[0].heading->ToString(), "{a:1}{b}");
  EXPECT_TRUE(mapping.tables[0].ignore_other_columns);
}

TEST(MappingTest, ReportsEveryProblemWithItsLine) {
  EXPECT_THAT(Refusals("key = 1\n"
                       "[network]\n"
                       "colour = red\n"
                       "id = a\n"
                       "id = b\n"
                       "frequency = week\n"
                       "no equal sign\n"
                       "[tables]\n"
                       "ignored = here\n"
                       "[realisations]\n"
                       "file = x.csv\n"
                       "unit = {open\n"
                       "dates = yesterday\n"
                       "where = {a}\n"),
              ElementsAre("m:1:0 BAD_LINE", "m:3:0 UNKNOWN_KEY", "m:5:0 DUPLICATE_KEY",
                          "m:6:0 BAD_VALUE", "m:7:0 BAD_LINE", "m:8:0 UNKNOWN_SECTION",
                          "m:12:0 BAD_TEMPLATE", "m:13:0 BAD_VALUE", "m:14:0 BAD_VALUE"));
}

TEST(MappingTest, RefusesTablesThatContradictThemselves) {
  EXPECT_THAT(Refusals("[realisations]\nunit = {a}\nlevel.region = {b}\n"),
              ElementsAre("m:1:0 MISSING_KEY", "m:1:0 BAD_LINE"));
  EXPECT_THAT(Refusals("[realisations]\nfile = f\nvalue = {a}\nvalue.x = {b}\n"),
              ElementsAre("m:1:0 BAD_LINE"));
  EXPECT_THAT(Refusals("[drivers]\nfile = f\ndriver = {a}\nvalue.x = {b}\n"),
              ElementsAre("m:1:0 BAD_LINE"));
  EXPECT_THAT(Refusals("[drivers]\nfile = f\nduplicates = sum\n"), ElementsAre("m:3:0 BAD_VALUE"));
}

TEST(MappingTest, RefusesBadIdsInSections) {
  EXPECT_THAT(Refusals("[indicator two words]\n[segment ]\n"),
              ElementsAre("m:1:0 BAD_ID", "m:2:0 EMPTY_ID"));
}

TEST(MappingTest, ReadsWindowsLineEndsAndAByteOrderMark) {
  EXPECT_EQ(MappingOf("\xEF\xBB\xBF[network]\r\nid = a\r\n").network_id, "a");
}

TEST(MappingTest, RefusesBinaryAndHugeTexts) {
  EXPECT_THAT(Refusals("[network]\nid = \x01\n"), ElementsAre("m:2:6 CONTROL_CHARACTER"));
  EXPECT_THAT(Refusals(std::string((1 << 20) + 1, '#')), ElementsAre("m:0:0 FILE_TOO_LARGE"));
}

}  // namespace
}  // namespace jalon::server
