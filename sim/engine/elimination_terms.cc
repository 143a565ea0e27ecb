#include "sim/engine/elimination_terms.h"

#include <algorithm>
#include <cmath>

namespace jalon::sim {

EliminationTerms::EliminationTerms(const PlanInput& input)
    : input_(input), eliminations_(input.revision.network, input.revision.credit.eliminations) {
  for (const auto& [key, value] : eliminations_.all()) {
    if (places_.empty() || places_.back() != key.first) places_.push_back(key.first);
  }
}

Window EliminationTerms::YearToAsOf() const {
  return {input_.as_of - (PeriodsPerYear(input_.as_of.frequency) - 1), input_.as_of};
}

double EliminationTerms::QuotientOver(const SeriesKey& place, const Window& window) const {
  const NodeRange below =
      RangeOf(input_.revision.network, place.indicator, place.unit, place.segment);
  double children = 0.0;
  double eliminated = 0.0;
  const std::vector<double> sums = SumRealised(input_.revision.realisations, below, window);
  for (int t = 0; t < window.size(); ++t) {
    const double own = eliminations_.At(place, window.first + t);
    children += std::isnan(sums[t]) ? 0.0 : sums[t];
    eliminated += std::isnan(own) ? 0.0 : own;
  }
  return children == 0.0 ? 0.0 : eliminated / children;
}

std::vector<double> EliminationTerms::Quotients(const SeriesKey& place,
                                                const Window& window) const {
  const double later = window.last > input_.as_of ? QuotientOver(place, YearToAsOf()) : 0.0;
  std::vector<double> quotients;
  for (Period t = window.first; t <= window.last; t = t + 1) {
    quotients.push_back(t > input_.as_of ? later : QuotientOver(place, {t, t}));
  }
  return quotients;
}

void EliminationTerms::Add(const SeriesKey& place, const SlotReading& reading, double coefficient,
                           std::vector<EliminationTerm>& terms) const {
  if (reading.window.size() == 0 || coefficient == 0.0) return;
  terms.push_back({RangeOf(input_.revision.network, place.indicator, place.unit, place.segment),
                   reading, coefficient});
}

void EliminationTerms::AddSums(const SeriesKey& place, const Window& window,
                               std::vector<EliminationTerm>& terms) const {
  const Window past{window.first, std::min(window.last, input_.as_of)};
  const Window future{std::max(window.first, input_.as_of + 1), window.last};
  if (past.size() > 0) Add(place, {.window = past}, QuotientOver(place, past), terms);
  if (future.size() > 0) Add(place, {.window = future}, QuotientOver(place, YearToAsOf()), terms);
}

void EliminationTerms::AddPeriods(const SeriesKey& place, const SlotReading& reading,
                                  std::vector<EliminationTerm>& terms) const {
  const Period first = reading.window.first;
  const std::vector<double> q = Quotients(place, {first - 1, reading.window.last});
  const auto before = [&](int t) { return reading.mean_of_stock ? q[t] : q[t + 1]; };
  // Runs of periods with the same quotients share their terms.
  for (int t = 0; t < reading.window.size();) {
    int end = t + 1;
    while (end < reading.window.size() && before(end) == before(t) && q[end + 1] == q[t + 1]) ++end;
    SlotReading run = reading;
    run.window = {first + t, first + (end - 1)};
    Add(place, run, before(t), terms);
    run.mean_of_stock = false;
    Add(place, run, 0.5 * (q[t + 1] - before(t)), terms);
    t = end;
  }
}

std::vector<EliminationTerm> EliminationTerms::Of(const NodeRange& range,
                                                  const SlotReading& reading) const {
  std::vector<EliminationTerm> terms;
  const bool by_period = reading.mean_of_stock || reading.rate >= 0;
  for (const SeriesKey& place : places_) {
    if (!range.contains(place)) continue;
    if (by_period) {
      AddPeriods(place, reading, terms);
    } else {
      AddSums(place, reading.window, terms);
    }
  }
  return terms;
}

}  // namespace jalon::sim
