#include "sim/credit/elimination_share.h"

#include <algorithm>
#include <cmath>

namespace jalon::sim {

EliminationShare EliminationShareOver(const Revision& revision, const CreditCells& eliminations,
                                      const SeriesKey& place, const Window& window) {
  const NodeRange below = RangeOf(revision.network, place.indicator, place.unit, place.segment);
  double children = 0.0;
  double eliminated = 0.0;
  bool has_children = false;
  const std::vector<double> sums = SumRealised(revision.realisations, below, window);
  for (int t = 0; t < window.size(); ++t) {
    const double own = eliminations.At(place, window.first + t);
    if (!std::isnan(sums[t])) {
      children += sums[t];
      has_children = true;
    }
    eliminated += std::isnan(own) ? 0.0 : own;
  }
  if (children != 0.0) return {.quotient = eliminated / children};
  return {.constant = has_children ? eliminated / window.size() : 0.0};
}

std::vector<SeriesKey> PlacesOf(const CreditCells& eliminations) {
  std::vector<SeriesKey> places;
  for (const auto& [key, value] : eliminations.all()) {
    if (places.empty() || places.back() != key.first) places.push_back(key.first);
  }
  return places;
}

Window YearUpTo(const Revision& revision, Period as_of) {
  const Period year = as_of - (PeriodsPerYear(as_of.frequency) - 1);
  return {std::max(year, std::min(revision.realisations.first(), as_of)), as_of};
}

}  // namespace jalon::sim
