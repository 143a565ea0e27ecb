// Tables: the one shape in which every command gives its answer.
#ifndef JALON_CLIENTS_CLI_TABLE_H_
#define JALON_CLIENTS_CLI_TABLE_H_

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

namespace jalon::client {

// How the numbers of a column read on a screen. Files always get the full value.
enum class CellFormat {
  kText,
  kPeriod,       // text; in a workbook a month is a date
  kTime,         // text; in a workbook a date and time
  kCount,        // whole number
  kNumber,       // up to 4 significant decimals
  kProbability,  // a ratio in [0, 1], shown in percent
  kRatio,        // R/O: a ratio, shown in percent
};

struct Column {
  // Key in JSON and header in CSV: snake_case, the same in every language.
  std::string key;
  // Header on a screen.
  std::string title_en;
  std::string title_fr;
  CellFormat format = CellFormat::kText;
};

// Empty (null in JSON), text, whole number or number. A number that is not finite is never given.
using Cell = std::variant<std::monostate, std::string, int64_t, double>;

// The cell of a number that may be missing.
inline Cell OptionalCell(const std::optional<double>& value) {
  Cell cell;
  if (value.has_value()) cell = *value;
  return cell;
}

enum class OutputFormat { kTable, kJson, kNdjson, kCsv, kXlsx };
enum class Locale { kEnglish, kFrench };

struct OutputOptions {
  OutputFormat format = OutputFormat::kTable;
  Locale locale = Locale::kEnglish;
};

class Workbook;

// Writes one table, row by row. CSV and ndjson rows leave at once, so that a large forecast costs
// no memory; a screen table is kept until Finish to align its columns, and JSON closes its array
// there.
//
// A workbook is a file of its own kind: its rows go to the Workbook given, which becomes bytes when
// the command has ended (Context).
//
// CSV: English has `,` and `.`; French has `;`, `,` and a byte order mark, as Excel in France
// expects it; both end lines with CRLF. Text that a spreadsheet would run as a formula gets a
// leading `'`. Thread-compatible.
class TableWriter {
 public:
  // `out` and `workbook` must outlive the writer; the format kXlsx requires a workbook.
  TableWriter(std::ostream& out, std::vector<Column> columns, OutputOptions options,
              Workbook* workbook = nullptr);

  // Requires one cell per column.
  void Row(std::vector<Cell> cells);
  void Finish();

  int64_t row_count() const { return row_count_; }

 private:
  void WriteCsvLine(const std::vector<std::string>& cells);
  void WriteJsonObject(const std::vector<Cell>& cells);
  void WriteScreen();

  std::ostream& out_;
  std::vector<Column> columns_;
  OutputOptions options_;
  Workbook* workbook_;
  int64_t row_count_ = 0;
  std::vector<std::vector<std::string>> screen_rows_;
};

// A cell as people of `locale` read it: `1,234.5` or `1 234,5` (narrow no-break space), `58.3 %`.
std::string FormatForScreen(const Cell& cell, CellFormat format, Locale locale);

// The shortest text that parses back to the same double, with `,` as the decimal sign in French.
std::string FormatExactly(double value, Locale locale);

// Decimals that show `value` with four significant digits; what is large or whole has none.
int DecimalsFor(double value);

// Columns that UTF-8 text takes on a terminal: its code points, combining marks not counted.
int DisplayWidth(const std::string& text);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_TABLE_H_
