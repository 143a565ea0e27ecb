// Reads a CSV file through its table mapping: rows become named texts, numbers and periods.
//
// Opening looks at the whole file once: it resolves the mapping's templates to columns, finds the
// number dialect from every number, and looks for personal data in every other column. Walking the
// rows then costs one more pass.
#ifndef JALON_SERVER_INGEST_TABLE_READER_H_
#define JALON_SERVER_INGEST_TABLE_READER_H_

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/ingest/csv.h"
#include "server/ingest/import.h"
#include "server/ingest/mapping.h"
#include "server/ingest/numbers.h"
#include "server/ingest/period_text.h"
#include "server/ingest/personal_data.h"
#include "sim/base/period.h"
#include "sim/base/stop_token.h"
#include "sim/base/violation.h"

namespace jalon::server {

// A template resolved against a heading: pieces that are literals, cells, or captures of a heading.
struct ResolvedText {
  struct Piece {
    enum class From { kLiteral, kCell, kCapture } from = From::kLiteral;
    std::string literal;
    int index = 0;  // of the cell or capture
  };
  std::vector<Piece> pieces;
  // The name of the role, and the first column used (1-based, 0 when none), for violations.
  std::string name;
  int column = 0;
};

// Walks the records of a table. A row holds one record, or one per value column (`value.ID` or
// columns matching the heading pattern). Movable; refers to the mapping and bytes given to Open.
class TableReader {
 public:
  // Errors (kInvalidArgument carrying violations): those of CsvDocument::Open, and
  //   UNKNOWN_COLUMN, AMBIGUOUS_COLUMN   a template refers to a column that is not there, or twice
  //   NO_VALUE_COLUMN                    a heading pattern matches no column
  //   UNMATCHED_COLUMN                   a column neither matches the pattern nor is referred to
  //   AMBIGUOUS_NUMBERS                  `1,234` and nothing to tell what it means
  //   PERSONAL_DATA                      a column of IBANs, e-mail addresses or phone numbers
  // Once `stop` asks for it there are no more rows, here and below.
  static absl::StatusOr<TableReader> Open(const TableMapping& table, absl::string_view bytes,
                                          sim::StopToken stop = {});

  // Index of a role, for Text(); -1 when neither the mapping nor the heading has it.
  int Role(absl::string_view name) const;
  bool Has(absl::string_view name) const { return Role(name) >= 0; }
  // Likewise for `level.NAME` (and its label), in the mapping's order; -1 for a level without
  // label.
  int LevelRole(size_t level) const { return level_roles_[level].first; }
  int LevelLabelRole(size_t level) const { return level_roles_[level].second; }
  // The first column a role is read from, 1-based; 0 for none.
  int ColumnOf(int role) const { return role < 0 ? 0 : roles_[static_cast<size_t>(role)].column; }
  // Attributes of units: name and role.
  const std::vector<std::pair<std::string, int>>& attribute_roles() const {
    return attribute_roles_;
  }

  // Moves to the next row that passes the filters; false at the end, or when asked to stop.
  bool NextRow();
  // Records of a row: at least 1 unless the table has no value at all.
  int record_count() const { return static_cast<int>(records_.size()); }
  void SelectRecord(int record) { record_ = record; }

  // Text of a role in the current record, blanks trimmed; empty when missing (an empty cell, a
  // missing marker, or a composite with a missing piece). Valid until the next call for the role
  // that builds a composite. Role -1 gives an empty text.
  absl::string_view Text(int role);
  // The value cell of the record; empty when missing.
  absl::string_view ValueText() const;
  // Whether there is a value column at all.
  bool HasValues() const { return !records_.empty() && records_[0].column >= 0; }
  // The ID of `value.ID`; empty otherwise.
  const std::string& ValueId() const { return records_[static_cast<size_t>(record_)].id; }

