#include <algorithm>

#include "sim/base/hash64.h"
#include "sim/engine/plan_parts.h"

namespace jalon::sim {
namespace {

using Ranges = std::vector<std::pair<int, int>>;

// Ranges of network indices an event's filter names; everything when it names nothing.
struct EventFilter {
  std::vector<int> indicators;
  Ranges segments;
  Ranges units;
};

EventFilter FilterOf(const Network& network, const Event& event) {
  EventFilter filter;
  for (const std::string& id : event.indicators) {
    filter.indicators.push_back(network.FindIndicator(id).value());
  }
  for (const std::string& id : event.segments) {
    const int segment = network.FindSegment(id).value();
    filter.segments.emplace_back(segment, network.segment_end(segment));
  }
  for (const std::string& id : event.units) {
    const int unit = network.FindUnit(id).value();
    filter.units.emplace_back(unit, network.unit_end(unit));
  }
  return filter;
}

bool Covers(const Ranges& ranges, int first, int end) {
  if (ranges.empty()) return true;
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const auto& r) { return r.first <= first && end <= r.second; });
}

bool Names(const std::vector<int>& indicators, int indicator) {
  return indicators.empty() ||
         std::find(indicators.begin(), indicators.end(), indicator) != indicators.end();
}

// [group]: whether the filter covers each group whole.
std::vector<bool> WholeGroups(const PlanInput& input, const ModelIndex& index, const Plan& plan,
                              const EventFilter& filter) {
  std::vector<bool> whole;
  for (const PlanGroup& group : plan.groups) {
    const ModelGroup& from = input.model.groups[group.model_group];
    const int region = index.units[from.region];
    const int segment = index.segments[from.segment];
    // A model made on another revision may name a region the network no longer has.
    whole.push_back(region >= 0 && Names(filter.indicators, index.indicators[from.indicator]) &&
                    Covers(filter.segments, segment, segment + 1) &&
                    Covers(filter.units, region, input.revision.network.unit_end(region)));
  }
  return whole;
}

bool NamesSeries(const EventFilter& filter, const SeriesKey& key) {
  return Names(filter.indicators, key.indicator) &&
         Covers(filter.segments, key.segment, key.segment + 1) &&
         Covers(filter.units, key.unit, key.unit + 1);
}

PlanEvent ResolveEvent(const PlanInput& input, const ModelIndex& index, const Plan& plan,
                       const Event& event) {
  PlanEvent resolved{
      .id64 = Hash64(event.id),
      .effect = event.effect,
      .channel_share_ratio = event.channel.empty() ? 1.0 : event.channel_share_ratio};
  const Period fitted_at = input.model.as_of;
  resolved.contained = ContainedWeight(event, fitted_at);
  for (int t = 0; t < plan.period_count(); ++t) {
    resolved.weights.push_back(EventWeight(event, plan.horizon.first + t, fitted_at));
  }
  const EventFilter filter = FilterOf(input.revision.network, event);
  const std::vector<bool> whole = WholeGroups(input, index, plan, filter);
  for (int g = 0; g < plan.group_count(); ++g) {
    if (whole[g]) resolved.groups.push_back(g);
  }
  for (int i = 0; i < plan.series_count(); ++i) {
    const PlanSeries& series = plan.series[i];
    if (series.group < 0 || whole[series.group]) continue;
    if (NamesSeries(filter, input.revision.realisations.key(series.row))) {
      resolved.series.push_back(i);
    }
  }
  return resolved;
}

// Whether the event does anything to the plan.
bool Acts(const PlanEvent& event) {
  const bool felt = std::any_of(event.weights.begin(), event.weights.end(),
                                [&](double weight) { return weight != event.contained; });
  return felt && !(event.groups.empty() && event.series.empty());
}

// Lists, per series, the events that act on it alone.
void IndexBySeries(EventPart& part, int series_count) {
  std::vector<std::vector<int>> lists(series_count);
  for (size_t e = 0; e < part.events.size(); ++e) {
    for (int series : part.events[e].series) lists[series].push_back(static_cast<int>(e));
  }
  part.series_event_first.push_back(0);
  for (const std::vector<int>& list : lists) {
    part.series_events.insert(part.series_events.end(), list.begin(), list.end());
    part.series_event_first.push_back(static_cast<int>(part.series_events.size()));
  }
}

}  // namespace

EventPart ResolveEvents(const PlanInput& input, const ModelIndex& index, const Plan& plan) {
  EventPart part;
  for (const Event& event : input.scenario.events) {
    PlanEvent resolved = ResolveEvent(input, index, plan, event);
    if (Acts(resolved)) part.events.push_back(std::move(resolved));
  }
  // Effects are summed in this order: the same bits whatever the order of a scenario's rows.
  std::sort(part.events.begin(), part.events.end(),
            [](const PlanEvent& a, const PlanEvent& b) { return a.id64 < b.id64; });
  IndexBySeries(part, plan.series_count());
  return part;
}

}  // namespace jalon::sim
