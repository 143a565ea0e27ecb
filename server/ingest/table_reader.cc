#include "server/ingest/table_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "server/ingest/encoding.h"
#include "server/ingest/personal_data.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

using From = ResolvedText::Piece::From;

constexpr absl::string_view kNumberRoles[] = {
    "value",
    "scale",
    "floor",
    "cap",
    "rounding",
    "days",
    "multiply",
    "mean",
    "sd",
    "low",
    "effect",
    "high",
    "report_jumps",
    "lag",
    "ramp",
    "anticipation",
    "anticipation_share",
    "channel_share",
    "share",
    "bridge",
    "unsplit_share",
    "means_share",
    "weight",
    "factor",
    "threshold",
    "payoff",
    "old_value",
    "deviation",
    "announcement_lag",
    "deviation_low",
    "deviation_high",
    "deviation_probability",
};

// Column names listed in an echo.
constexpr size_t kMaxNamedColumns = 5;

bool IsNumberRole(absl::string_view name) {
  return absl::StartsWith(name, "attribute.") ||
         std::find(std::begin(kNumberRoles), std::end(kNumberRoles), name) !=
             std::end(kNumberRoles);
}

absl::string_view MarksOf(NumberDialect dialect) {
  return dialect == NumberDialect::kEnglish ? "'.'" : "','";
}

}  // namespace

TableReader::TableReader(const TableMapping& table, CsvDocument document, sim::StopToken stop)
    : table_(&table),
      document_(std::move(document)),
      cursor_(document_.Rows()),
      stop_(stop),
      referred_(document_.heading().size(), false),
      months_(sim::Frequency::kMonth, table.period_format),
      quarters_(sim::Frequency::kQuarter, table.period_format) {
  if (table.heading.has_value()) capture_names_ = table.heading->names();
}

absl::StatusOr<TableReader> TableReader::Open(const TableMapping& table, absl::string_view bytes,
                                              sim::StopToken stop) {
  JALON_ASSIGN_OR_RETURN(CsvDocument document,
                         CsvDocument::Open(bytes, {.file = table.file,
                                                   .separator = table.separator,
                                                   .encoding = table.encoding,
                                                   .skip_lines = table.skip_lines,
                                                   .has_heading = table.has_heading}));
  TableReader reader(table, std::move(document), stop);
  reader.ResolveRoles();
  reader.ResolveValues();
  reader.ResolveFilters();
  reader.ResolveHeadings();
  if (!reader.violations_.empty()) return reader.violations_.ToStatus();
  reader.LookAtCells();
  if (!reader.violations_.empty()) return reader.violations_.ToStatus();
  return reader;
}

