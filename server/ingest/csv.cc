#include "server/ingest/csv.h"

#include <array>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

constexpr std::array<char, 4> kSeparators = {';', ',', '\t', '|'};
// Rows looked at to find the separator.
constexpr int kSampleRows = 50;

// Number of each separator outside quotes in the record at `offset`, which moves past it.
std::array<int64_t, 4> CountSeparators(absl::string_view text, size_t& offset) {
  std::array<int64_t, 4> counts{};
  bool quoted = false;
  for (; offset < text.size(); ++offset) {
    const char c = text[offset];
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n') {
      ++offset;
      break;
    }
    for (size_t k = 0; k < kSeparators.size(); ++k) counts[k] += c == kSeparators[k];
  }
  return counts;
}

struct SeparatorEvidence {
  std::array<int64_t, 4> heading{};
  // Every sampled row has as many as the heading, and at least one.
  std::array<bool, 4> consistent{};
};

SeparatorEvidence LookAtRows(absl::string_view text) {
  SeparatorEvidence evidence;
  size_t offset = 0;
  evidence.heading = CountSeparators(text, offset);
  for (size_t k = 0; k < kSeparators.size(); ++k) {
    evidence.consistent[k] = evidence.heading[k] > 0;
  }
  for (int row = 0; row < kSampleRows && offset < text.size(); ++row) {
    if (text[offset] == '\n' || text[offset] == '\r') {  // a blank line says nothing
      ++offset;
      continue;
    }
    const std::array<int64_t, 4> counts = CountSeparators(text, offset);
    for (size_t k = 0; k < kSeparators.size(); ++k) {
      evidence.consistent[k] &= counts[k] == evidence.heading[k];
    }
  }
  return evidence;
}

// The separator of `text`; nullopt when two fit.
std::optional<char> FindSeparator(absl::string_view text) {
  const SeparatorEvidence evidence = LookAtRows(text);
  int consistent = 0;
  size_t best = 1;  // a file of one column reads the same with any; `,` is the standard's
  for (size_t k = 0; k < kSeparators.size(); ++k) consistent += evidence.consistent[k];
  if (consistent > 1) return std::nullopt;
  for (size_t k = 0; k < kSeparators.size(); ++k) {
    if (evidence.consistent[k]) return kSeparators[k];
    if (evidence.heading[k] > evidence.heading[best]) best = k;
  }
  return kSeparators[best];
}

sim::Violation InFile(absl::string_view file, int64_t line, sim::Violation violation) {
  violation.file = std::string(file);
  violation.line = line;
  return violation;
}

std::vector<std::string> NameColumns(std::span<const absl::string_view> cells, bool has_heading) {
  std::vector<std::string> names;
  names.reserve(cells.size());
  for (size_t i = 0; i < cells.size(); ++i) {
    names.push_back(has_heading ? std::string(TrimBlanks(cells[i])) : absl::StrCat("#", i + 1));
  }
  return names;
}

}  // namespace

absl::string_view SeparatorName(char separator) {
  switch (separator) {
    case ';':
      return ";";
    case '\t':
      return "tab";
    case '|':
      return "|";
    default:
      return ",";
  }
}

absl::StatusOr<CsvDocument> CsvDocument::Open(absl::string_view bytes, CsvOptions options) {
  CsvDocument document;
  document.options_ = std::move(options);
  const CsvOptions& declared = document.options_;
  JALON_ASSIGN_OR_RETURN(DecodedText decoded, DecodeText(bytes, declared.encoding, declared.file));
  document.dialect_.encoding = decoded.byte_order_mark ? Encoding::kUtf8 : declared.encoding;
  document.dialect_.byte_order_mark = decoded.byte_order_mark;
  document.text_ = std::make_shared<const DecodedText>(std::move(decoded));

  CsvCursor cursor(document.text_, declared.file, ',');
  for (int64_t i = 0; i < declared.skip_lines; ++i) cursor.SkipToNextLine();
  const absl::string_view body = cursor.rest_.substr(cursor.offset_);
  const std::optional<char> separator =
      declared.separator != '\0' ? std::optional<char>(declared.separator) : FindSeparator(body);
  if (!separator.has_value()) {
    return sim::ViolationStatus(
        InFile(declared.file, cursor.line_,
               {.field = "separator",
                .rule = "must be declared in the mapping: two separators fit this file",
                .reason = "AMBIGUOUS_SEPARATOR"}));
  }
  cursor.separator_ = document.dialect_.separator = *separator;
  document.first_row_offset_ = cursor.offset_;
  document.first_row_line_ = cursor.line_;
  const bool found = cursor.Next();
  if (!cursor.violations().empty()) return cursor.violations().ToStatus();
  if (!found) {
    return sim::ViolationStatus(InFile(declared.file, cursor.line_,
                                       {.field = "heading",
                                        .rule = "must stand after the skipped lines",
                                        .reason = "NO_HEADING"}));
  }
  if (cursor.cells().size() > kMaxCsvColumns) {
    return sim::ViolationStatus(InFile(declared.file, cursor.line(),
                                       {.field = "heading",
                                        .value = absl::StrCat(cursor.cells().size(), " columns"),
                                        .rule = absl::StrCat("must be <= ", kMaxCsvColumns),
                                        .reason = "TOO_MANY_COLUMNS"}));
  }
  document.heading_ = NameColumns(cursor.cells(), declared.has_heading);
  if (declared.has_heading) {
    document.first_row_offset_ = cursor.offset_;
    document.first_row_line_ = cursor.line_;
  }
  return document;
}

