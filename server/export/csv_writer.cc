#include "server/export/csv_writer.h"

#include <array>
#include <charconv>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace jalon::server {

std::string NumberText(double value) {
  if (std::isnan(value)) return "";
  std::array<char, 32> text;
  const std::to_chars_result end = std::to_chars(text.data(), text.data() + text.size(), value);
  return std::string(text.data(), end.ptr);
}

std::string NumberText(const std::optional<double>& value) {
  return value ? NumberText(*value) : "";
}

std::string PeriodText(const std::optional<sim::Period>& period) {
  return period ? period->ToString() : "";
}

std::string YesNoText(bool value) { return value ? "yes" : "no"; }

void CsvWriter::Row(const std::vector<std::string>& cells) {
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) text_ += ';';
    Cell(cells[i]);
  }
  text_ += '\n';
  ++row_count_;
}

void CsvWriter::Cell(absl::string_view cell) {
  const bool plain = cell.find_first_of(";\"\r\n") == absl::string_view::npos;
  if (plain) {
    absl::StrAppend(&text_, cell);
  } else {
    absl::StrAppend(&text_, "\"", absl::StrReplaceAll(cell, {{"\"", "\"\""}}), "\"");
  }
}

}  // namespace jalon::server
