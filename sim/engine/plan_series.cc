#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/hash64.h"
#include "sim/engine/plan_parts.h"

namespace jalon::sim {
namespace {

constexpr double kDrawn = std::numeric_limits<double>::quiet_NaN();

// The level of a stock in a realised period it was not reported in, when it is not computed.
std::optional<double> CarriedLevel(const PlanInput& input, int row, int model_series,
                                   Period period) {
  if (!IsStock(input.revision.network, input.revision.realisations.key(row).indicator)) {
    return std::nullopt;
  }
  const auto known = LastKnown(input.revision.realisations, row, input.as_of);
  if (!known) {
    if (model_series < 0) return std::nullopt;
    return input.model.series[model_series].opening_stock;
  }
  const auto before = LastKnown(input.revision.realisations, row, period);
  if (!before || period - *before <= kLongestCatchUp) return std::nullopt;
  return input.revision.realisations.at(row, *before);
}

std::string RowText(const Revision& revision, int row) {
  const SeriesKey& key = revision.realisations.key(row);
  return absl::StrCat(revision.network.unit(key.unit).id, " / ",
                      revision.network.segment(key.segment).id, " / ",
                      revision.network.indicator(key.indicator).id);
}

bool IsStockLaw(Law law) { return law == Law::kStock || law == Law::kExactStock; }

// A stock moves by the equations of stocks and nothing else does.
void CheckStockLaw(const PlanInput& input, int row, int model_series, Violations& violations) {
  const bool stock =
      IsStock(input.revision.network, input.revision.realisations.key(row).indicator);
  if (stock == IsStockLaw(input.model.series[model_series].law)) return;
  violations.Add({.field = "model.series",
                  .value = RowText(input.revision, row),
                  .rule = stock ? "must have a law of stocks" : "must have a law of flows",
                  .reason = "STOCK_LAW_MISMATCH"});
}

// Without its stream of the branch.
PlanSeries SeriesOf(const PlanInput& input, int row, int model_series) {
  PlanSeries series;
  series.id64 = input.revision.realisations.id64(row);
  series.row = row;
  series.group = -1;
  if (model_series < 0) return series;
  const ModelSeries& from = input.model.series[model_series];
  series.link = from.link;
  series.law = from.law;
  series.dispersion = from.dispersion;
  series.shape = from.shape;
  series.unit_scale = from.unit_scale;
  series.branch_loading = input.model.branch_loading[from.indicator];
  series.series_effect_sd = std::sqrt(input.model.level.own_variance[model_series] +
                                      from.series_effect_sd * from.series_effect_sd);
  return series;
}

// [unit]: the stream of its branch effect.
std::vector<uint64_t> BranchIds(const Network& network) {
  std::vector<uint64_t> ids;
  ids.reserve(network.unit_count());
  for (int u = 0; u < network.unit_count(); ++u) ids.push_back(Hash64(network.unit(u).id));
  return ids;
}

// Numbers groups, region rows and indicators in model order.
class GroupTable {
 public:
  explicit GroupTable(const Model& model)
      : model_(model), used_(model.groups.size(), 0), plan_group_(model.groups.size(), -1) {}

  // Marks a model group as used.
  void Use(int model_group) { used_[model_group] = 1; }

  // Fills the plan's tables from the marked groups, in model order.
  void Number(SeriesPart& part);

  // Plan group of a model group in use.
  int Find(int model_group) const { return plan_group_[model_group]; }

 private:
  int region_of(int model_group) const {
    const std::vector<int>& regions = model_.region_units;
    const int unit = model_.groups[model_group].region;
    return static_cast<int>(std::find(regions.begin(), regions.end(), unit) - regions.begin());
  }
  PlanRegionRow RegionRow(int region, int indicator) const;
  PlanGroup Group(int model_group, const std::vector<PlanRegionRow>& rows) const;

