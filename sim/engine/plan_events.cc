#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/hash64.h"
#include "sim/engine/event_reach.h"
#include "sim/engine/plan_parts.h"

namespace jalon::sim {
namespace {

// [group]: whether the filter covers each group whole.
std::vector<bool> WholeGroups(const PlanInput& input, const ModelIndex& index, const Plan& plan,
                              const EventFilter& filter) {
  std::vector<bool> whole;
  for (const PlanGroup& group : plan.groups) {
    const ModelGroup& from = input.model.groups[group.model_group];
    const int region = index.units[from.region];
    // A model made on another revision may name a region the network no longer has.
    whole.push_back(region >= 0 &&
                    filter.Covers(index.indicators[from.indicator], index.segments[from.segment],
                                  region, input.revision.network.unit_end(region)));
  }
  return whole;
}

// The event without the places it acts on.
PlanEvent Dated(const PlanInput& input, const Plan& plan, const Event& event) {
  const Period fitted_at = input.model.as_of;
  PlanEvent dated{.id64 = Hash64(event.id), .effect = event.effect};
  dated.contained = ContainedWeight(event, fitted_at);
  for (int t = 0; t < plan.period_count(); ++t) {
    dated.weights.push_back(EventWeight(event, plan.horizon.first + t, fitted_at));
  }
  return dated;
}

// An event whose series all have one coefficient: groups it covers whole, and single series.
PlanEvent ResolveUniform(const PlanInput& input, const ModelIndex& index, const Plan& plan,
                         const std::pair<const Event&, const EventReach&>& what) {
  const auto& [event, reach] = what;
  PlanEvent resolved = Dated(input, plan, event);
  resolved.channel_share_ratio = reach.uniform_coefficient();
  const std::vector<bool> whole = WholeGroups(input, index, plan, reach.filter());
  for (int g = 0; g < plan.group_count(); ++g) {
    if (whole[g]) resolved.groups.push_back(g);
  }
  for (int i = 0; i < plan.series_count(); ++i) {
    const PlanSeries& series = plan.series[i];
    if (series.group < 0 || whole[series.group]) continue;
    if (reach.filter().Covers(input.revision.realisations.key(series.row))) {
      resolved.series.push_back(i);
    }
  }
  return resolved;
}

// Coefficients of a series: [period of the horizon], then the one at the model's as_of; a single
// one where it never changes.
std::vector<double> Coefficients(const PlanInput& input, const Plan& plan, const EventReach& reach,
                                 const SeriesKey& key) {
  if (!reach.is_dated()) return {reach.CoefficientAt(key, plan.horizon.first)};
  std::vector<double> coefficients;
  coefficients.reserve(plan.period_count() + 1);
  for (int t = 0; t < plan.period_count(); ++t) {
    coefficients.push_back(reach.CoefficientAt(key, plan.horizon.first + t));
  }
  coefficients.push_back(reach.CoefficientAt(key, input.model.as_of));
  return coefficients;
}

// An event whose series differ: one PlanEvent per distinct coefficient, all of one stream. A series
// never goes through its group, whatever its neighbours: its numbers depend on itself alone.
std::vector<PlanEvent> ResolveBySeries(const PlanInput& input, const Plan& plan, const Event& event,
                                       const EventReach& reach) {
  std::map<std::vector<double>, std::vector<int>> places;
  for (int i = 0; i < plan.series_count(); ++i) {
    if (plan.series[i].group < 0) continue;
    const SeriesKey& key = input.revision.realisations.key(plan.series[i].row);
    places[Coefficients(input, plan, reach, key)].push_back(i);
  }
  const PlanEvent dated = Dated(input, plan, event);
  std::vector<PlanEvent> resolved;
  for (auto& [coefficients, series] : places) {
    if (coefficients == std::vector<double>(coefficients.size(), 0.0)) continue;
    PlanEvent& part = resolved.emplace_back(dated);
    for (size_t t = 0; t < part.weights.size(); ++t) {
      part.weights[t] *= coefficients[coefficients.size() == 1 ? 0 : t];
    }
    part.contained *= coefficients.back();
    part.series = std::move(series);
  }
  return resolved;
}

std::vector<PlanEvent> ResolveEvent(const PlanInput& input, const ModelIndex& index,
                                    const Plan& plan, const Event& event) {
  const EventReach reach(input, event);
  if (reach.by_series()) return ResolveBySeries(input, plan, event, reach);
  return {ResolveUniform(input, index, plan, {event, reach})};
}

// Whether the event does anything to the plan.
bool Acts(const PlanEvent& event) {
  const bool felt = std::any_of(event.weights.begin(), event.weights.end(),
                                [&](double weight) { return weight != event.contained; });
  return felt && !(event.groups.empty() && event.series.empty());
}

// Whether two regimes have the same event.
bool IsSame(const PlanEvent& a, const PlanEvent& b) {
  return a.id64 == b.id64 && a.effect == b.effect &&
         a.channel_share_ratio == b.channel_share_ratio && a.contained == b.contained &&
         a.weights == b.weights && a.groups == b.groups && a.series == b.series;
}

// An event that several regimes share stands once. `events` are sorted by id.
void JoinRegimes(std::vector<PlanEvent>& events) {
  std::vector<PlanEvent> joined;
  size_t first_of_id = 0;
  for (PlanEvent& event : events) {
    if (joined.empty() || joined.back().id64 != event.id64) first_of_id = joined.size();
    const auto same = std::find_if(joined.begin() + static_cast<int64_t>(first_of_id), joined.end(),
                                   [&](const PlanEvent& other) { return IsSame(other, event); });
    if (same == joined.end()) {
      joined.push_back(std::move(event));
    } else {
      same->regimes |= event.regimes;
    }
  }
  events = std::move(joined);
}

// Lists, per series, the events that act on it alone.
void IndexBySeries(EventPart& part, int series_count) {
  std::vector<int>& first = part.series_event_first;
  first.assign(static_cast<size_t>(series_count) + 1, 0);
  for (const PlanEvent& event : part.events) {
    for (int series : event.series) ++first[series + 1];
  }
  std::partial_sum(first.begin(), first.end(), first.begin());
  part.series_events.resize(first.back());
  std::vector<int> next(first.begin(), first.end() - 1);
  for (size_t e = 0; e < part.events.size(); ++e) {
    for (int series : part.events[e].series) {
      part.series_events[next[series]++] = static_cast<int>(e);
    }
  }
}

}  // namespace

Violations CheckEventReach(const PlanInput& input, const Window& horizon) {
  Violations violations;
  for (const World& world : WorldsOf(input.scenario)) {
    for (size_t i = 0; i < world.events.size(); ++i) {
      const std::string path = absl::StrCat("scenario.", world.path, "events[", i, "]");
      violations.Merge(EventReach(input, world.events[i]).Check(path, horizon));
    }
  }
  return violations;
}

EventPart ResolveEvents(const PlanInput& input, const ModelIndex& index, const Plan& plan) {
  EventPart part;
  const std::vector<World> worlds = WorldsOf(input.scenario);
  for (size_t r = 0; r < worlds.size(); ++r) {
    for (const Event& event : worlds[r].events) {
      for (PlanEvent& resolved : ResolveEvent(input, index, plan, event)) {
        resolved.regimes = uint32_t{1} << r;
        if (Acts(resolved)) part.events.push_back(std::move(resolved));
      }
    }
  }
  // Effects are summed in this order: the same bits whatever the order of a scenario's rows. Parts
  // of one event never meet in a series.
  std::stable_sort(part.events.begin(), part.events.end(),
                   [](const PlanEvent& a, const PlanEvent& b) { return a.id64 < b.id64; });
  JoinRegimes(part.events);
  IndexBySeries(part, plan.series_count());
  return part;
}

}  // namespace jalon::sim
