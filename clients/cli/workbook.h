// Tables as an Excel workbook (Office Open XML), for those who go on in a spreadsheet.
#ifndef JALON_CLIENTS_CLI_WORKBOOK_H_
#define JALON_CLIENTS_CLI_WORKBOOK_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/cli/table.h"

namespace jalon::client {

// One row of the sheet of hypotheses: what an answer was made with.
struct Fact {
  std::string key;
  std::string title_en;
  std::string title_fr;
  Cell value;
  CellFormat format = CellFormat::kText;
};

// Cells are typed: numbers are numbers (their full value, shown with the decimals of the screen),
// ratios show as percent, months and times are dates, everything else is text and never a formula.
// A table's heading stays in sight; columns are as wide as the widest of their first rows. A table
// longer than a sheet (1,048,576 rows) goes on in further sheets.
//
// Same calls, same bytes: the creation date inside is the one given, or 2000-01-01.
// Rows wait in temporary files, so memory does not grow with them. Thread-compatible.
class Workbook {
 public:
  // `title` names the sheets of tables; the first 25 characters are used.
  Workbook(std::string title, Locale locale);
  ~Workbook();
  Workbook(const Workbook&) = delete;
  Workbook& operator=(const Workbook&) = delete;

  // Begins a table; rows go to the table begun last. Requires one cell per column.
  void BeginTable(std::vector<Column> columns);
  void Row(const std::vector<Cell>& cells);

  // The sheet of hypotheses, after the tables.
  void SetFacts(std::vector<Fact> facts);
  void SetCreated(absl::Time created);

  bool has_table() const;

  // The file. Called once, the last.
  // Errors: kUnavailable when the temporary folder has no room, kInternal.
  absl::StatusOr<std::string> Finish();

 private:
  class Writer;
  std::unique_ptr<Writer> writer_;
};

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_WORKBOOK_H_
