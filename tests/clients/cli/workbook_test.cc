#include "clients/cli/workbook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace jalon::client {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// A workbook of one small table with every kind of cell.
std::string SmallWorkbook(absl::Time created) {
  Workbook book("runs list", Locale::kEnglish);
  book.BeginTable({{"unit", "Unit", "Entité"},
                   {"period", "Period", "Période", CellFormat::kPeriod},
                   {"p", "Chance", "Chance", CellFormat::kProbability}});
  book.Row({"n1", "2026-11", 0.25});
  book.Row({"n2", "2026-Q4", Cell()});
  book.SetFacts({{"seed", "Seed", "Graine", "7"}});
  book.SetCreated(created);
  return book.Finish().value();
}

TEST(WorkbookTest, IsAZipFile) { EXPECT_THAT(SmallWorkbook(absl::UnixEpoch()), StartsWith("PK")); }

TEST(WorkbookTest, GivesTheSameBytesForTheSameCalls) {
  const absl::Time created = absl::FromUnixSeconds(1795880000);
  EXPECT_EQ(SmallWorkbook(created), SmallWorkbook(created));
  EXPECT_NE(SmallWorkbook(created), SmallWorkbook(created + absl::Hours(1)));
}

TEST(WorkbookTest, SaysWhetherItHasATable) {
  Workbook book("status", Locale::kEnglish);
  EXPECT_FALSE(book.has_table());
  book.BeginTable({{"a", "A", ""}});
  EXPECT_TRUE(book.has_table());
}

TEST(WorkbookTest, TakesAnyTitleForTheNameOfASheet) {
  Workbook book("a/b:c*d?[e]\\ and much longer than a sheet may be called", Locale::kEnglish);
  book.BeginTable({{"a", "A", ""}});
  EXPECT_TRUE(book.Finish().ok());
}

TEST(WorkbookTest, GoesOnInAnotherSheetWhereOneEnds) {
  Workbook book("long", Locale::kEnglish);
  book.BeginTable({{"n", "N", "", CellFormat::kCount}});
  // One more than fit below a heading.
  for (int64_t row = 0; row < 1'048'576; ++row) book.Row({row});
  const auto bytes = book.Finish();
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_THAT(*bytes, HasSubstr("xl/worksheets/sheet2.xml"));
  EXPECT_THAT(*bytes, testing::Not(HasSubstr("xl/worksheets/sheet3.xml")));
}

TEST(TableWriterTest, SendsItsRowsToTheWorkbook) {
  std::ostringstream out;
  Workbook book("x", Locale::kEnglish);
  TableWriter table(out, {{"a", "A", ""}}, {OutputFormat::kXlsx, Locale::kEnglish}, &book);
  table.Row({int64_t{1}});
  table.Finish();
  EXPECT_EQ(out.str(), "");
  EXPECT_TRUE(book.has_table());
  EXPECT_EQ(table.row_count(), 1);
}

}  // namespace
}  // namespace jalon::client
