#include "clients/cli/workbook.h"

#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace jalon::client {
namespace {

namespace fs = std::filesystem;

constexpr lxw_row_t kSheetRows = LXW_ROW_MAX;
constexpr size_t kTitleBytes = 25;
// Rows looked at to choose the width of a column, and the widths it may have, in characters.
constexpr lxw_row_t kWidthRows = 1000;
constexpr int kNarrowest = 8;
constexpr int kWidest = 60;
// Before any run of Jalon; libxlsxwriter takes 0 for the present.
constexpr absl::Time kNoDate = absl::FromUnixSeconds(946684800);  // 2000-01-01

// An empty file of its own in the temporary folder; empty when there cannot be one.
std::string TemporaryFile() {
  std::error_code error;
  std::string path = (fs::temp_directory_path(error) / "jalon-XXXXXX.xlsx").string();
  const int descriptor = mkstemps(path.data(), 5);
  if (descriptor < 0) return "";
  close(descriptor);
  return path;
}

std::string SheetTitle(std::string title) {
  title = absl::StrReplaceAll(
      title, {{"[", "-"}, {"]", "-"}, {":", "-"}, {"*", "-"}, {"?", "-"}, {"/", "-"}, {"\\", "-"}});
  return title.substr(0, kTitleBytes);
}

// `2026-11` as its first day.
std::optional<lxw_datetime> MonthOf(const std::string& text) {
  lxw_datetime date{};
  int length = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d%n", &date.year, &date.month, &length) != 2) return {};
  date.day = 1;
  const bool whole = length == 7 && text.size() == 7;
  if (!whole || date.year < 1900 || date.month < 1 || date.month > 12) return std::nullopt;
  return date;
}

// `2026-11-25 14:03:07Z`, as TimeText writes it.
std::optional<lxw_datetime> TimeOf(const std::string& text) {
  lxw_datetime date{};
  int second = 0;
  int length = 0;
  const int found = std::sscanf(text.c_str(), "%4d-%2d-%2d %2d:%2d:%2dZ%n", &date.year, &date.month,
                                &date.day, &date.hour, &date.min, &second, &length);
  date.sec = second;
  if (found != 6 || length != 20 || text.size() != 20 || date.year < 1900) return std::nullopt;
  return date;
}

std::string NumberFormat(CellFormat format, double value) {
  switch (format) {
    case CellFormat::kProbability:
    case CellFormat::kRatio:
      return "0.0%";
    case CellFormat::kCount:
      return "#,##0";
    default:
      break;
  }
  const int decimals = DecimalsFor(value);
  return decimals == 0 ? "#,##0" : absl::StrCat("#,##0.", std::string(decimals, '0'));
}

}  // namespace

// libxlsxwriter keeps one row of each sheet in memory and writes the others to temporary files.
class Workbook::Writer {
 public:
  Writer(std::string title, Locale locale)
      : title_(SheetTitle(std::move(title))), french_(locale == Locale::kFrench) {
    path_ = TemporaryFile();
    if (path_.empty()) {
      Note(LXW_ERROR_CREATING_TMPFILE);
      return;
    }
    lxw_workbook_options options{};
    options.constant_memory = LXW_TRUE;
    options.use_zip64 = LXW_FALSE;
    workbook_ = workbook_new_opt(path_.c_str(), &options);
    heading_ = workbook_add_format(workbook_);
    format_set_bold(heading_);
    format_set_bottom(heading_, LXW_BORDER_THIN);
  }

  ~Writer() {
    if (workbook_ != nullptr) lxw_workbook_free(workbook_);
    std::error_code error;
    if (!path_.empty()) fs::remove(path_, error);
  }

  bool has_table() const { return sheets_ > 0; }

  void BeginTable(std::vector<Column> columns) {
    columns_ = std::move(columns);
    BeginSheet(SheetName());
  }

  void Row(const std::vector<Cell>& cells) {
    if (row_ == kSheetRows) BeginSheet(SheetName());
    for (size_t c = 0; c < cells.size(); ++c) WriteCell(c, cells[c], columns_[c].format);
    ++row_;
  }

  void SetFacts(std::vector<Fact> facts) { facts_ = std::move(facts); }
  void SetCreated(absl::Time created) { created_ = created; }

  absl::StatusOr<std::string> Finish() {
    if (workbook_ == nullptr) return Error();
    WriteFacts();
    SetWidths();
    lxw_doc_properties properties{};
    properties.created = absl::ToTimeT(created_);
    Note(workbook_set_properties(workbook_, &properties));
    Note(workbook_close(std::exchange(workbook_, nullptr)));
    if (error_ != LXW_NO_ERROR) return Error();
    std::ifstream in(path_, std::ios::binary);
    std::ostringstream bytes;
    bytes << in.rdbuf();
    if (!in) return absl::UnavailableError(absl::StrCat(path_, ": cannot be read"));
    return std::move(bytes).str();
  }

 private:
  // Keeps the first error; the others follow from it.
  void Note(lxw_error error) {
    if (error_ == LXW_NO_ERROR) error_ = error;
  }

  absl::Status Error() const {
    const std::string text = absl::StrCat("xlsx: ", lxw_strerror(error_));
    const bool no_room =
        error_ == LXW_ERROR_CREATING_TMPFILE || error_ == LXW_ERROR_CREATING_XLSX_FILE;
    return no_room ? absl::UnavailableError(text) : absl::InternalError(text);
  }

