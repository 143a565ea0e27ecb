#include "server/ingest/credit_reader.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/ingest/text_rules.h"
#include "sim/credit/credit_rules.h"

namespace jalon::server {

CreditReader::CreditReader(const Mapping& mapping, sim::Frequency frequency,
                           const sim::CreditTable* base)
    : mapping_(mapping), frequency_(frequency) {
  if (base == nullptr) return;
  eliminations_ = FromBase(base->eliminations);
  totals_ = FromBase(base->parent_totals);
}

CreditReader::Cells CreditReader::FromBase(const std::vector<sim::CreditCell>& cells) {
  Cells from{.cells = cells, .origins = std::vector<Origin>(cells.size())};
  for (size_t i = 0; i < cells.size(); ++i) {
    from.base[{cells[i].unit, cells[i].segment, cells[i].indicator, cells[i].period}] = i;
  }
  return from;
}

std::string CreditReader::IdOf(absl::string_view text) const {
  return mapping_.make_ids ? MakeId(text) : std::string(text);
}

void CreditReader::Read(TableReader& reader, TableKind kind) {
  const Roles roles{reader.Role("unit"), reader.Role("segment"), reader.Role("indicator"),
                    reader.Role("period")};
  const bool complete = roles.unit >= 0 && roles.indicator >= 0 && roles.period >= 0;
  if (!complete || !reader.HasValues()) {
    reader.Refuse({.field = std::string(TableKindName(kind)), .file = reader.file()}, "",
                  "must have columns (or mapping keys) for `unit`, `indicator`, `period` and "
                  "`value`",
                  "UNKNOWN_COLUMN");
    return;
  }
  Cells& cells = kind == TableKind::kEliminations ? eliminations_ : totals_;
  while (reader.NextRow()) ReadRecord(reader, roles, cells);
}

void CreditReader::ReadRecord(TableReader& reader, const Roles& roles, Cells& cells) {
  const std::optional<sim::Period> period =
      reader.ReadPeriod(reader.Text(roles.period), frequency_, roles.period);
  if (reader.last_was_outside()) return;
  const absl::string_view text = reader.ValueText();
  if (text.empty()) return;  // missing
  const std::optional<double> value = reader.Number(text);
  if (!period || !value) return;
  const absl::string_view segment = reader.Text(roles.segment);
  sim::CreditCell cell{.unit = IdOf(reader.Text(roles.unit)),
                       .segment = segment.empty() ? sim::kAllSegments : IdOf(segment),
                       .indicator = std::string(reader.Text(roles.indicator)),
                       .period = *period,
                       .value = *value};
  const Origin origin{reader.file(),
                      reader.line(),
                      {{"unit", reader.ColumnOf(roles.unit)},
                       {"segment", reader.ColumnOf(roles.segment)},
                       {"indicator", reader.ColumnOf(roles.indicator)},
                       {"period", reader.ColumnOf(roles.period)},
                       {"value", reader.ValuePlace().column}}};
  const auto known = cells.base.find({cell.unit, cell.segment, cell.indicator, cell.period});
  if (known == cells.base.end()) {
    cells.cells.push_back(std::move(cell));
    cells.origins.push_back(origin);
    return;
  }
  cells.cells[known->second] = std::move(cell);
  cells.origins[known->second] = origin;
  cells.base.erase(known);
}

void CreditReader::CheckHistory(const Cells& cells, const sim::Window& history) {
  for (size_t i = 0; i < cells.cells.size(); ++i) {
    const sim::CreditCell& cell = cells.cells[i];
    if (cell.period.frequency != frequency_ || history.contains(cell.period)) continue;
    violations_.Add(
        WithOrigin({.field = "period",
                    .value = cell.period.ToString(),
                    .rule = absl::StrCat("must be inside the realisations, ", history.ToString()),
                    .reason = "OUTSIDE_REALISATIONS"},
                   cells.origins[i]));
  }
}

void CreditReader::AddOrigins(const sim::Violations& found) {
  for (sim::Violation violation : found.kept()) {
    const Cells& cells =
        absl::StartsWith(violation.field, "eliminations[") ? eliminations_ : totals_;
    const std::optional<size_t> index = ListIndex(violation.field);
    if (index && *index < cells.origins.size() && cells.origins[*index].line != 0) {
      violation = WithOrigin(std::move(violation), cells.origins[*index]);
    }
    violations_.Add(std::move(violation));
  }
}

sim::CreditTable CreditReader::Finish(const sim::Network& network, const sim::Window& history) {
  sim::CreditTable table{.eliminations = eliminations_.cells, .parent_totals = totals_.cells};
  AddOrigins(sim::CheckCredit(network, table));
  CheckHistory(eliminations_, history);
  CheckHistory(totals_, history);
  return sim::Sorted(std::move(table), network);
}

}  // namespace jalon::server
