// Writes tables in Jalon's own layout, such that reading them back gives the same values bit for
// bit.
#ifndef JALON_SERVER_EXPORT_CSV_WRITER_H_
#define JALON_SERVER_EXPORT_CSV_WRITER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "sim/base/period.h"

namespace jalon::server {

// Shortest text that reads back as `value`; empty for NaN, which is missing.
std::string NumberText(double value);
// Empty when absent.
std::string NumberText(const std::optional<double>& value);
std::string PeriodText(const std::optional<sim::Period>& period);
// `yes` or `no`.
std::string YesNoText(bool value);

// A table being written: `;` between cells, quotes where a cell needs them, LF after each row.
// Thread-compatible.
class CsvWriter {
 public:
  explicit CsvWriter(const std::vector<std::string>& heading) { Row(heading); }

  void Row(const std::vector<std::string>& cells);
  // Rows so far, without the heading.
  int64_t row_count() const { return row_count_; }
  std::string Take() { return std::move(text_); }
  // Empty without rows.
  std::string TakeRows() { return row_count_ == 0 ? std::string() : std::move(text_); }

 private:
  void Cell(absl::string_view cell);

  std::string text_;
  int64_t row_count_ = -1;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_EXPORT_CSV_WRITER_H_
