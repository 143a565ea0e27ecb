// A strict reader of CSV bytes held in memory (RFC 4180 with the separators people use).
//
// Opening a document checks the encoding, finds the separator and reads the heading. A cursor then
// walks the rows; several passes are allowed. Cells are views of the buffer, so a 50 MB file costs
// no copy. Bad rows are recorded with their line and skipped, never repaired.
#ifndef JALON_SERVER_INGEST_CSV_H_
#define JALON_SERVER_INGEST_CSV_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/ingest/encoding.h"
#include "sim/base/violation.h"

namespace jalon::server {

// What the caller declares about a file; the defaults mean "find out".
struct CsvOptions {
  // Name of the file in violations.
  std::string file;
  // One of `;` `,` tab `|`, or 0 to find it from the first rows.
  char separator = '\0';
  Encoding encoding = Encoding::kUtf8;
  // Physical lines left out before the heading (titles of an export).
  int64_t skip_lines = 0;
  // Without a heading the columns are named `#1`, `#2`...
  bool has_heading = true;
};

// What was found, for the echo to the caller.
struct CsvDialect {
  char separator = ',';
  Encoding encoding = Encoding::kUtf8;
  bool byte_order_mark = false;
};

// The most columns a file may have, and the longest cell in bytes.
inline constexpr int kMaxCsvColumns = 20'000;
inline constexpr int64_t kMaxCsvCellBytes = 65'536;

class CsvCursor;

// A file whose encoding, separator and heading are known. Movable; refers to the bytes given to
// Open, which must outlive it. Thread-compatible: cursors of one document may run in parallel.
class CsvDocument {
 public:
  // Errors (kInvalidArgument carrying violations): those of DecodeText, and
  //   NO_HEADING            skip_lines leaves nothing
  //   AMBIGUOUS_SEPARATOR   two separators fit; declare one
  //   TOO_MANY_COLUMNS      more than kMaxCsvColumns
  //   BAD_QUOTES            the heading's quotes do not close
  static absl::StatusOr<CsvDocument> Open(absl::string_view bytes, CsvOptions options);

  const CsvDialect& dialect() const { return dialect_; }
  const std::string& file() const { return options_.file; }
  // Names of the columns, blanks at both ends removed; may hold empty or repeated names.
  const std::vector<std::string>& heading() const { return heading_; }
  // Whether the last line ends with a line end: a file that was cut off may not.
  bool ends_with_newline() const;
  // A cursor before the first row after the heading.
  CsvCursor Rows() const;

 private:
  CsvDocument() = default;

  CsvOptions options_;
  CsvDialect dialect_;
  std::shared_ptr<const DecodedText> text_;
  std::vector<std::string> heading_;
  size_t first_row_offset_ = 0;
  int64_t first_row_line_ = 1;
};

// Walks the rows of a document. Rows whose cells are all empty are passed over (spreadsheets leave
// them at the end). Cells stay valid as long as the cursor and the document's bytes.
class CsvCursor {
 public:
  CsvCursor(CsvCursor&&) = default;
  CsvCursor& operator=(CsvCursor&&) = default;

  // Moves to the next good row; false at the end. Rows refused on the way go to violations():
  //   WRONG_CELL_COUNT   not as many cells as the heading
  //   BAD_QUOTES         a quote inside an unquoted cell, text after a closing quote, or no closing
  //                      quote before the end of the file
  //   CELL_TOO_LONG      more than kMaxCsvCellBytes
  bool Next();

  // The cells of the current row, quotes removed, otherwise as written.
  std::span<const absl::string_view> cells() const { return cells_; }
  // 1-based line where the row starts (quoted cells may span lines).
  int64_t line() const { return row_line_; }
  // Rows passed over because every cell was empty.
  int64_t blank_rows() const { return blank_rows_; }
  const sim::Violations& violations() const { return violations_; }

 private:
  friend class CsvDocument;
  CsvCursor(std::shared_ptr<const DecodedText> text, absl::string_view file, char separator);

  // Reads one record into cells_; false when it has a problem (already recorded).
  bool ReadRecord();
  bool ReadQuotedCell();
  bool ReadPlainCell();
  bool AtCellEnd() const;
  // Past the separator: true when the record goes on.
  bool PassSeparator();
  void SkipToNextLine();
  bool Fail(sim::Violation violation);

  std::shared_ptr<const DecodedText> text_;
  absl::string_view rest_;  // the whole text; offsets below are into it
  std::string file_;
  char separator_;
  size_t offset_ = 0;
  int64_t line_ = 1;
  int64_t row_line_ = 1;
  int64_t blank_rows_ = 0;
  size_t expected_cells_ = 0;  // 0: any number
  std::vector<absl::string_view> cells_;
  std::deque<std::string> unescaped_;
  sim::Violations violations_;
};

// How a separator is named for people: `;`, `,`, `tab` or `|`.
absl::string_view SeparatorName(char separator);

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_CSV_H_
