#include "sim/model/panel.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "sim/base/missing.h"
#include "sim/base/status_macros.h"
#include "sim/base/violation.h"
#include "sim/calendar/opening_days.h"
#include "sim/model/stock_panel.h"
#include "sim/network/known_dates.h"

namespace jalon::sim {
namespace {

void CheckRange(Violations& violations, const char* field, double value, bool good,
                const char* rule) {
  if (good) return;
  violations.Add(
      {.field = field, .value = absl::StrCat(value), .rule = rule, .reason = "OUT_OF_RANGE"});
}

// Negated comparisons, so that NaN is refused.
Violations CheckOptions(const FitOptions& options) {
  Violations violations;
  const double damping = options.trend_damping;
  CheckRange(violations, "trend_damping", damping, 0 <= damping && damping <= 1,
             "must be in [0, 1]");
  const double half_life = options.level_half_life_periods;
  CheckRange(violations, "level_half_life_periods", half_life,
             half_life > 0 && std::isfinite(half_life), "must be finite and > 0");
  CheckRange(violations, "ended_after_missing", options.ended_after_missing,
             options.ended_after_missing >= 1, "must be >= 1");
  return violations;
}

// The unit whose regional latents a branch follows.
int RegionUnit(const Network& network, int unit) {
  const int region = network.RegionOf(unit);
  return region == unit ? 0 : region;
}

// Gives the series of exposed indicators the exposures of their unit.
void AddExposures(const Revision& revision, FitPanel& panel) {
  const OpeningDays days(revision.network, revision.calendars, {panel.first, panel.as_of});
  panel.has_opening_days = !days.empty();
  if (days.empty()) return;
  std::map<int, int> row_of_unit;
  for (PanelSeries& series : panel.series) {
    if (panel.network->indicator(series.key.indicator).exposure != Exposure::kOpeningDays) continue;
    const auto [row, is_new] = row_of_unit.try_emplace(series.key.unit, row_of_unit.size());
    series.exposure_row = row->second;
    for (int t = 0; is_new && t < panel.period_count; ++t) {
      panel.exposures.push_back(days.exposure(series.key.unit, panel.first + t));
    }
  }
}

// Whether a branch had no opening day in a period, which then says nothing of its level.
bool IsClosed(const FitPanel& panel, int i, int t) { return !(panel.exposure(i, t) > 0); }

void CopyValues(const Realisations& realisations, FitPanel& panel) {
  const size_t offset = panel.first - realisations.first();
  panel.values.assign(panel.series.size() * panel.period_count, kMissing);
  for (size_t i = 0; i < panel.series.size(); ++i) {
    const auto row = realisations.row(static_cast<int>(i)).subspan(offset);
    const int final_count = panel.FinalCount(panel.series[i].key.indicator);
    for (int t = 0; t < final_count; ++t) {
      if (std::isnan(row[t])) continue;
      if (IsClosed(panel, static_cast<int>(i), t)) {
        panel.closed_value_count += row[t] != 0 ? 1 : 0;
        continue;
      }
      panel.values[i * panel.period_count + t] = row[t];
      ++panel.series[i].present_count;
    }
  }
}

// Stopped: closed by as_of, or nothing in its last periods without an opening to come.
bool HasEnded(const FitPanel& panel, const KnownDates& dates, int i, int after_missing) {
  const int u = panel.series[i].key.unit;
  const Unit& unit = panel.network->unit(u);
  if (dates.HasClosed(u)) return true;
  if (unit.opened.has_value() && panel.as_of < *unit.opened) return false;
  const int end = panel.FinalCount(panel.series[i].key.indicator);
  for (int t = end - 1, looked = 0; t >= 0 && looked < after_missing; --t) {
    if (panel.present(i, t)) return false;
    looked += IsClosed(panel, i, t) ? 0 : 1;
  }
  return true;
}

void AddSeries(const Realisations& realisations, FitPanel& panel) {
  std::map<int, int> region_of;
  for (const SeriesKey& key : realisations.keys()) {
    region_of.emplace(RegionUnit(*panel.network, key.unit), 0);
  }
  for (auto& [unit, index] : region_of) {
    index = panel.region_count();
    panel.region_units.push_back(unit);
  }
  std::map<std::array<int, 3>, int> group_of;
  for (const SeriesKey& key : realisations.keys()) {
    PanelSeries series;
    series.key = key;
    series.link = panel.indicator_link(key.indicator);
    const int unit = RegionUnit(*panel.network, key.unit);
    series.region = region_of.at(unit);
    const auto [it, is_new] =
        group_of.try_emplace({key.indicator, unit, key.segment}, panel.groups.size());
    if (is_new) panel.groups.push_back({unit, key.segment, key.indicator});
    series.group = it->second;
    panel.series.push_back(series);
  }
}

// A scale for every net flow: its noise, at least a thousandth of its size, and
// for one that never moved or was never seen the median of its indicator.
void SetScales(FitPanel& panel) {
  for (const auto& [first, end] : panel.indicator_rows) {
    if (first == end || panel.series[first].link != Link::kIdentity) continue;
    if (panel.is_stock(panel.series[first].key.indicator)) continue;
    std::vector<double> known;
    for (int i = first; i < end; ++i) {
      panel.series[i].scale = NoiseScale(panel, i).value_or(0.0);
      if (panel.series[i].scale > 0) known.push_back(panel.series[i].scale);
    }
    std::sort(known.begin(), known.end());
    const double median = known.empty() ? 1.0 : known[known.size() / 2];
    for (int i = first; i < end; ++i) {
      if (!(panel.series[i].scale > 1e-6 * median)) panel.series[i].scale = median;
    }
  }
}

}  // namespace

double ZeroShare(const FitPanel& panel, int first, int end) {
  double zeros = 0.0, count = 0.0;
  for (int i = first; i < end; ++i) {
    for (int t = 0; t < panel.period_count; ++t) {
      if (!panel.present(i, t)) continue;
      count += 1;
      zeros += panel.value(i, t) == 0.0 ? 1 : 0;
    }
  }
  return count > 0 ? zeros / count : 0.0;
}

int FitPanel::FinalCount(int k) const {
  const std::optional<Period> from = network->indicator(k).provisional_from;
  if (!from.has_value()) return period_count;
  return std::clamp(*from - first, 0, period_count);
}

std::optional<double> NoiseScale(const FitPanel& panel, int i) {
  double squares = 0.0;
  int freedom = 0;
  for (int year = 0; year < panel.year_count(); ++year) {
    double sum = 0.0, sum_squares = 0.0;
    int count = 0;
    for (int t = 0; t < panel.period_count; ++t) {
      if (panel.year_back(t) != year || !panel.present(i, t)) continue;
      sum += panel.value(i, t);
      ++count;
    }
    if (count < 2) continue;
    for (int t = 0; t < panel.period_count; ++t) {
      if (panel.year_back(t) != year || !panel.present(i, t)) continue;
      const double e = panel.value(i, t) - sum / count;
      sum_squares += e * e;
    }
    squares += sum_squares;
    freedom += count - 1;
  }
  if (freedom == 0) return std::nullopt;
  return std::sqrt(squares / freedom);
}

absl::StatusOr<Period> ResolveAsOf(const Revision& revision, const FitOptions& options) {
  const Realisations& realisations = revision.realisations;
  Violations violations = CheckOptions(options);
  if (realisations.series_count() == 0 || realisations.period_count() == 0) {
    violations.Add(
        {.field = "revision", .rule = "must have realisations", .reason = "NO_REALISATIONS"});
    return violations.ToStatus();
  }
  const Period as_of = options.as_of.value_or(PresentOf(revision));
  if (as_of.frequency != revision.network.frequency() || !realisations.window().contains(as_of)) {
    violations.Add({.field = "as_of",
                    .value = as_of.ToString(),
                    .rule = absl::StrCat("must be in ", realisations.window().ToString()),
                    .reason = "AS_OF_OUT_OF_RANGE"});
  } else {
    const int fewest = PeriodsPerYear(as_of.frequency) + 1;
    const int count = as_of - realisations.first() + 1;
    if (count < fewest) {
      violations.Add({.field = "as_of",
                      .value = as_of.ToString(),
                      .rule = absl::StrCat("must leave at least ", fewest, " periods, not ", count),
                      .reason = "HISTORY_TOO_SHORT"});
    }
  }
  JALON_RETURN_IF_ERROR(violations.ToStatus());
  return as_of;
}

absl::StatusOr<FitPanel> MakePanel(const Revision& revision, const FitOptions& options) {
  JALON_ASSIGN_OR_RETURN(const Period as_of, ResolveAsOf(revision, options));
  const Realisations& realisations = revision.realisations;
  FitPanel panel;
  panel.network = &revision.network;
  panel.as_of = as_of;
  panel.first = std::max(realisations.first(), as_of - (kMostFitPeriods - 1));
  panel.truncated = panel.first != realisations.first();
  panel.period_count = as_of - panel.first + 1;
  panel.periods_per_year = PeriodsPerYear(as_of.frequency);
  AddSeries(realisations, panel);
  AddExposures(revision, panel);
  CopyValues(realisations, panel);
  for (int k = 0; k < revision.network.indicator_count(); ++k) {
    panel.indicator_rows.push_back(realisations.IndicatorRows(k));
  }
  const KnownDates dates(revision, as_of);
  for (size_t i = 0; i < panel.series.size(); ++i) {
    panel.series[i].ended =
        HasEnded(panel, dates, static_cast<int>(i), options.ended_after_missing);
  }
  panel.eta_unit.assign(panel.indicator_rows.size(), 1.0);
  panel.stock_kinds.assign(panel.indicator_rows.size(), StockKind::kNone);
  for (const auto& [first, end] : panel.indicator_rows) {
    panel.zero_shares.push_back(ZeroShare(panel, first, end));
  }
  ConvertStocks(realisations, panel);
  SetScales(panel);
  return panel;
}

}  // namespace jalon::sim
