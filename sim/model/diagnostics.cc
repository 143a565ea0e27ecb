#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "sim/base/math.h"
#include "sim/base/square.h"
#include "sim/calendar/opening_days.h"
#include "sim/model/assemble.h"

namespace jalon::sim {
namespace {

// Expected year of the median series seen, in units of one period's mean variance: noise variance
// of a year's mean eta.
double NoiseVariance(const FitParts& parts, int k) {
  const FitPanel& panel = parts.panel;
  const auto [first, end] = panel.indicator_rows[k];
  std::vector<double> variances;
  for (int i = first; i < end; ++i) {
    const double size = parts.shared[k].profile.size[i - first];
    const double phi = parts.shared[k].noise.dispersion[i - first];
    if (panel.series[i].present_count == 0) continue;
    if (panel.series[i].link == Link::kIdentity) {
      variances.push_back(Square(phi / panel.series[i].scale) / panel.periods_per_year);
    } else if (size > 0) {
      variances.push_back(phi / (size * panel.periods_per_year));
    }
  }
  if (variances.empty()) return 0.0;
  std::sort(variances.begin(), variances.end());
  return variances[variances.size() / 2];
}

IndicatorDiagnostics Diagnose(const FitParts& parts, const Model& model, int k) {
  const FitPanel& panel = parts.panel;
  const auto [first, end] = panel.indicator_rows[k];
  IndicatorDiagnostics result;
  result.series_count = end - first;
  for (int i = first; i < end; ++i) result.ended_count += panel.series[i].ended ? 1 : 0;
  result.zero_share = panel.zero_shares[k];
  // Ratios, derived indicators and stocks that follow their flows have no variance of their own.
  if (first == end || panel.stock_kinds[k] == StockKind::kExact) return result;
  const int per_year = panel.periods_per_year;
  const LatentLaw& national = model.national.laws[k];
  const LatentLaw& regional = model.regional.laws[k];
  const double nation = MeanVariance(national, per_year) + Square(national.persistent_sd);
  const double region = MeanVariance(regional, per_year) + Square(regional.persistent_sd);
  const double unit = Square(panel.eta_unit[k]);
  const double branch =
      unit * (Square(parts.effects.branch_sd[k]) + Square(parts.effects.series_sd[k]));
  const double noise = unit * NoiseVariance(parts, k);
  const double total = nation + region + branch + noise;
  if (total > 0) {
    result.national_variance_share = nation / total;
    result.regional_variance_share = region / total;
    result.branch_variance_share = branch / total;
    result.noise_variance_share = noise / total;
  }
  result.effective_years = std::max(0.0, static_cast<double>(panel.period_count) / per_year - 1.0);
  return result;
}

// Counts of things worth a sentence in one indicator.
struct Oddities {
  int ended = 0, unseen = 0, constant = 0, zero_only = 0, brief = 0;
};

bool IsConstant(const FitPanel& panel, int i) {
  double seen = 0.0;
  bool any = false;
  for (int t = 0; t < panel.period_count; ++t) {
    if (!panel.present(i, t)) continue;
    if (any && panel.value(i, t) != seen) return false;
    seen = panel.value(i, t);
    any = true;
  }
  return any;
}

Oddities Count(const FitPanel& panel, int k) {
  Oddities odd;
  const auto [first, end] = panel.indicator_rows[k];
  for (int i = first; i < end; ++i) {
    const int present = panel.series[i].present_count;
    if (present == 0) {
      ++odd.unseen;
    } else if (present <= panel.periods_per_year) {
      ++odd.brief;
    } else if (!panel.is_stock(k) && IsConstant(panel, i)) {
      bool zero = true;
      for (int t = 0; t < panel.period_count; ++t) {
        if (panel.present(i, t)) zero = zero && panel.value(i, t) == 0.0;
      }
      ++(zero ? odd.zero_only : odd.constant);
    }
  }
  return odd;
}

// One sentence for the model about the series of which `counts[k]` in indicator k are `what`:
// `3 series (2 of accounts, 1 of loans) have ended...`.
void AddCountNote(const std::vector<int>& counts, absl::string_view what, Model& model) {
  int total = 0;
  std::vector<std::string> shares;
  for (size_t k = 0; k < counts.size(); ++k) {
    if (counts[k] == 0) continue;
    total += counts[k];
    shares.push_back(absl::StrCat(counts[k], " of ", model.indicator_ids[k]));
  }
  if (total == 0) return;
  model.notes.push_back(
      absl::StrCat(total, " series (", absl::StrJoin(shares, ", "), ") ", what, "."));
}

void AddSeriesNotes(const FitParts& parts, Model& model) {
  std::vector<Oddities> odd;
  odd.reserve(parts.panel.indicator_count());
  for (int k = 0; k < parts.panel.indicator_count(); ++k) {
    odd.push_back(Count(parts.panel, k));
    odd.back().ended = model.diagnostics[k].ended_count;
  }
  const auto add = [&](int Oddities::*count, absl::string_view what) {
    std::vector<int> counts;
    counts.reserve(odd.size());
    for (const Oddities& of_indicator : odd) counts.push_back(of_indicator.*count);
    AddCountNote(counts, what, model);
  };
  add(&Oddities::ended, "have ended by as_of: their future is 0");
  add(&Oddities::unseen, "were never seen: the level of their group is used");
  add(&Oddities::zero_only, "were never anything but 0: a small level, shrunk from their group's");
  add(&Oddities::constant, "never change: their noise is the indicator's");
  add(&Oddities::brief, "have a year of history or less: shrunk to their group");
}

void AddStockNotes(const FitParts& parts, int k, Model& model) {
  const std::string& id = model.indicator_ids[k];
  switch (parts.panel.stock_kinds[k]) {
    case StockKind::kNone:
      return;
    case StockKind::kExact:
      model.notes.push_back(id +
                            ": its flows explain every known move, so that it follows them without "
                            "noise of its own.");
      for (const Elasticity& elasticity : model.elasticities) {
        if (elasticity.indicator != k) continue;
        model.notes.push_back(absl::StrCat("The effect of driver ", elasticity.prior.driver, " on ",
                                           id, " is left out: believe it of its flows."));
      }
      return;
    case StockKind::kWithoutFlows:
      model.notes.push_back(id +
                            ": observed without inflows and outflows, so that only its net "
                            "variation is modelled, as a rate of the opening level.");
      return;
    case StockKind::kMoving:
      break;
  }
  model.notes.push_back(absl::StrFormat(
      "%s: moves beyond its flows as a rate of the opening level; a series' usual noise is %.2g %% "
      "of it a period.",
      id, 100 * parts.panel.eta_unit[k]));
}

void AddIndicatorNotes(const FitParts& parts, int k, Model& model) {
  const std::string& id = model.indicator_ids[k];
  if (!parts.panel.network->HasSeries(k)) return;
  if (model.diagnostics[k].series_count == 0) {
    model.notes.push_back(id + ": no series.");
    return;
  }
  AddStockNotes(parts, k, model);
  if (parts.laws[k].has_excess_zeros) {
    model.notes.push_back(id + ": more zeros than the law of its amounts can give.");
  }
  if (parts.effects.change_count[k] == 0) {
    model.notes.push_back(
        id + ": no two years to compare, what persists in branches is what is usual (5 %).");
  }
}

void AddElasticityNotes(Model& model) {
  for (size_t e = 0; e < model.elasticities.size(); ++e) {
    const Elasticity& elasticity = model.elasticities[e];
    if (elasticity.information_share >= 0.5) continue;
    model.notes.push_back(absl::StrFormat(
        "The effect of %s on %s is mostly what was believed before: the history brings %.0f %% of "
        "the information.",
        elasticity.prior.driver, elasticity.prior.indicator, 100 * elasticity.information_share));
  }
}

void AddHistoryNotes(const FitParts& parts, Model& model) {
  const FitPanel& panel = parts.panel;
  const double years =
      std::max(0.0, static_cast<double>(panel.period_count) / panel.periods_per_year - 1);
  model.notes.push_back(absl::StrFormat(
      "About %.1f independent years stand behind the size of yearly shocks; a usual size is mixed "
      "in.",
      years));
  if (panel.period_count < 2 * panel.periods_per_year) {
    model.notes.push_back(
        "Less than two years of history: season and trend cannot be told apart, both are wide.");
  }
  if (panel.truncated) {
    model.notes.push_back(absl::StrCat("Only the last ", panel.period_count, " periods are used."));
  }
  if (panel.region_count() < 2) {
    model.notes.push_back("One region only: there are no regional latents.");
  }
}

void AddCalendarNotes(const FitPanel& panel, Model& model) {
  if (!model.exposed_indicators.empty()) {
    model.notes.push_back(absl::StrFormat(
        "%d indicators are proportional to opening days: levels are for %.0f days a period.",
        model.exposed_indicators.size(), ReferenceDays(panel.as_of.frequency)));
  }
  if (panel.closed_value_count > 0) {
    model.notes.push_back(absl::StrCat(panel.closed_value_count,
                                       " values of periods without an opening day are left out."));
  }
}

}  // namespace

void AddDiagnostics(const FitParts& parts, Model& model) {
  for (int k = 0; k < parts.panel.indicator_count(); ++k) {
    model.diagnostics.push_back(Diagnose(parts, model, k));
  }
  model.notes = parts.terms.notes;
  AddHistoryNotes(parts, model);
  AddSeriesNotes(parts, model);
  AddCalendarNotes(parts.panel, model);
  for (int k = 0; k < parts.panel.indicator_count(); ++k) AddIndicatorNotes(parts, k, model);
  AddElasticityNotes(model);
  model.notes.insert(model.notes.end(), parts.means.notes.begin(), parts.means.notes.end());
}

}  // namespace jalon::sim