  // Number in `text`, the value of the record; records a violation and gives nullopt when it is
  // none.
  std::optional<double> Number(absl::string_view text);
  // Whether the last Number() carried a percent sign.
  bool last_was_percent() const { return last_was_percent_; }
  // Period in `text` at `frequency`. Records a violation and gives nullopt when it is none; nullopt
  // too, with last_was_outside(), when it lies outside the mapping's first and last period.
  std::optional<sim::Period> ReadPeriod(absl::string_view text, sim::Frequency frequency, int role);

  bool last_was_outside() const { return last_was_outside_; }

  // Where a role or the value stands in the current record, to be completed with rule and reason.
  sim::Violation PlaceOf(int role) const;
  sim::Violation ValuePlace() const;
  void Refuse(sim::Violation place, absl::string_view value, std::string rule,
              absl::string_view reason);

  const std::string& file() const { return document_.file(); }
  int64_t line() const { return cursor_.line(); }
  NumberDialect numbers() const { return numbers_; }
  bool IsMissing(absl::string_view text) const;
  // Everything refused so far, bad rows included.
  sim::Violations TakeViolations();
  // How the file was read; complete at the end of the rows.
  FileEcho Echo() const;

 private:
  // A value column of every row.
  struct Record {
    int column = -1;  // 0-based; -1 when the table has no value
    std::string id;
    std::vector<std::string> captures;
  };

  // A `where` of the mapping.
  struct Filter {
    ResolvedText columns;
    const RowFilter* rule = nullptr;
  };

  TableReader(const TableMapping& table, CsvDocument document, sim::StopToken stop);

  bool NextCells() { return !stop_.stop_requested() && cursor_.Next(); }

  // Opening, in order.
  void ResolveRoles();
  void ResolveValues();
  void ResolveFilters();
  void ResolveHeadings();
  void LookAtCells();
  // `ambiguous` says where the first ambiguous number stands.
  void DecideNumbers(const NumberDialectFinder& finder, sim::Violation ambiguous);
  void ReportPersonalData(const std::vector<PersonalDataWatch>& watches);

  int AddRole(absl::string_view name, const TextTemplate& text);
  void AddValueColumn(absl::string_view name, absl::string_view id, const TextTemplate& text);
  std::optional<ResolvedText> Resolve(absl::string_view name, const TextTemplate& text);
  std::optional<int> FindColumn(absl::string_view name);
  bool PassesFilters(const std::vector<Filter>& filters) const;
  absl::string_view PieceText(const ResolvedText::Piece& piece) const;
  absl::string_view Compose(const ResolvedText& text, std::string& scratch) const;
  PeriodReader& PeriodsAt(sim::Frequency frequency);
  bool IsOutside(const PeriodReader::Result& result) const;

  const TableMapping* table_;
  CsvDocument document_;
  CsvCursor cursor_;
  sim::StopToken stop_;
  sim::Violations violations_;
  std::vector<ResolvedText> roles_;
  std::vector<std::string> scratch_;
  std::vector<std::pair<int, int>> level_roles_;
  std::vector<std::pair<std::string, int>> attribute_roles_;
  std::vector<Record> records_;
  // Of rows, and of the columns that the heading pattern takes apart.
  std::vector<Filter> row_filters_;
  std::vector<Filter> column_filters_;
  std::vector<bool> referred_;
  std::vector<std::string> capture_names_;
  NumberDialect numbers_ = NumberDialect::kEnglish;
  NumberDialectFinder::Finding numbers_finding_ = NumberDialectFinder::Finding::kNoMarks;
  PeriodReader months_;
  PeriodReader quarters_;
  int record_ = 0;
  // Column and reason of what was refused in the current row, and in the heading.
  std::set<std::pair<int64_t, std::string>> refused_in_row_;
  std::set<std::pair<int64_t, std::string>> refused_in_heading_;
  bool last_was_percent_ = false;
  bool last_was_outside_ = false;
  int64_t rows_ = 0;
  int64_t filtered_rows_ = 0;
  int64_t outside_periods_ = 0;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_TABLE_READER_H_
