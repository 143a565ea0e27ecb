#include "clients/cli/table.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "clients/cli/workbook.h"

namespace jalon::client {
namespace {

constexpr char kNarrowNoBreakSpace[] = "\u202F";

bool IsNumber(const Cell& cell) {
  return std::holds_alternative<int64_t>(cell) || std::holds_alternative<double>(cell);
}

double AsDouble(const Cell& cell) {
  if (const auto* whole = std::get_if<int64_t>(&cell)) return static_cast<double>(*whole);
  return std::get<double>(cell);
}

// Groups the digits of `digits` (unsigned, no decimals) by three.
std::string GroupThousands(const std::string& digits, const std::string& separator) {
  std::string grouped;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped += separator;
    grouped += digits[i];
  }
  return grouped;
}

std::string FormatFixed(double value, int decimals, Locale locale) {
  std::string text = absl::StrFormat("%.*f", decimals, std::fabs(value));
  const size_t point = text.find('.');
  std::string fraction = point == std::string::npos ? "" : text.substr(point + 1);
  const bool french = locale == Locale::kFrench;
  std::string whole = GroupThousands(text.substr(0, point), french ? kNarrowNoBreakSpace : ",");
  const bool is_zero = text.find_first_not_of("0.") == std::string::npos;
  return absl::StrCat(value < 0 && !is_zero ? "-" : "", whole,
                      fraction.empty() ? "" : (french ? "," : "."), fraction);
}

std::string Percent(double ratio, Locale locale) {
  return absl::StrCat(FormatFixed(100 * ratio, 1, locale),
                      locale == Locale::kFrench ? kNarrowNoBreakSpace : " ", "%");
}

std::string JsonString(const std::string& text) {
  std::string quoted = "\"";
  for (const unsigned char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += static_cast<char>(c);
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (c < 0x20) {
      absl::StrAppendFormat(&quoted, "\\u%04x", c);
    } else {
      quoted += static_cast<char>(c);
    }
  }
  return quoted + "\"";
}

std::string JsonCell(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return JsonString(*text);
  if (const auto* whole = std::get_if<int64_t>(&cell)) return absl::StrCat(*whole);
  if (const auto* number = std::get_if<double>(&cell)) {
    return FormatExactly(*number, Locale::kEnglish);
  }
  return "null";
}

std::string CsvText(const std::string& text, char separator) {
  std::string safe = text;
  if (!safe.empty() && absl::string_view("=+-@\t\r").find(safe[0]) != absl::string_view::npos) {
    safe.insert(safe.begin(), '\'');
  }
  if (safe.find_first_of("\"\r\n") == std::string::npos &&
      safe.find(separator) == std::string::npos) {
    return safe;
  }
  return absl::StrCat("\"", absl::StrReplaceAll(safe, {{"\"", "\"\""}}), "\"");
}

std::string CsvCell(const Cell& cell, Locale locale) {
  if (const auto* text = std::get_if<std::string>(&cell)) {
    return CsvText(*text, locale == Locale::kFrench ? ';' : ',');
  }
  if (const auto* whole = std::get_if<int64_t>(&cell)) return absl::StrCat(*whole);
  if (const auto* number = std::get_if<double>(&cell)) return FormatExactly(*number, locale);
  return "";
}

bool IsRightAligned(CellFormat format) {
  return format != CellFormat::kText && format != CellFormat::kPeriod &&
         format != CellFormat::kTime;
}

std::string Padded(const std::string& text, int width, bool right) {
  const std::string space(std::max(0, width - DisplayWidth(text)), ' ');
  return right ? space + text : text + space;
}

}  // namespace

int DecimalsFor(double value) {
  const double size = std::fabs(value);
  if (size == std::floor(size) || size >= 1000) return 0;
  return size >= 10 ? 1 : (size >= 0.1 ? 2 : 4);
}

std::string FormatExactly(double value, Locale locale) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  std::string text(buffer, end);
  if (locale == Locale::kFrench) std::replace(text.begin(), text.end(), '.', ',');
  return text;
}

