#include "server/ingest/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jalon::server {
namespace {

using ::testing::ElementsAre;
using Rows = std::vector<std::vector<std::string>>;

struct ReadBack {
  std::vector<std::string> heading;
  Rows rows;
  std::vector<int64_t> lines;
  char separator = '\0';
  int64_t blank_rows = 0;
  std::vector<sim::Violation> violations;
};

ReadBack ReadAll(absl::string_view bytes, CsvOptions options = {}) {
  ReadBack read;
  const absl::StatusOr<CsvDocument> document = CsvDocument::Open(bytes, std::move(options));
  if (!document.ok()) {
    read.violations = sim::ViolationsFromStatus(document.status()).kept();
    return read;
  }
  read.heading = document->heading();
  read.separator = document->dialect().separator;
  CsvCursor cursor = document->Rows();
  while (cursor.Next()) {
    read.rows.emplace_back(cursor.cells().begin(), cursor.cells().end());
    read.lines.push_back(cursor.line());
  }
  read.blank_rows = cursor.blank_rows();
  read.violations = cursor.violations().kept();
  return read;
}

TEST(CsvTest, ReadsRowsWithAnySeparator) {
  for (const char separator : {';', ',', '\t', '|'}) {
    const std::string s(1, separator);
    const ReadBack read = ReadAll("a" + s + "b\n1" + s + "2\n3" + s + "4\n");
    EXPECT_EQ(read.separator, separator);
    EXPECT_THAT(read.heading, ElementsAre("a", "b"));
    EXPECT_EQ(read.rows, (Rows{{"1", "2"}, {"3", "4"}}));
  }
}

TEST(CsvTest, ReadsCrLfAndALastRowWithoutNewline) {
  const ReadBack read = ReadAll("a,b\r\n1,2\r\n3,");
  EXPECT_EQ(read.rows, (Rows{{"1", "2"}, {"3", ""}}));
  EXPECT_TRUE(read.violations.empty());
}

TEST(CsvTest, ReadsQuotedCellsWithSeparatorsQuotesAndLineBreaks) {
  const ReadBack read = ReadAll("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"two\nlines\",z\nlast,1\n");
  EXPECT_EQ(read.rows, (Rows{{"x,y", "say \"hi\""}, {"two\nlines", "z"}, {"last", "1"}}));
  EXPECT_THAT(read.lines, ElementsAre(2, 3, 5));
}

TEST(CsvTest, PassesOverRowsOfEmptyCells) {
  const ReadBack read = ReadAll("a;b\n1;2\n\n;\n3;4\n;\n");
  EXPECT_EQ(read.rows, (Rows{{"1", "2"}, {"3", "4"}}));
  EXPECT_EQ(read.blank_rows, 3);
}

TEST(CsvTest, FindsTheSemicolonOfFrenchFilesWithDecimalCommas) {
  EXPECT_EQ(ReadAll("agence;montant\nA;1,5\nB;2,25\n").separator, ';');
}

TEST(CsvTest, IgnoresSeparatorsInQuotesWhenLookingForOne) {
  EXPECT_EQ(ReadAll("\"a;b\",c\n\"1;2\",3\n").separator, ',');
}

TEST(CsvTest, RefusesToChooseBetweenTwoSeparatorsThatFit) {
  const ReadBack read = ReadAll("a;b,c\n1;2,3\n");
  ASSERT_EQ(read.violations.size(), 1u);
  EXPECT_EQ(read.violations[0].reason, "AMBIGUOUS_SEPARATOR");
  EXPECT_EQ(ReadAll("a;b,c\n1;2,3\n", {.separator = ';'}).rows, (Rows{{"1", "2,3"}}));
}

TEST(CsvTest, ReportsEveryRowWithAWrongNumberOfCellsAndKeepsReading) {
  const ReadBack read = ReadAll("a,b\n1,2\n3\n4,5,6\n7,8\n", {.file = "f.csv"});
  EXPECT_EQ(read.rows, (Rows{{"1", "2"}, {"7", "8"}}));
  ASSERT_EQ(read.violations.size(), 2u);
  EXPECT_EQ(read.violations[0].reason, "WRONG_CELL_COUNT");
  EXPECT_EQ(read.violations[0].file, "f.csv");
  EXPECT_EQ(read.violations[0].line, 3);
  EXPECT_EQ(read.violations[1].line, 4);
  EXPECT_EQ(read.violations[1].value, "3 cells");
}

TEST(CsvTest, ReportsQuotesOutOfPlaceWithLineAndColumn) {
  const ReadBack read = ReadAll("a,b\nx,5\" pipe\n\"x\"y,2\nok,1\n");
  EXPECT_EQ(read.rows, (Rows{{"ok", "1"}}));
  ASSERT_EQ(read.violations.size(), 2u);
  EXPECT_EQ(read.violations[0].reason, "BAD_QUOTES");
  EXPECT_EQ(read.violations[0].line, 2);
  EXPECT_EQ(read.violations[0].column, 2);
  EXPECT_EQ(read.violations[1].line, 3);
  EXPECT_EQ(read.violations[1].column, 1);
}

TEST(CsvTest, ReportsAQuoteThatNeverCloses) {
  const ReadBack read = ReadAll("a,b\n1,\"cut off\n2,3\n");
  EXPECT_TRUE(read.rows.empty());
  ASSERT_EQ(read.violations.size(), 1u);
  EXPECT_EQ(read.violations[0].reason, "BAD_QUOTES");
  EXPECT_EQ(read.violations[0].line, 2);
}

TEST(CsvTest, SkipsLinesBeforeTheHeading) {
  const ReadBack read = ReadAll("Export du 3 mars\n\na,b\n1,2\n", {.skip_lines = 2});
  EXPECT_THAT(read.heading, ElementsAre("a", "b"));
  EXPECT_THAT(read.lines, ElementsAre(4));
  EXPECT_EQ(ReadAll("a,b\n", {.skip_lines = 3}).violations.at(0).reason, "NO_HEADING");
}

TEST(CsvTest, NamesColumnsByPositionWithoutAHeading) {
  const ReadBack read = ReadAll("x,1\ny,2\n", {.has_heading = false});
  EXPECT_THAT(read.heading, ElementsAre("#1", "#2"));
  EXPECT_EQ(read.rows, (Rows{{"x", "1"}, {"y", "2"}}));
}

TEST(CsvTest, RefusesCellsBeyondTheLimit) {
  const ReadBack read = ReadAll("a,b\n" + std::string(kMaxCsvCellBytes + 1, 'x') + ",1\ny,2\n");
  ASSERT_EQ(read.violations.size(), 1u);
  EXPECT_EQ(read.violations[0].reason, "CELL_TOO_LONG");
  EXPECT_EQ(read.rows, (Rows{{"y", "2"}}));
}

TEST(CsvTest, RefusesTooManyColumns) {
  const ReadBack read = ReadAll(std::string(kMaxCsvColumns, ',') + "a\n");
  ASSERT_EQ(read.violations.size(), 1u);
  EXPECT_EQ(read.violations[0].reason, "TOO_MANY_COLUMNS");
}

TEST(CsvTest, CellsStayValidWhileTheCursorMovesOn) {
  const absl::StatusOr<CsvDocument> document =
      CsvDocument::Open("a,b\n\"one \"\"1\"\"\",x\n\"two \"\"2\"\"\",y\n", {});
  ASSERT_TRUE(document.ok());
  CsvCursor cursor = document->Rows();
  std::vector<absl::string_view> firsts;
  while (cursor.Next()) firsts.push_back(cursor.cells()[0]);
  EXPECT_THAT(firsts, ElementsAre("one \"1\"", "two \"2\""));
}

}  // namespace
}  // namespace jalon::server
