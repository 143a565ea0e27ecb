#include "sim/engine/event_losses.h"

#include <cmath>
#include <map>

#include "sim/engine/event_reach.h"

namespace jalon::sim {
namespace {

// The same season in the year up to `as_of`.
Period YearBefore(Period period, Period as_of) {
  const int year = PeriodsPerYear(period.frequency);
  const int years = (period - as_of + year - 1) / year;
  return period - years * year;
}

// Adds up one event.
class LossCounter {
 public:
  LossCounter(const PlanInput& input, const Event& event)
      : input_(input), event_(event), reach_(input, event), effect_(EffectMean(event.effect)) {}

  // Adds what the event does to a series in one period.
  void Add(const SeriesKey& key, double sales, Period period, EventLosses& row) const {
    const Period fitted_at = input_.model.as_of;
    const double share = reach_.ShareAt(key, period).value_or(0.0);
    const double coefficient = reach_.CoefficientAt(key, period);
    const double without =
        sales / EventFactor(coefficient * effect_, ContainedWeight(event_, fitted_at), 0.0);
    const double taken = -share * effect_ * EventWeight(event_, period, fitted_at) * without;
    row.without += without;
    row.taken += taken;
    row.channel_share += share * without;
    for (size_t j = 0; j < event_.transfers.size(); ++j) {
      row.transferred[j] += event_.transfers[j].share * taken;
    }
    const std::optional<int> from = reach_.RowAt(key, period);
    if (from && input_.revision.channels.shares[*from].assumption) row.assumed_share += without;
  }

  bool Covers(const SeriesKey& key) const { return reach_.filter().Covers(key); }
  const Event& event() const { return event_; }

 private:
  const PlanInput& input_;
  const Event& event_;
  EventReach reach_;
  double effect_;
};

// Sums of one event at branches: [indicator, branch].
std::map<std::pair<int, int>, EventLosses> AtBranches(const PlanInput& input, const Window& window,
                                                      const LossCounter& counter) {
  const Realisations& realisations = input.revision.realisations;
  std::map<std::pair<int, int>, EventLosses> branches;
  for (int i = 0; i < realisations.series_count(); ++i) {
    const SeriesKey& key = realisations.key(i);
    if (!counter.Covers(key)) continue;
    EventLosses& row = branches[{key.indicator, key.unit}];
    row.transferred.resize(counter.event().transfers.size());
    for (int t = 0; t < window.size(); ++t) {
      const Period period = window.first + t;
      if (period <= input.as_of) continue;
      const double sales = realisations.at(i, YearBefore(period, input.model.as_of));
      if (!std::isnan(sales)) counter.Add(key, sales, period, row);
    }
  }
  return branches;
}

void AddTo(EventLosses& sum, const EventLosses& part) {
  sum.without += part.without;
  sum.channel_share += part.channel_share;
  sum.assumed_share += part.assumed_share;
  for (size_t j = 0; j < part.transferred.size(); ++j) sum.transferred[j] += part.transferred[j];
  sum.lost += part.taken;
}

// `lost` holds what was taken; the parts are made to add up to it.
void Finish(const Event& event, EventLosses& row) {
  for (const double part : row.transferred) row.lost -= part;
  double given = 0.0;
  for (const LostSalesTransfer& transfer : event.transfers) given += transfer.share;
  // All of it comes back: what is left is rounding.
  if (given >= 1.0 - 1e-12) row.lost = 0.0;
  row.taken = row.lost;
  for (const double part : row.transferred) row.taken += part;
  if (row.without > 0.0) {
    row.channel_share /= row.without;
    row.assumed_share /= row.without;
  }
  row.event = event.id;
}

// Rows of one event, without their regime.
std::vector<EventLosses> LossesOf(const PlanInput& input, const Event& event, const Window& window,
                                  int depth) {
  const Network& network = input.revision.network;
  const auto branches = AtBranches(input, window, LossCounter(input, event));
  std::map<std::pair<int, int>, EventLosses> sums;
  const auto sum_at = [&](int indicator, int unit) -> EventLosses& {
    EventLosses& sum = sums[{indicator, unit}];
    sum.transferred.resize(event.transfers.size());
    return sum;
  };
  for (const auto& [place, part] : branches) {
    for (int u = place.second; u >= 0; u = network.unit_parent(u)) {
      AddTo(sum_at(place.first, u), part);
    }
    for (size_t j = 0; j < event.transfers.size(); ++j) {
      if (event.transfers[j].unit.empty()) continue;
      const int to = *network.FindUnit(event.transfers[j].unit);
      if (to == place.second) continue;
      for (int u = to; u >= 0; u = network.unit_parent(u)) {
        sum_at(place.first, u).received += part.transferred[j];
      }
    }
  }
  std::vector<EventLosses> rows;
  for (auto& [place, sum] : sums) {
    if (network.unit_depth(place.second) > depth) continue;
    sum.indicator = place.first;
    sum.unit = place.second;
    Finish(event, sum);
    rows.push_back(std::move(sum));
  }
  return rows;
}

}  // namespace

double EffectMean(const EffectLaw& law) {
  if (law.kind == EffectLaw::Kind::kTriangular) return (law.low + law.mode + law.high) / 3.0;
  return law.mode;
}

std::vector<EventLosses> LossesOfEvents(const PlanInput& input, const Window& window, int depth) {
  std::vector<EventLosses> rows;
  const std::vector<World> worlds = WorldsOf(input.scenario);
  for (size_t r = 0; r < worlds.size(); ++r) {
    for (const Event& event : worlds[r].events) {
      for (EventLosses& row : LossesOf(input, event, window, depth)) {
        row.regime = static_cast<int>(r);
        rows.push_back(std::move(row));
      }
    }
  }
  return rows;
}

}  // namespace jalon::sim
