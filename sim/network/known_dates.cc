#include "sim/network/known_dates.h"

#include <algorithm>
#include <cmath>

namespace jalon::sim {
namespace {

// Column of the last value of any series; -1 when there is none.
int LastColumn(const Realisations& realisations) {
  int last = -1;
  for (int i = 0; i < realisations.series_count(); ++i) {
    const auto row = realisations.row(i);
    for (int t = static_cast<int>(row.size()) - 1; t > last; --t) {
      if (!std::isnan(row[t])) last = t;
    }
  }
  return last;
}

}  // namespace

Period PresentOf(const Revision& revision) {
  const Realisations& realisations = revision.realisations;
  const int last = LastColumn(realisations);
  Period present = last < 0 ? realisations.last() : realisations.first() + last;
  for (const Indicator& indicator : revision.network.spec().indicators) {
    if (!indicator.provisional_from.has_value()) continue;
    present = std::min(present, *indicator.provisional_from - 1);
  }
  return present;
}

KnownDates::KnownDates(const Revision& revision, Period as_of)
    : network_(revision.network), as_of_(as_of), looks_back_(as_of < PresentOf(revision)) {}

std::optional<Period> KnownDates::closed(int unit) const {
  const std::optional<Period>& closed = network_.unit(unit).closed;
  if (looks_back_ && closed && as_of_ < *closed) return std::nullopt;
  return closed;
}

bool KnownDates::IsOpen(int unit, Period period) const {
  const std::optional<Period>& opened = network_.unit(unit).opened;
  if (opened && period < *opened) return false;
  const std::optional<Period> known = closed(unit);
  return !known || period < *known;
}

bool KnownDates::HasClosed(int unit) const {
  const std::optional<Period> known = closed(unit);
  return known && *known <= as_of_ + 1;
}

std::vector<int> KnownDates::Hidden() const {
  std::vector<int> hidden;
  for (int u = 0; u < network_.unit_count(); ++u) {
    if (network_.unit(u).closed && !closed(u)) hidden.push_back(u);
  }
  return hidden;
}

}  // namespace jalon::sim
