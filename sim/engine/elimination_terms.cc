#include "sim/engine/elimination_terms.h"

#include <algorithm>

namespace jalon::sim {

EliminationTerms::EliminationTerms(const PlanInput& input)
    : input_(input),
      eliminations_(input.revision.network, input.revision.credit.eliminations),
      places_(PlacesOf(eliminations_)) {}

EliminationShare EliminationTerms::ShareOver(const SeriesKey& place, const Window& window) const {
  return EliminationShareOver(input_.revision, eliminations_, place, window);
}

std::vector<EliminationShare> EliminationTerms::Shares(const SeriesKey& place,
                                                       const Window& window) const {
  EliminationShare later;
  if (window.last > input_.as_of) later = ShareOver(place, YearUpTo(input_.revision, input_.as_of));
  std::vector<EliminationShare> shares;
  for (Period t = window.first; t <= window.last; t = t + 1) {
    shares.push_back(t > input_.as_of ? later : ShareOver(place, {t, t}));
  }
  return shares;
}

void EliminationTerms::Add(const SeriesKey& place, const SlotReading& reading,
                           const EliminationShare& share, Terms& terms) const {
  if (share.quotient != 0.0) {
    terms.push_back({RangeOf(input_.revision.network, place.indicator, place.unit, place.segment),
                     reading, share.quotient});
  }
  if (share.constant != 0.0) terms.push_back({kOfOne, reading, share.constant});
}

void EliminationTerms::AddSums(const SeriesKey& place, const Window& window, Terms& terms) const {
  const Window past{window.first, std::min(window.last, input_.as_of)};
  const Window future{std::max(window.first, input_.as_of + 1), window.last};
  if (past.size() > 0) Add(place, {.window = past}, ShareOver(place, past), terms);
  if (future.size() > 0) {
    Add(place, {.window = future}, ShareOver(place, YearUpTo(input_.revision, input_.as_of)),
        terms);
  }
}

void EliminationTerms::AddPeriods(const SeriesKey& place, const SlotReading& reading,
                                  Terms& terms) const {
  const Period first = reading.window.first;
  const std::vector<EliminationShare> shares = Shares(place, {first - 1, reading.window.last});
  const auto before = [&](int t) { return reading.mean_of_stock ? shares[t] : shares[t + 1]; };
  // Runs of periods with the same shares have their terms in common.
  for (int t = 0; t < reading.window.size();) {
    int end = t + 1;
    while (end < reading.window.size() && before(end) == before(t) &&
           shares[end + 1] == shares[t + 1]) {
      ++end;
    }
    SlotReading run = reading;
    run.window = {first + t, first + (end - 1)};
    Add(place, run, before(t), terms);
    run.mean_of_stock = false;
    Add(place, run,
        {.quotient = 0.5 * (shares[t + 1].quotient - before(t).quotient),
         .constant = 0.5 * (shares[t + 1].constant - before(t).constant)},
        terms);
    t = end;
  }
}

std::vector<EliminationTerm> EliminationTerms::Of(const NodeRange& range,
                                                  const SlotReading& reading) const {
  Terms terms;
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
