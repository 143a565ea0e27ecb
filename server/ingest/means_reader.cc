#include "server/ingest/means_reader.h"

#include <cmath>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/ingest/text_rules.h"
#include "sim/base/missing.h"
#include "sim/network/means_rules.h"

namespace jalon::server {
namespace {}  // namespace

MeansReader::MeansReader(const Mapping& mapping, sim::Frequency frequency,
                         const sim::MeansTable* base)
    : mapping_(mapping), frequency_(frequency) {
  if (base == nullptr) return;
  effects_ = base->effects;
  unmoved_ = {base->unmoved.begin(), base->unmoved.end()};
  effect_origins_.resize(effects_.size());
  for (const sim::MeanSeries& series : base->series) {
    Cells& cells = means_[{series.mean, series.unit}];
    for (size_t t = 0; t < series.values.size(); ++t) {
      if (std::isnan(series.values[t])) continue;
      cells.cells[series.first.index + static_cast<int32_t>(t)] = {series.values[t],
                                                                   series.planned[t]};
    }
  }
}

void MeansReader::Read(TableReader& reader) {
  const Roles roles{reader.Role("unit"), reader.Role("mean"), reader.Role("period"),
                    reader.Role("planned"), reader.Role("adds")};
  if (roles.unit < 0 || roles.mean < 0 || roles.period < 0 || !reader.HasValues()) {
    reader.Refuse({.field = "means", .file = reader.file()}, "",
                  "must have columns (or mapping keys) for `unit`, `mean`, `period` and `value`",
                  "UNKNOWN_COLUMN");
    return;
  }
  while (reader.NextRow()) ReadRecord(reader, roles);
}

void MeansReader::ReadEffects(TableReader& reader) {
  while (reader.NextRow()) AddEffect(RowOf(reader, TableKind::kMeanEffects));
}

void MeansReader::AddEffect(const DeclaredRow& row) {
  FieldReader fields(row, violations_);
  sim::MeanEffectPrior effect;
  effect.mean = fields.Text("mean");
  effect.indicator = fields.Text("indicator");
  effect.prior_mean = fields.Number("elasticity").value_or(0.0);
  effect.prior_sd = fields.Number("sd").value_or(1.0);
  effect.source = fields.Label("source");
  if (!fields.Require("elasticity") || !fields.Require("sd")) return;
  for (size_t i = 0; i < effects_.size(); ++i) {
    // An append restates an effect of its base; twice in the files is left to the table's rules.
    if (effect_origins_[i].line != 0 || effects_[i].mean != effect.mean ||
        effects_[i].indicator != effect.indicator) {
      continue;
    }
    effects_[i] = std::move(effect);
    effect_origins_[i] = server::OriginOf(row);
    return;
  }
  effects_.push_back(std::move(effect));
  effect_origins_.push_back(server::OriginOf(row));
}

Origin MeansReader::OriginOf(const sim::Violation& violation,
                             const std::vector<Origin>& means) const {
  const bool is_effect = absl::StartsWith(violation.field, "mean_effects[");
  const std::vector<Origin>& origins = is_effect ? effect_origins_ : means;
  const std::optional<size_t> index = ListIndex(violation.field);
  return index && *index < origins.size() ? origins[*index] : Origin();
}

std::optional<bool> MeansReader::YesNo(TableReader& reader, int role) {
  const std::string text = absl::AsciiStrToLower(reader.Text(role));
  if (text.empty()) return std::nullopt;
  for (const absl::string_view yes : {"yes", "oui", "true", "1"}) {
    if (text == yes) return true;
  }
  for (const absl::string_view no : {"no", "non", "false", "0"}) {
    if (text == no) return false;
  }
  reader.Refuse(reader.PlaceOf(role), text, "must be yes or no", "UNKNOWN_VALUE");
  return std::nullopt;
}

void MeansReader::KeepAdds(TableReader& reader, const Roles& roles) {
  const std::optional<bool> adds = YesNo(reader, roles.adds);
  if (!adds) return;
  const auto [known, is_new] = adds_.emplace(reader.Text(roles.mean), *adds);
  if (is_new || known->second == *adds) return;
  reader.Refuse(reader.PlaceOf(roles.adds), reader.Text(roles.adds),
                "must be the same on every row of a mean", "MEAN_ADDS_MISMATCH");
}

void MeansReader::ReadRecord(TableReader& reader, const Roles& roles) {
  const std::optional<sim::Period> period =
      reader.ReadPeriod(reader.Text(roles.period), frequency_, roles.period);
  if (reader.last_was_outside()) return;
  const bool planned = YesNo(reader, roles.planned).value_or(false);
  KeepAdds(reader, roles);
  const absl::string_view text = reader.ValueText();
  if (text.empty()) return;  // missing
  const std::optional<double> value = reader.Number(text);
  if (!value || !period) return;
  if (*value < 0.0) {
    reader.Refuse(reader.ValuePlace(), text, "must be >= 0", "NEGATIVE");
    return;
  }
  Keep(reader, roles, *period, {*value, planned, reader.line()});
}

void MeansReader::Keep(TableReader& reader, const Roles& roles, sim::Period period,
                       const Cell& cell) {
  const absl::string_view unit = reader.Text(roles.unit);
  Cells& cells = means_[{std::string(reader.Text(roles.mean)),
                         mapping_.make_ids ? MakeId(unit) : std::string(unit)}];
  if (cells.origin.line == 0) {
    cells.origin = {reader.file(),
                    reader.line(),
                    {{"unit", reader.ColumnOf(roles.unit)},
                     {"mean", reader.ColumnOf(roles.mean)},
                     {"values", reader.ValuePlace().column}}};
  }
  Cell& known = cells.cells[period.index];
  if (known.line != 0) {
    reader.Refuse(
        reader.PlaceOf(roles.period), reader.Text(roles.period),
        absl::StrCat("must be given once per unit and mean; line ", known.line, " gives it too"),
        "DUPLICATE_CELL");
    return;
  }
  known = cell;
}

sim::MeansTable MeansReader::Finish(const sim::Network& network) {
  sim::MeansTable table;
  std::vector<Origin> origins;
  for (const auto& [name, cells] : means_) {
    if (cells.cells.empty()) continue;
    const int32_t first = cells.cells.begin()->first;
    const size_t size = static_cast<size_t>(cells.cells.rbegin()->first - first) + 1;
    sim::MeanSeries series{.mean = name.first,
                           .unit = name.second,
                           .first = {frequency_, first},
                           .values = std::vector<double>(size, sim::kMissing),
                           .planned = std::vector<bool>(size, false)};
    for (const auto& [index, cell] : cells.cells) {
      series.values[static_cast<size_t>(index - first)] = cell.value;
      series.planned[static_cast<size_t>(index - first)] = cell.planned;
    }
    table.series.push_back(std::move(series));
    origins.push_back(cells.origin);
  }
  table.effects = effects_;
  for (const auto& [mean, adds] : adds_) {
    if (adds) {
      unmoved_.erase(mean);
    } else {
      unmoved_.insert(mean);
    }
  }
  table.unmoved = {unmoved_.begin(), unmoved_.end()};
  const sim::Violations found = sim::CheckMeans(network, table);
  for (sim::Violation violation : found.kept()) {
    const Origin origin = OriginOf(violation, origins);
    if (origin.line != 0) violation = WithOrigin(std::move(violation), origin);
    violations_.Add(std::move(violation));
  }
  return sim::Sorted(std::move(table));
}

}  // namespace jalon::server