std::string FormatForScreen(const Cell& cell, CellFormat format, Locale locale) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (!IsNumber(cell)) return "-";
  const double value = AsDouble(cell);
  switch (format) {
    case CellFormat::kProbability:
    case CellFormat::kRatio:
      return Percent(value, locale);
    case CellFormat::kCount:
      return FormatFixed(value, 0, locale);
    case CellFormat::kText:
    case CellFormat::kPeriod:
    case CellFormat::kTime:
    case CellFormat::kNumber:
      break;
  }
  return FormatFixed(value, DecimalsFor(value), locale);
}

int DisplayWidth(const std::string& text) {
  int width = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool continuation = (byte & 0xC0) == 0x80;
    const bool combining = (byte == 0xCC || byte == 0xCD) && i + 1 < text.size();
    if (!continuation && !combining) ++width;
  }
  return width;
}

TableWriter::TableWriter(std::ostream& out, std::vector<Column> columns, OutputOptions options,
                         Workbook* workbook)
    : out_(out), columns_(std::move(columns)), options_(options), workbook_(workbook) {
  if (options_.format == OutputFormat::kXlsx) workbook_->BeginTable(columns_);
  if (options_.format == OutputFormat::kJson) out_ << "[";
  if (options_.format != OutputFormat::kCsv) return;
  if (options_.locale == Locale::kFrench) out_ << "\xEF\xBB\xBF";
  std::vector<std::string> header;
  for (const Column& column : columns_) header.push_back(column.key);
  WriteCsvLine(header);
}

void TableWriter::Row(std::vector<Cell> cells) {
  std::vector<std::string> texts;
  switch (options_.format) {
    case OutputFormat::kJson:
      out_ << (row_count_ == 0 ? "\n  " : ",\n  ");
      WriteJsonObject(cells);
      break;
    case OutputFormat::kNdjson:
      WriteJsonObject(cells);
      out_ << "\n";
      break;
    case OutputFormat::kCsv:
      for (const Cell& cell : cells) texts.push_back(CsvCell(cell, options_.locale));
      WriteCsvLine(texts);
      break;
    case OutputFormat::kXlsx:
      workbook_->Row(cells);
      break;
    case OutputFormat::kTable:
      for (size_t c = 0; c < cells.size(); ++c) {
        texts.push_back(FormatForScreen(cells[c], columns_[c].format, options_.locale));
      }
      screen_rows_.push_back(std::move(texts));
      break;
  }
  ++row_count_;
}

void TableWriter::Finish() {
  if (options_.format == OutputFormat::kJson) out_ << (row_count_ == 0 ? "]\n" : "\n]\n");
  if (options_.format == OutputFormat::kTable) WriteScreen();
  out_.flush();
}

void TableWriter::WriteCsvLine(const std::vector<std::string>& cells) {
  const char separator = options_.locale == Locale::kFrench ? ';' : ',';
  for (size_t c = 0; c < cells.size(); ++c) {
    if (c > 0) out_ << separator;
    out_ << cells[c];
  }
  out_ << "\r\n";
}

void TableWriter::WriteJsonObject(const std::vector<Cell>& cells) {
  out_ << "{";
  for (size_t c = 0; c < cells.size(); ++c) {
    out_ << (c == 0 ? "" : ", ") << JsonString(columns_[c].key) << ": " << JsonCell(cells[c]);
  }
  out_ << "}";
}

void TableWriter::WriteScreen() {
  const bool french = options_.locale == Locale::kFrench;
  std::vector<std::string> titles;
  std::vector<int> widths;
  for (const Column& column : columns_) {
    titles.push_back(french && !column.title_fr.empty() ? column.title_fr : column.title_en);
    widths.push_back(DisplayWidth(titles.back()));
  }
  for (const auto& row : screen_rows_) {
    for (size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], DisplayWidth(row[c]));
  }
  const auto write = [&](const std::vector<std::string>& row) {
    std::string line;
    for (size_t c = 0; c < row.size(); ++c) {
      const bool right = IsRightAligned(columns_[c].format);
      absl::StrAppend(&line, c == 0 ? "" : "  ", Padded(row[c], widths[c], right));
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out_ << line << "\n";
  };
  write(titles);
  for (const auto& row : screen_rows_) write(row);
  if (screen_rows_.empty()) out_ << (french ? "(aucune ligne)\n" : "(no rows)\n");
}

}  // namespace jalon::client
