#include "server/ingest/declared_row.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "server/ingest/text_rules.h"

namespace jalon::server {
namespace {

void AddCell(TableReader& reader, absl::string_view name, int role, DeclaredRow& row) {
  if (role < 0) return;
  const absl::string_view text = reader.Text(role);
  const sim::Violation place = reader.PlaceOf(role);
  row.columns[std::string(name)] = place.column;
  if (text.empty()) return;
  row.cells[std::string(name)] = {std::string(text), place.line, place.column};
}

}  // namespace

std::optional<size_t> ListIndex(absl::string_view field) {
  const size_t open = field.find('[');
  const size_t close = field.find(']');
  size_t index = 0;
  if (open == absl::string_view::npos || close == absl::string_view::npos || close < open ||
      !absl::SimpleAtoi(field.substr(open + 1, close - open - 1), &index)) {
    return std::nullopt;
  }
  return index;
}

Origin OriginOf(const DeclaredRow& row) { return {row.file, row.line, row.columns}; }

sim::Violation WithOrigin(sim::Violation violation, const Origin& origin) {
  violation.file = origin.file;
  violation.line = origin.line;
  // From the innermost name outwards: `events[0].effect.low` stands in the column `low`.
  std::vector<std::string> names =
      absl::StrSplit(violation.field, absl::ByAnyChar(".[]"), absl::SkipEmpty());
  std::reverse(names.begin(), names.end());
  names.insert(names.end(), {"id", "unit"});
  for (const std::string& name : names) {
    const auto column = origin.columns.find(name == "ticks" ? "value" : name);
    if (column == origin.columns.end()) continue;
    violation.column = column->second;
    break;
  }
  return violation;
}

DeclaredRow RowOf(TableReader& reader, TableKind kind) {
  DeclaredRow row{.file = reader.file(), .line = reader.line(), .numbers = reader.numbers()};
  for (const absl::string_view name : TableRoles(kind)) {
    if (name != "value") AddCell(reader, name, reader.Role(name), row);
  }
  for (const auto& [name, role] : reader.attribute_roles()) {
    AddCell(reader, absl::StrCat("attribute.", name), role, row);
  }
  if (!reader.HasValues()) return row;
  row.columns["value"] = reader.ValuePlace().column;
  if (const absl::string_view value = reader.ValueText(); !value.empty()) {
    row.cells["value"] = {std::string(value), reader.line(), reader.ValuePlace().column};
  }
  return row;
}

DeclaredRow RowOf(const InlineRow& inline_row, absl::string_view mapping_file) {
  DeclaredRow row{.file = std::string(mapping_file), .line = inline_row.line};
  row.cells["id"] = {inline_row.id, inline_row.line, 0};
  for (const auto& [name, cell] : inline_row.cells) {
    if (!cell.value.empty()) row.cells[name] = {cell.value, cell.line, 0};
  }
  return row;
}

std::string FieldReader::Text(absl::string_view name) const {
  const auto cell = row_.cells.find(std::string(name));
  return cell == row_.cells.end() ? "" : cell->second.text;
}

std::string FieldReader::Label(absl::string_view name) {
  std::string text = Text(name);
  if (const std::optional<TextProblem> problem = CheckLabel(text)) {
    Refuse(name, problem->rule, problem->reason);
    return "";
  }
  return text;
}

std::optional<double> FieldReader::Number(absl::string_view name) {
  if (!Has(name)) return std::nullopt;
  const NumberResult result = ParseNumber(Text(name), row_.numbers);
  switch (result.problem) {
    case NumberProblem::kNone:
      return result.value;
    case NumberProblem::kNotFinite:
      Refuse(name, "must be a finite number", "NOT_FINITE");
      break;
    case NumberProblem::kOtherDialect:
      Refuse(name, "must be written like the other numbers of the file", "MIXED_DIALECT");
      break;
    default:
      Refuse(name, "must be a number", "TEXT_IN_NUMBER");
  }
  return std::nullopt;
}

int FieldReader::Whole(absl::string_view name, int low, int high, int otherwise) {
  if (!Has(name)) return otherwise;
  const std::optional<double> number = Number(name);
  if (!number.has_value()) return otherwise;
  if (*number != std::floor(*number) || *number < low || *number > high) {
    Refuse(name, absl::StrCat("must be a whole number from ", low, " to ", high), "OUT_OF_RANGE");
    return otherwise;
  }
  return static_cast<int>(*number);
}

bool FieldReader::YesNo(absl::string_view name, bool otherwise) {
  if (!Has(name)) return otherwise;
  const std::string text = absl::AsciiStrToLower(Text(name));
  for (const absl::string_view yes : {"yes", "oui", "true", "1"}) {
    if (text == yes) return true;
  }
  for (const absl::string_view no : {"no", "non", "false", "0"}) {
    if (text == no) return false;
  }
  Refuse(name, "must be yes or no", "UNKNOWN_VALUE");
  return otherwise;
}

std::optional<sim::Period> FieldReader::Period(absl::string_view name, sim::Frequency frequency) {
  if (!Has(name)) return std::nullopt;
  PeriodReader reader(frequency, std::nullopt);
  const PeriodReader::Result result = reader.Read(Text(name));
  if (result.problem == PeriodReader::Problem::kNone) return result.period;
  Refuse(name, PeriodRule(result.problem, reader), PeriodReason(result.problem));
  return std::nullopt;
}

std::vector<std::string> FieldReader::List(absl::string_view name) const {
  return absl::StrSplit(Text(name), ' ', absl::SkipEmpty());
}

void FieldReader::Refuse(absl::string_view name, std::string rule, absl::string_view reason) {
  sim::Violation violation{.field = std::string(name),
                           .rule = std::move(rule),
                           .reason = std::string(reason),
                           .file = row_.file,
                           .line = row_.line};
  const auto cell = row_.cells.find(violation.field);
  if (cell != row_.cells.end()) {
    violation.value = cell->second.text;
    violation.line = cell->second.line;
    violation.column = cell->second.column;
  } else if (const auto column = row_.columns.find(violation.field); column != row_.columns.end()) {
    violation.column = column->second;
  }
  violations_.Add(std::move(violation));
}

bool FieldReader::Require(absl::string_view name) {
  if (Has(name)) return true;
  Refuse(name, "must be given", "MISSING_VALUE");
  return false;
}

IdSpace::Id IdSpace::Take(absl::string_view text) {
  Id result{.id = make_ids_ ? MakeId(text) : std::string(text)};
  if (const std::optional<TextProblem> problem = CheckId(result.id)) {
    result.rule = problem->rule;
    result.reason = std::string(problem->reason);
    return result;
  }
  const auto [known, inserted] = text_of_id_.try_emplace(result.id, text);
  if (!inserted && known->second != text) {
    result.rule = absl::StrCat("must not give the id `", result.id, "`, which \"", known->second,
                               "\" gives already");
    result.reason = "ID_COLLISION";
  }
  return result;
}

}  // namespace jalon::server