  const Model& model_;
  // [model group]
  std::vector<char> used_;
  std::vector<int> plan_group_;
};

void SortUnique(std::vector<int>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

PlanRegionRow GroupTable::RegionRow(int region, int indicator) const {
  const std::string& region_id = model_.unit_ids[model_.region_units[region]];
  const std::string& indicator_id = model_.indicator_ids[indicator];
  return {.region_id64 = Hash64(region_id),
          .id64 = Hash64(absl::StrCat(region_id, "\x1f", indicator_id)),
          .region = region,
          .indicator = indicator};
}

bool SamePair(const PlanRegionRow& a, const PlanRegionRow& b) {
  return a.region == b.region && a.indicator == b.indicator;
}

bool PairBefore(const PlanRegionRow& a, const PlanRegionRow& b) {
  return std::pair(a.region, a.indicator) < std::pair(b.region, b.indicator);
}

PlanGroup GroupTable::Group(int model_group, const std::vector<PlanRegionRow>& rows) const {
  const ModelGroup& from = model_.groups[model_group];
  const PlanRegionRow pair{.region = region_of(model_group), .indicator = from.indicator};
  const auto row = std::lower_bound(rows.begin(), rows.end(), pair, PairBefore);
  return {.id64 = SeriesId64(model_.unit_ids[from.region], model_.segment_ids[from.segment],
                             model_.indicator_ids[from.indicator]),
          .model_group = model_group,
          .region_row = static_cast<int>(row - rows.begin()),
          .indicator = from.indicator};
}

void GroupTable::Number(SeriesPart& part) {
  std::vector<int> used;
  for (size_t g = 0; g < used_.size(); ++g) {
    if (used_[g] != 0) used.push_back(static_cast<int>(g));
  }
  for (int model_group : used) {
    const int indicator = model_.groups[model_group].indicator;
    part.region_rows.push_back(RegionRow(region_of(model_group), indicator));
    part.indicators.push_back(indicator);
  }
  SortUnique(part.indicators);
  std::sort(part.region_rows.begin(), part.region_rows.end(), PairBefore);
  part.region_rows.erase(std::unique(part.region_rows.begin(), part.region_rows.end(), SamePair),
                         part.region_rows.end());
  for (int model_group : used) {
    plan_group_[model_group] = static_cast<int>(part.groups.size());
    part.groups.push_back(Group(model_group, part.region_rows));
  }
}

// Gives every drawn series its group, and every group its link.
void AssignGroups(const PlanInput& input, SeriesPart& part, const std::vector<bool>& drawn) {
  GroupTable table(input.model);
  for (size_t i = 0; i < part.series.size(); ++i) {
    if (drawn[i]) table.Use(input.model.series[part.model_series[i]].group);
  }
  table.Number(part);
  std::vector<bool> seen(part.groups.size(), false);
  for (size_t i = 0; i < part.series.size(); ++i) {
    if (!drawn[i]) continue;
    PlanSeries& series = part.series[i];
    series.group = table.Find(input.model.series[part.model_series[i]].group);
    PlanGroup& group = part.groups[series.group];
    if (!seen[series.group]) group.link = series.link;
    seen[series.group] = true;
    if (group.link == series.link) continue;
    part.violations.Add({.field = "model.series",
                         .value = RowText(input.revision, series.row),
                         .rule = "must have the link of the other series of its group",
                         .reason = "MIXED_LINKS"});
  }
}

}  // namespace

std::optional<int> ModelIndex::Find(const SeriesKey& key) const {
  const auto it = std::lower_bound(series.begin(), series.end(), std::pair(key, 0));
  if (it == series.end() || it->first != key) return std::nullopt;
  return it->second;
}

ModelIndex IndexModel(const Network& network, const Model& model) {
  ModelIndex index;
  for (const std::string& id : model.unit_ids) {
    index.units.push_back(network.FindUnit(id).value_or(-1));
  }
  for (const std::string& id : model.segment_ids) {
    index.segments.push_back(network.FindSegment(id).value_or(-1));
  }
  for (const std::string& id : model.indicator_ids) {
    index.indicators.push_back(network.FindIndicator(id).value_or(-1));
  }
  for (size_t i = 0; i < model.series.size(); ++i) {
    const ModelSeries& s = model.series[i];
    const SeriesKey key{index.indicators[s.indicator], index.units[s.unit],
                        index.segments[s.segment]};
    index.series.emplace_back(key, static_cast<int>(i));
  }
  // Fitted models are in canonical order.
  if (!std::is_sorted(index.series.begin(), index.series.end())) {
    std::sort(index.series.begin(), index.series.end());
  }
  return index;
}

std::vector<int> ModelSeriesOfRows(const ModelIndex& index, const Realisations& realisations) {
  std::vector<int> found(realisations.series_count(), -1);
  auto series = index.series.begin();
  for (int row = 0; row < realisations.series_count(); ++row) {
    const SeriesKey& key = realisations.key(row);
    while (series != index.series.end() && series->first < key) ++series;
    if (series == index.series.end()) break;
    if (series->first == key) found[row] = series->second;
  }
  return found;
}

void FillConstantCells(const PlanInput& input, const KnownDates& dates, PlanRow place,
                       const CellRow& into) {
  const auto [row, model_series] = place;
  const Window& window = into.window;
  const std::span<double> cells = into.cells;
  const Realisations& realisations = input.revision.realisations;
  const std::span<const double> known = realisations.row(row);
  const int unit = realisations.key(row).unit;
  const bool ended = model_series >= 0 && input.model.series[model_series].ended;
  const bool stays = !ended && dates.IsAlwaysOpen(unit);
  Period last = realisations.first() - 1;
  if (ended) last = LastKnown(realisations, row, input.as_of).value_or(last);
  std::fill(cells.begin(), cells.end(), kDrawn);
  for (int t = 0; t < window.size(); ++t) {
    const Period period = window.first + t;
    const bool past = period <= input.as_of;
    // What is to come of most series is drawn.
    if (!past && stays) return;
    const int column = period - realisations.first();
    const bool reported = past && column >= 0 && column < static_cast<int>(known.size()) &&
                          !std::isnan(known[column]);
    if (reported) {
      cells[t] = known[column];
    } else if (!dates.IsOpen(unit, period) || (ended && period > last)) {
      cells[t] = 0.0;
    } else if (past) {
      cells[t] = CarriedLevel(input, row, model_series, period).value_or(kDrawn);
    }
  }
}

SeriesPart ResolveSeries(const PlanInput& input, const RowTables& rows, const TargetPart& targets) {
  SeriesPart part;
  const KnownDates dates(input.revision, input.as_of);
  const std::vector<uint64_t> branch_ids = BranchIds(input.revision.network);
  const size_t period_count = targets.horizon.size();
  part.series.reserve(targets.rows.size());
  part.model_series.reserve(targets.rows.size());
  part.realised.resize(targets.rows.size() * period_count);
  std::vector<bool> drawn;
  for (int row : targets.rows) {
    const int model_series = rows.model_series[row];
    const std::span<double> cells =
        std::span(part.realised).subspan(part.series.size() * period_count, period_count);
    FillConstantCells(input, dates, {row, model_series}, {targets.horizon, cells});
    const bool needs_draws =
        std::any_of(cells.begin(), cells.end(), [](double cell) { return std::isnan(cell); });
    if (needs_draws && model_series < 0) {
      part.violations.Add({.field = "model.series",
                           .value = RowText(input.revision, row),
                           .rule = "must have every series of the targets",
                           .reason = "MODEL_SERIES_MISSING"});
    }
    if (model_series >= 0) CheckStockLaw(input, row, model_series, part.violations);
    drawn.push_back(needs_draws && model_series >= 0 &&
                    input.model.series[model_series].law != Law::kExactStock);
    part.model_series.push_back(model_series);
    part.series.push_back(SeriesOf(input, row, model_series));
    part.series.back().branch_id64 = branch_ids[input.revision.realisations.key(row).unit];
  }
  AssignGroups(input, part, drawn);
  return part;
}

}  // namespace jalon::sim