int TableReader::Role(absl::string_view name) const {
  for (size_t i = 0; i < roles_.size(); ++i) {
    if (roles_[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

std::optional<int> TableReader::FindColumn(absl::string_view name) {
  const std::vector<std::string>& heading = document_.heading();
  std::optional<int> found;
  for (size_t i = 0; i < heading.size(); ++i) {
    if (heading[i] != name || name.empty()) continue;
    if (found.has_value()) {
      violations_.Add({.field = "heading",
                       .value = std::string(name),
                       .rule = "must name one column only",
                       .reason = "AMBIGUOUS_COLUMN",
                       .file = file(),
                       .column = static_cast<int64_t>(i) + 1});
      return found;
    }
    found = static_cast<int>(i);
  }
  int position = 0;
  if (!found.has_value() && absl::StartsWith(name, "#") &&
      absl::SimpleAtoi(name.substr(1), &position) && position >= 1 &&
      position <= static_cast<int>(heading.size())) {
    found = position - 1;
  }
  return found;
}

std::optional<ResolvedText> TableReader::Resolve(absl::string_view name, const TextTemplate& text) {
  ResolvedText resolved{.name = std::string(name)};
  for (const TemplatePart& part : text.parts()) {
    if (!part.is_reference) {
      resolved.pieces.push_back({From::kLiteral, part.text});
      continue;
    }
    const auto capture = std::find(capture_names_.begin(), capture_names_.end(), part.text);
    if (capture != capture_names_.end()) {
      resolved.pieces.push_back(
          {From::kCapture, "", static_cast<int>(capture - capture_names_.begin())});
      continue;
    }
    const std::optional<int> column = FindColumn(part.text);
    if (!column.has_value()) {
      violations_.Add({.field = std::string(name),
                       .value = part.text,
                       .rule = absl::StrCat("must be a column of the file, which has ",
                                            absl::StrJoin(document_.heading().begin(),
                                                          document_.heading().begin() +
                                                              static_cast<int64_t>(std::min<size_t>(
                                                                  20, document_.heading().size())),
                                                          ", ")),
                       .reason = "UNKNOWN_COLUMN",
                       .file = file()});
      return std::nullopt;
    }
    referred_[static_cast<size_t>(*column)] = true;
    if (resolved.column == 0) resolved.column = *column + 1;
    resolved.pieces.push_back({From::kCell, "", *column});
  }
  return resolved;
}

int TableReader::AddRole(absl::string_view name, const TextTemplate& text) {
  std::optional<ResolvedText> resolved = Resolve(name, text);
  if (!resolved.has_value()) return -1;
  roles_.push_back(*std::move(resolved));
  scratch_.emplace_back();
  return static_cast<int>(roles_.size()) - 1;
}

void TableReader::ResolveRoles() {
  for (const auto& [name, text] : table_->roles) {
    if (name != "value") AddRole(name, text.value);
  }
  for (const TableMapping::Level& level : table_->levels) {
    const int id = AddRole(absl::StrCat("level.", level.name), level.id);
    const int label = level.label.has_value()
                          ? AddRole(absl::StrCat("level.", level.name, ".label"), *level.label)
                          : -1;
    level_roles_.emplace_back(id, label);
  }
  for (const auto& [name, text] : table_->attributes) {
    attribute_roles_.emplace_back(name, AddRole(absl::StrCat("attribute.", name), text.value));
  }
  // A key left out takes the column of its own name.
  const bool units_from_levels = !table_->levels.empty();
  const bool ids_from_values = !table_->values.empty();
  for (const absl::string_view role : TableRoles(table_->kind)) {
    if (role == "value" || Has(role) || table_->roles.contains(std::string(role))) continue;
    if (units_from_levels && (role == "unit" || role == "id" || role == "parent")) continue;
    if (ids_from_values && (role == "indicator" || role == "driver")) continue;
    if (FindColumn(role).has_value()) AddRole(role, TextTemplate::Column(role));
  }
  if (table_->kind != TableKind::kUnits || !table_->attributes.empty()) return;
  for (const std::string& name : document_.heading()) {
    absl::string_view attribute = name;
    if (!absl::ConsumePrefix(&attribute, "attribute.")) continue;
    attribute_roles_.emplace_back(std::string(attribute),
                                  AddRole(name, TextTemplate::Column(name)));
  }
}

void TableReader::ResolveValues() {
  if (table_->heading.has_value()) return;
  if (table_->values.empty()) {
    const auto declared = table_->roles.find("value");
    const bool has_column = FindColumn("value").has_value();
    const std::vector<absl::string_view> roles = TableRoles(table_->kind);
    const bool takes_value = std::find(roles.begin(), roles.end(), "value") != roles.end();
    if (declared == table_->roles.end() && (!takes_value || !has_column)) {
      records_.push_back({});
      return;
    }
    const TextTemplate text =
        declared == table_->roles.end() ? TextTemplate::Column("value") : declared->second.value;
    AddValueColumn("value", "", text);
    return;
  }
  for (const auto& [id, text] : table_->values) {
    AddValueColumn(absl::StrCat("value.", id), id, text.value);
  }
}

void TableReader::AddValueColumn(absl::string_view name, absl::string_view id,
                                 const TextTemplate& text) {
  const std::optional<ResolvedText> resolved = Resolve(name, text);
  if (!resolved.has_value()) return;
  if (resolved->pieces.size() != 1 || resolved->pieces[0].from != From::kCell) {
    violations_.Add({.field = std::string(name),
                     .value = text.ToString(),
                     .rule = "must be one column, as `{name}`",
                     .reason = "BAD_TEMPLATE",
                     .file = file()});
    return;
  }
  records_.push_back({.column = resolved->pieces[0].index, .id = std::string(id)});
}

void TableReader::ResolveHeadings() {
  if (!table_->heading.has_value()) return;
  for (size_t i = 0; i < document_.heading().size(); ++i) {
    if (referred_[i]) continue;
    const std::string& heading = document_.heading()[i];
    std::optional<std::vector<std::string>> captures = table_->heading->Match(heading);
    if (captures.has_value()) {
      records_.push_back({.column = static_cast<int>(i), .captures = *std::move(captures)});
      record_ = static_cast<int>(records_.size()) - 1;
      if (!PassesFilters(column_filters_)) records_.pop_back();
    } else if (!table_->ignore_other_columns) {
      violations_.Add({.field = "heading",
                       .value = heading,
                       .rule = absl::StrCat("must match `", table_->heading->ToString(),
                                            "`, or the mapping must say `other_columns = ignore`"),
                       .reason = "UNMATCHED_COLUMN",
                       .file = file(),
                       .line = 1,
                       .column = static_cast<int64_t>(i) + 1});
    }
  }
  if (!records_.empty()) return;
  violations_.Add({.field = "columns",
                   .value = table_->heading->ToString(),
                   .rule = "must match at least one column of the file",
                   .reason = "NO_VALUE_COLUMN",
                   .file = file()});
}

void TableReader::ResolveFilters() {
  for (const RowFilter& filter : table_->where) {
    std::optional<ResolvedText> resolved = Resolve("where", filter.columns);
    if (!resolved.has_value()) continue;
    const auto from = [&](From kind) {
      return std::any_of(resolved->pieces.begin(), resolved->pieces.end(),
                         [&](const ResolvedText::Piece& piece) { return piece.from == kind; });
    };
    if (from(From::kCapture) && from(From::kCell)) {
      violations_.Add({.field = "where",
                       .value = filter.columns.ToString(),
                       .rule = "must refer either to columns or to parts of `columns`",
                       .reason = "BAD_TEMPLATE",
                       .file = file()});
      continue;
    }
    (from(From::kCapture) ? column_filters_ : row_filters_)
        .push_back({*std::move(resolved), &filter});
  }
}

void TableReader::LookAtCells() {
  std::vector<bool> is_number(document_.heading().size(), false);
  for (const Record& record : records_) {
    if (record.column >= 0) is_number[static_cast<size_t>(record.column)] = true;
  }
  for (const ResolvedText& role : roles_) {
    if (IsNumberRole(role.name) && role.column > 0) {
      is_number[static_cast<size_t>(role.column) - 1] = true;
    }
  }
  NumberDialectFinder finder;
  sim::Violation ambiguous{.field = "numbers", .file = file()};
  std::vector<PersonalDataWatch> watches(document_.heading().size());
  while (NextCells()) {
    const std::span<const absl::string_view> cells = cursor_.cells();
    for (size_t i = 0; i < cells.size(); ++i) {
      if (!is_number[i]) watches[i].See(cells[i], cursor_.line());
    }
    if (!PassesFilters(row_filters_)) continue;
    for (size_t i = 0; i < cells.size(); ++i) {
      if (!is_number[i]) continue;
      finder.See(cells[i]);
      if (ambiguous.line != 0 || finder.ambiguous_example().empty()) continue;
      ambiguous.line = line();
      ambiguous.column = static_cast<int64_t>(i) + 1;
    }
  }
  cursor_ = document_.Rows();
  DecideNumbers(finder, std::move(ambiguous));
  ReportPersonalData(watches);
}

void TableReader::DecideNumbers(const NumberDialectFinder& finder, sim::Violation ambiguous) {
  if (table_->numbers.has_value()) {
    numbers_ = *table_->numbers;
    numbers_finding_ = NumberDialectFinder::Finding::kDecided;
    return;
  }
  numbers_ = finder.dialect();
  numbers_finding_ = finder.finding();
  if (numbers_finding_ != NumberDialectFinder::Finding::kAmbiguous) return;
  ambiguous.value = finder.ambiguous_example();
  ambiguous.rule =
      "may be read in two ways: declare `numbers = en` (a thousand and more) or `numbers = fr` (a "
      "decimal)";
  ambiguous.reason = "AMBIGUOUS_NUMBERS";
  violations_.Add(std::move(ambiguous));
}

void TableReader::ReportPersonalData(const std::vector<PersonalDataWatch>& watches) {
  for (size_t i = 0; i < watches.size(); ++i) {
    const std::optional<PersonalDataWatch::Finding> finding = watches[i].finding();
    if (!finding.has_value()) continue;
    const std::string& heading = document_.heading()[i];
    const bool excused = std::find(table_->not_personal.begin(), table_->not_personal.end(),
                                   heading) != table_->not_personal.end();
    if (excused && finding->what == "a phone number") continue;
    // The value itself stays out of the report: it would carry what is refused.
    violations_.Add({.field = heading,
                     .rule = absl::StrCat("must not hold personal data: ", finding->cells,
                                          finding->cells == 1 ? " cell looks" : " cells look",
                                          " like ", finding->what),
                     .reason = "PERSONAL_DATA",
                     .file = file(),
                     .line = finding->line,
                     .column = static_cast<int64_t>(i) + 1});
  }
}

bool TableReader::PassesFilters(const std::vector<Filter>& filters) const {
  std::string scratch;
  for (const Filter& filter : filters) {
    if ((Compose(filter.columns, scratch) == filter.rule->text) != filter.rule->equal) return false;
  }
  return true;
}

bool TableReader::NextRow() {
  while (NextCells()) {
    ++rows_;
    record_ = 0;
    refused_in_row_.clear();
    if (PassesFilters(row_filters_)) return true;
    ++filtered_rows_;
  }
  return false;
}

bool TableReader::IsMissing(absl::string_view text) const {
  if (text.empty()) return true;
  return std::find(table_->missing.begin(), table_->missing.end(), text) != table_->missing.end();
}

absl::string_view TableReader::PieceText(const ResolvedText::Piece& piece) const {
  switch (piece.from) {
    case From::kLiteral:
      return piece.literal;
    case From::kCell:
      return TrimBlanks(cursor_.cells()[static_cast<size_t>(piece.index)]);
    case From::kCapture:
      break;
  }
  const std::vector<std::string>& captures = records_[static_cast<size_t>(record_)].captures;
  return captures[static_cast<size_t>(piece.index)];
}

absl::string_view TableReader::Compose(const ResolvedText& text, std::string& scratch) const {
  if (text.pieces.size() == 1) {
    const absl::string_view piece = PieceText(text.pieces[0]);
    return IsMissing(piece) ? absl::string_view() : piece;
  }
  scratch.clear();
  for (const ResolvedText::Piece& part : text.pieces) {
    const absl::string_view piece = PieceText(part);
    if (part.from != From::kLiteral && IsMissing(piece)) return absl::string_view();
    scratch.append(piece.data(), piece.size());
  }
  return scratch;
}

absl::string_view TableReader::Text(int role) {
  if (role < 0) return absl::string_view();
  const size_t index = static_cast<size_t>(role);
  return Compose(roles_[index], scratch_[index]);
}

absl::string_view TableReader::ValueText() const {
  const int column = records_[static_cast<size_t>(record_)].column;
  if (column < 0) return absl::string_view();
  const absl::string_view text = TrimBlanks(cursor_.cells()[static_cast<size_t>(column)]);
  return IsMissing(text) ? absl::string_view() : text;
}

std::optional<double> TableReader::Number(absl::string_view text) {
  const NumberResult result = ParseNumber(text, numbers_);
  last_was_percent_ = result.percent;
  switch (result.problem) {
    case NumberProblem::kNone:
      return result.value;
    case NumberProblem::kNotFinite:
      Refuse(ValuePlace(), text, "must be a finite number", "NOT_FINITE");
      break;
    case NumberProblem::kOtherDialect:
      Refuse(
          ValuePlace(), text,
          absl::StrCat("must have ", MarksOf(numbers_), " before decimals like most of the file"),
          "MIXED_DIALECT");
      break;
    case NumberProblem::kEmpty:
    case NumberProblem::kText:
      Refuse(ValuePlace(), text, "must be a number", "TEXT_IN_NUMBER");
      break;
  }
  return std::nullopt;
}

PeriodReader& TableReader::PeriodsAt(sim::Frequency frequency) {
  return frequency == sim::Frequency::kMonth ? months_ : quarters_;
}

std::optional<sim::Period> TableReader::ReadPeriod(absl::string_view text, sim::Frequency frequency,
                                                   int role) {
  PeriodReader& periods = PeriodsAt(frequency);
  const PeriodReader::Result result = periods.Read(text);
  last_was_outside_ = IsOutside(result);
  if (last_was_outside_) {
    ++outside_periods_;
    return std::nullopt;
  }
  if (result.problem == PeriodReader::Problem::kNone) return result.period;
  Refuse(PlaceOf(role), text, PeriodRule(result.problem, periods), PeriodReason(result.problem));
  return std::nullopt;
}

bool TableReader::IsOutside(const PeriodReader::Result& result) const {
  using Problem = PeriodReader::Problem;
  const std::optional<sim::Period>& first = table_->first_period;
  const std::optional<sim::Period>& last = table_->last_period;
  if (result.problem == Problem::kBeforeCalendar) return first.has_value();
  if (result.problem != Problem::kNone) return false;
  const auto comparable = [&](const std::optional<sim::Period>& bound) {
    return bound.has_value() && bound->frequency == result.period.frequency;
  };
  return (comparable(first) && result.period < *first) ||
         (comparable(last) && *last < result.period);
}

sim::Violation TableReader::PlaceOf(int role) const {
  sim::Violation place{.file = file(), .line = line()};
  if (role < 0) return place;
  const ResolvedText& text = roles_[static_cast<size_t>(role)];
  place.field = text.name;
  place.column = text.column;
  const Record& record = records_[static_cast<size_t>(record_)];
  if (place.column == 0 && !record.captures.empty()) {
    place.line = 1 + table_->skip_lines;
    place.column = record.column + 1;
  }
  return place;
}

sim::Violation TableReader::ValuePlace() const {
  const Record& record = records_[static_cast<size_t>(record_)];
  return {.field =
              record.column < 0 ? "value" : document_.heading()[static_cast<size_t>(record.column)],
          .file = file(),
          .line = line(),
          .column = record.column + 1};
}

void TableReader::Refuse(sim::Violation place, absl::string_view value, std::string rule,
                         absl::string_view reason) {
  // A row's unit is read once per value column, a heading once per row: one report is enough.
  std::set<std::pair<int64_t, std::string>>& refused =
      place.line == line() ? refused_in_row_ : refused_in_heading_;
  if (place.column > 0 && !refused.emplace(place.column, std::string(reason)).second) return;
  place.value = std::string(value.substr(0, 400));
  place.rule = std::move(rule);
  place.reason = std::string(reason);
  violations_.Add(std::move(place));
}

sim::Violations TableReader::TakeViolations() {
  sim::Violations all = std::exchange(violations_, sim::Violations());
  all.Merge(cursor_.violations());
  return all;
}

FileEcho TableReader::Echo() const {
  const CsvDialect& dialect = document_.dialect();
  FileEcho echo{.file = file(), .kind = table_->kind, .rows = rows_};
  echo.filtered_rows = filtered_rows_;
  echo.outside_periods = outside_periods_;
  using Finding = NumberDialectFinder::Finding;
  const absl::string_view separator = SeparatorName(dialect.separator);
  const std::string quoted = dialect.separator == '\t' ? "tab" : absl::StrCat("'", separator, "'");
  echo.read_as = numbers_finding_ == Finding::kNoMarks
                     ? absl::StrCat("read as ", quoted, " without decimals")
                     : absl::StrCat("read as ", NumberDialectName(numbers_), ": ", quoted, " and ",
                                    MarksOf(numbers_));
  absl::StrAppend(&echo.read_as, ", ", EncodingName(dialect.encoding),
                  dialect.byte_order_mark ? " with BOM" : "");
  const std::optional<PeriodFormat> format =
      months_.format().has_value() ? months_.format() : quarters_.format();
  if (format.has_value()) absl::StrAppend(&echo.read_as, ", periods ", PeriodFormatName(*format));
  if (!document_.ends_with_newline()) absl::StrAppend(&echo.read_as, ", no line end at the end");
  std::vector<bool> used = referred_;
  for (const Record& record : records_) {
    if (record.column >= 0) used[static_cast<size_t>(record.column)] = true;
  }
  std::vector<std::string> ignored;
  for (size_t i = 0; i < used.size(); ++i) {
    if (used[i]) continue;
    ++echo.ignored_columns;
    if (ignored.size() < kMaxNamedColumns) ignored.push_back(document_.heading()[i]);
  }
  if (!ignored.empty()) {
    absl::StrAppend(&echo.read_as, ", columns not used: ", absl::StrJoin(ignored, ", "),
                    echo.ignored_columns > static_cast<int64_t>(ignored.size()) ? "..." : "");
  }
  return echo;
}

}  // namespace jalon::server
