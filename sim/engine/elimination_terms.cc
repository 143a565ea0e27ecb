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

void EliminationTerms::Add(const SeriesKey& place, const Window& window, double coefficient,
                           std::vector<EliminationTerm>& terms) const {
  if (window.size() == 0 || coefficient == 0.0) return;
  terms.push_back({RangeOf(input_.revision.network, place.indicator, place.unit, place.segment),
                   window, coefficient});
}

std::vector<EliminationTerm> EliminationTerms::Of(const NodeRange& range,
                                                  const Window& window) const {
  const Period as_of = input_.as_of;
  const Window past{window.first, std::min(window.last, as_of)};
  const Window future{std::max(window.first, as_of + 1), window.last};
  const Window year{as_of - (PeriodsPerYear(as_of.frequency) - 1), as_of};
  std::vector<EliminationTerm> terms;
  for (const SeriesKey& place : places_) {
    if (!range.contains(place)) continue;
    if (past.size() > 0) Add(place, past, QuotientOver(place, past), terms);
    if (future.size() > 0) Add(place, future, QuotientOver(place, year), terms);
  }
  return terms;
}

}  // namespace jalon::sim