  std::string SheetName() const {
    return sheets_ == 0 ? title_ : absl::StrCat(title_, " ", sheets_ + 1);
  }

  std::string TitleOf(const Column& column) const {
    const std::string& title =
        french_ && !column.title_fr.empty() ? column.title_fr : column.title_en;
    return title.empty() ? column.key : title;
  }

  void BeginSheet(const std::string& name) {
    if (workbook_ == nullptr) return;
    SetWidths();
    ++sheets_;
    sheet_ = workbook_add_worksheet(workbook_, name.c_str());
    if (sheet_ == nullptr) return Note(LXW_ERROR_SHEETNAME_ALREADY_USED);
    widths_.assign(columns_.size(), kNarrowest);
    row_ = 0;
    for (size_t c = 0; c < columns_.size(); ++c) WriteText(c, TitleOf(columns_[c]), heading_);
    worksheet_freeze_panes(sheet_, 1, 0);
    ++row_;
  }

  void SetWidths() {
    for (size_t c = 0; sheet_ != nullptr && c < widths_.size(); ++c) {
      const auto column = static_cast<lxw_col_t>(c);
      Note(worksheet_set_column(sheet_, column, column, widths_[c] + 1, nullptr));
    }
  }

  void WriteFacts() {
    if (facts_.empty()) return;
    columns_ = {{"fact", "Hypothesis", "Hypothèse"}, {"value", "Value", "Valeur"}};
    BeginSheet(french_ ? "hypothèses" : "hypotheses");
    for (const Fact& fact : facts_) {
      WriteText(0, TitleOf({fact.key, fact.title_en, fact.title_fr}), nullptr);
      WriteCell(1, fact.value, fact.format);
      ++row_;
    }
  }

  void WriteCell(size_t c, const Cell& cell, CellFormat format) {
    if (sheet_ == nullptr) return;
    if (const auto* text = std::get_if<std::string>(&cell)) return WriteTyped(c, *text, format);
    if (const auto* whole = std::get_if<int64_t>(&cell)) {
      WriteNumber(c, static_cast<double>(*whole), format);
    } else if (const auto* number = std::get_if<double>(&cell)) {
      WriteNumber(c, *number, format);
    } else {
      return;
    }
    Widen(c, FormatForScreen(cell, format, french_ ? Locale::kFrench : Locale::kEnglish));
  }

  void WriteTyped(size_t c, const std::string& text, CellFormat format) {
    std::optional<lxw_datetime> date;
    if (format == CellFormat::kPeriod) date = MonthOf(text);
    if (format == CellFormat::kTime) date = TimeOf(text);
    if (!date.has_value()) return WriteText(c, text, nullptr);
    const char* shown = format == CellFormat::kPeriod
                            ? (french_ ? "mm/yyyy" : "yyyy-mm")
                            : (french_ ? "dd/mm/yyyy hh:mm:ss" : "yyyy-mm-dd hh:mm:ss");
    Note(worksheet_write_datetime(sheet_, row_, Col(c), &*date, FormatOf(shown)));
    Widen(c, shown);
  }

  void WriteText(size_t c, const std::string& text, lxw_format* format) {
    if (sheet_ == nullptr || text.empty()) return;
    Note(worksheet_write_string(sheet_, row_, Col(c), text.c_str(), format));
    Widen(c, text);
  }

  void WriteNumber(size_t c, double value, CellFormat format) {
    Note(
        worksheet_write_number(sheet_, row_, Col(c), value, FormatOf(NumberFormat(format, value))));
  }

  void Widen(size_t c, const std::string& shown) {
    if (row_ < kWidthRows) {
      widths_[c] = std::clamp(DisplayWidth(shown), widths_[c], std::max(widths_[c], kWidest));
    }
  }

  static lxw_col_t Col(size_t c) { return static_cast<lxw_col_t>(c); }

  // Formats are made once: a workbook may have 64,000 of them.
  lxw_format* FormatOf(const std::string& shown) {
    lxw_format*& format = formats_[shown];
    if (format == nullptr) {
      format = workbook_add_format(workbook_);
      format_set_num_format(format, shown.c_str());
    }
    return format;
  }

  const std::string title_;
  const bool french_;
  std::string path_;
  lxw_error error_ = LXW_NO_ERROR;
  absl::Time created_ = kNoDate;
  std::vector<Column> columns_;
  std::vector<Fact> facts_;
  int sheets_ = 0;
  lxw_row_t row_ = 0;
  std::vector<int> widths_;
  // All owned by workbook_.
  lxw_workbook* workbook_ = nullptr;
  lxw_worksheet* sheet_ = nullptr;
  lxw_format* heading_ = nullptr;
  std::map<std::string, lxw_format*> formats_;
};

Workbook::Workbook(std::string title, Locale locale)
    : writer_(std::make_unique<Writer>(std::move(title), locale)) {}
Workbook::~Workbook() = default;

void Workbook::BeginTable(std::vector<Column> columns) { writer_->BeginTable(std::move(columns)); }
void Workbook::Row(const std::vector<Cell>& cells) { writer_->Row(cells); }
void Workbook::SetFacts(std::vector<Fact> facts) { writer_->SetFacts(std::move(facts)); }
void Workbook::SetCreated(absl::Time created) { writer_->SetCreated(created); }
bool Workbook::has_table() const { return writer_->has_table(); }
absl::StatusOr<std::string> Workbook::Finish() { return writer_->Finish(); }

}  // namespace jalon::client
