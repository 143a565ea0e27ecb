#include "clients/cli/table.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jalon::client {
namespace {

const std::vector<Column> kColumns = {{"unit", "Unit", "Entité", CellFormat::kText},
                                      {"p", "P(attain)", "Chance", CellFormat::kProbability},
                                      {"n", "N", "N", CellFormat::kCount}};

std::string Written(OutputFormat format, Locale locale,
                    const std::vector<std::vector<Cell>>& rows) {
  std::ostringstream out;
  TableWriter writer(out, kColumns, {format, locale});
  for (const auto& row : rows) writer.Row(row);
  writer.Finish();
  return out.str();
}

const std::vector<std::vector<Cell>> kRows = {{Cell("Brest"), Cell(0.5), Cell(int64_t{1234})},
                                              {Cell("Évreux"), Cell(), Cell(int64_t{7})}};

TEST(TableWriterTest, AlignsAScreenTableWithAccents) {
  EXPECT_EQ(Written(OutputFormat::kTable, Locale::kEnglish, kRows),
            "Unit    P(attain)      N\n"
            "Brest      50.0 %  1,234\n"
            "Évreux          -      7\n");
}

TEST(TableWriterTest, SaysThatAScreenTableHasNoRows) {
  EXPECT_THAT(Written(OutputFormat::kTable, Locale::kFrench, {}),
              testing::HasSubstr("(aucune ligne)"));
}

TEST(TableWriterTest, WritesFrenchCsvForExcel) {
  EXPECT_EQ(Written(OutputFormat::kCsv, Locale::kFrench, kRows),
            "\xEF\xBB\xBFunit;p;n\r\nBrest;0,5;1234\r\nÉvreux;;7\r\n");
}

TEST(TableWriterTest, WritesEnglishCsvForScripts) {
  EXPECT_EQ(Written(OutputFormat::kCsv, Locale::kEnglish, kRows),
            "unit,p,n\r\nBrest,0.5,1234\r\nÉvreux,,7\r\n");
}

TEST(TableWriterTest, WritesJsonWithNullForAnEmptyCell) {
  EXPECT_EQ(Written(OutputFormat::kJson, Locale::kFrench, kRows),
            "[\n  {\"unit\": \"Brest\", \"p\": 0.5, \"n\": 1234},\n"
            "  {\"unit\": \"Évreux\", \"p\": null, \"n\": 7}\n]\n");
}

TEST(TableWriterTest, WritesAnEmptyJsonArray) {
  EXPECT_EQ(Written(OutputFormat::kJson, Locale::kEnglish, {}), "[]\n");
}

TEST(TableWriterTest, QuotesSeparatorsAndDisarmsFormulas) {
  EXPECT_THAT(Written(OutputFormat::kCsv, Locale::kEnglish,
                      {{Cell("a,\"b\""), Cell(), Cell()}, {Cell("=1+1"), Cell(), Cell()}}),
              testing::AllOf(testing::HasSubstr("\"a,\"\"b\"\"\""), testing::HasSubstr("'=1+1")));
}

TEST(FormatTest, GroupsThousandsAsEachLanguageDoes) {
  EXPECT_EQ(FormatForScreen(Cell(-1234567.0), CellFormat::kNumber, Locale::kEnglish), "-1,234,567");
  EXPECT_EQ(FormatForScreen(Cell(1234.0), CellFormat::kCount, Locale::kFrench), "1\u202F234");
  EXPECT_EQ(FormatForScreen(Cell(12.25), CellFormat::kNumber, Locale::kFrench), "12,2");
}

TEST(FormatTest, NeverWritesMinusZero) {
  EXPECT_EQ(FormatForScreen(Cell(-0.0000001), CellFormat::kCount, Locale::kEnglish), "0");
}

TEST(FormatTest, KeepsEveryBitInFiles) {
  EXPECT_EQ(FormatExactly(0.1, Locale::kEnglish), "0.1");
  EXPECT_EQ(FormatExactly(1.0 / 3.0, Locale::kFrench), "0,3333333333333333");
}

}  // namespace
}  // namespace jalon::client