bool CsvDocument::ends_with_newline() const {
  const absl::string_view text = text_->View();
  return !text.empty() && (text.back() == '\n' || text.back() == '\r');
}

CsvCursor CsvDocument::Rows() const {
  CsvCursor cursor(text_, options_.file, dialect_.separator);
  cursor.offset_ = first_row_offset_;
  cursor.line_ = first_row_line_;
  cursor.expected_cells_ = heading_.size();
  return cursor;
}

CsvCursor::CsvCursor(std::shared_ptr<const DecodedText> text, absl::string_view file,
                     char separator)
    : text_(std::move(text)), rest_(text_->View()), file_(file), separator_(separator) {}

bool CsvCursor::Next() {
  while (offset_ < rest_.size()) {
    row_line_ = line_;
    if (!ReadRecord()) continue;
    bool blank = true;
    for (const absl::string_view cell : cells_) blank = blank && cell.empty();
    if (blank) {
      ++blank_rows_;
      continue;
    }
    if (expected_cells_ != 0 && cells_.size() != expected_cells_) {
      Fail({.field = "row",
            .value = absl::StrCat(cells_.size(), " cells"),
            .rule = absl::StrCat("must have ", expected_cells_, " cells like the heading"),
            .reason = "WRONG_CELL_COUNT"});
      continue;
    }
    return true;
  }
  cells_.clear();
  return false;
}

bool CsvCursor::ReadRecord() {
  cells_.clear();
  do {
    const bool quoted = offset_ < rest_.size() && rest_[offset_] == '"';
    if (!(quoted ? ReadQuotedCell() : ReadPlainCell())) {
      SkipToNextLine();
      return false;
    }
  } while (PassSeparator());
  return true;
}

bool CsvCursor::ReadPlainCell() {
  const size_t start = offset_;
  size_t end = offset_;
  for (; end < rest_.size(); ++end) {
    const char c = rest_[end];
    if (c == separator_ || c == '\n') break;
    if (c == '"') {
      offset_ = end;
      return Fail({.field = "row",
                   .value = std::string(rest_.substr(start, end - start + 1)),
                   .rule = "a cell with quotes must stand in quotes, each inner quote doubled",
                   .reason = "BAD_QUOTES"});
    }
  }
  offset_ = end;
  if (end > start && rest_[end - 1] == '\r') --end;
  if (static_cast<int64_t>(end - start) > kMaxCsvCellBytes) {
    return Fail({.field = "row",
                 .rule = absl::StrCat("a cell must have <= ", kMaxCsvCellBytes, " bytes"),
                 .reason = "CELL_TOO_LONG"});
  }
  cells_.push_back(rest_.substr(start, end - start));
  return true;
}

bool CsvCursor::ReadQuotedCell() {
  const size_t start = ++offset_;
  bool escaped = false;
  for (;; ++offset_) {
    if (offset_ >= rest_.size()) {
      return Fail({.field = "row",
                   .rule = "a quoted cell must end with a quote before the end of the file",
                   .reason = "BAD_QUOTES"});
    }
    if (rest_[offset_] == '\n') ++line_;
    if (rest_[offset_] != '"') continue;
    if (offset_ + 1 >= rest_.size() || rest_[offset_ + 1] != '"') break;
    escaped = true;
    ++offset_;
  }
  const absl::string_view inside = rest_.substr(start, offset_ - start);
  ++offset_;
  if (static_cast<int64_t>(inside.size()) > kMaxCsvCellBytes) {
    return Fail({.field = "row",
                 .rule = absl::StrCat("a cell must have <= ", kMaxCsvCellBytes, " bytes"),
                 .reason = "CELL_TOO_LONG"});
  }
  if (!AtCellEnd()) {
    return Fail({.field = "row",
                 .value = std::string(inside.substr(0, 100)),
                 .rule = "a closing quote must be followed by the separator or the line's end",
                 .reason = "BAD_QUOTES"});
  }
  if (!escaped) {
    cells_.push_back(inside);
    return true;
  }
  std::string& copy = unescaped_.emplace_back();
  copy.reserve(inside.size());
  for (size_t i = 0; i < inside.size(); ++i) {
    copy.push_back(inside[i]);
    if (inside[i] == '"') ++i;
  }
  cells_.push_back(copy);
  return true;
}

bool CsvCursor::AtCellEnd() const {
  if (offset_ >= rest_.size()) return true;
  const char c = rest_[offset_];
  return c == separator_ || c == '\n' || c == '\r';
}

bool CsvCursor::PassSeparator() {
  if (offset_ < rest_.size() && rest_[offset_] == '\r') ++offset_;
  if (offset_ >= rest_.size()) return false;
  if (rest_[offset_] == '\n') {
    ++offset_;
    ++line_;
    return false;
  }
  ++offset_;  // the separator
  return true;
}

void CsvCursor::SkipToNextLine() {
  while (offset_ < rest_.size() && rest_[offset_] != '\n') ++offset_;
  if (offset_ < rest_.size()) {
    ++offset_;
    ++line_;
  }
}

bool CsvCursor::Fail(sim::Violation violation) {
  violation.column =
      violation.reason == "WRONG_CELL_COUNT" ? 0 : static_cast<int64_t>(cells_.size()) + 1;
  violations_.Add(InFile(file_, row_line_, std::move(violation)));
  return false;
}

}  // namespace jalon::server
