#include "sim/perimeter/hand_over_report.h"

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/text.h"
#include "sim/perimeter/dated_changes.h"

namespace jalon::sim {
namespace {

// Ticks that came to a branch in a segment: to its objective there, or to those inside.
int64_t Moved(const Network& network, const HandOverEntries& entries, const Place& place) {
  const auto found = entries.by_place().find(place);
  if (found != entries.by_place().end()) return entries[found->second].moved();
  int64_t moved = 0;
  for (int s = place.segment + 1; s < network.segment_end(place.segment); ++s) {
    if (network.segment_parent(s) != place.segment) continue;
    moved += Moved(network, entries, {place.indicator, place.unit, s, place.window});
  }
  return moved;
}

int64_t MovedBelow(const Network& network, const HandOverEntries& entries, const Place& place) {
  int64_t delta = 0;
  for (int u = place.unit + 1; u < network.unit_end(place.unit); ++u) {
    if (!network.is_leaf(u)) continue;
    delta += Moved(network, entries, {place.indicator, u, place.segment, place.window});
  }
  return delta;
}

void Follow(const Network& network, int64_t delta, Entry& entry) {
  const Indicator& indicator = network.indicator(entry.place.indicator);
  entry.ticks += delta;
  entry.touched = true;
  entry.reasons.push_back(
      absl::StrCat(delta > 0 ? "its branches take over " : "its branches hand over ",
                   ObjectiveValue(indicator, std::abs(delta))));
}

void Append(absl::string_view said, std::string& reason) {
  const std::string longer = absl::StrCat(reason, reason.empty() ? "" : "; ", said);
  if (CountCharacters(longer) <= kMaxLabelCharacters) reason = longer;
}

// What happened, as much of it as a reason holds, before what was said already.
std::string ReasonOf(const Network& network, const Entry& entry) {
  std::string reason;
  if (entry.before) {
    reason = absl::StrCat(
        "was ", ObjectiveValue(network.indicator(entry.place.indicator), entry.before->ticks));
  }
  for (const std::string& said : entry.reasons) Append(said, reason);
  if (entry.cut) Append(PhasingPhrase(entry.source), reason);
  if (entry.before && !entry.before->reason.empty()) Append(entry.before->reason, reason);
  return reason;
}

Objective NewObjective(const Network& network, const Place& place) {
  return {.unit = network.unit(place.unit).id,
          .segment = network.segment(place.segment).id,
          .indicator = network.indicator(place.indicator).id,
          .window = place.window};
}

// Closed before its window, with nothing left to ask.
bool IsGone(const Network& network, const Entry& entry) {
  const std::optional<Period>& closed = network.unit(entry.place.unit).closed;
  return entry.touched && entry.ticks == 0 && closed && *closed <= entry.place.window.first;
}

void Report(const Network& network, const Entry& entry, HandedOver& result) {
  Objective objective = entry.before.value_or(NewObjective(network, entry.place));
  if (entry.lost_ticks != 0) result.unassigned.push_back({objective, entry.lost_ticks});
  if (entry.cut) ++result.cut_by[static_cast<size_t>(entry.source)];
  if (!entry.touched) {
    result.objectives.push_back(std::move(objective));
    return;
  }
  if (IsGone(network, entry)) {
    result.gone_count += entry.before.has_value();
    return;
  }
  // Nothing was asked here and nothing came: no objective, which is not one of 0.
  if (!entry.before && entry.ticks == 0) return;
  result.changed_count += !entry.before || objective.ticks != entry.ticks;
  objective.ticks = entry.ticks;
  objective.reason = ReasonOf(network, entry);
  result.objectives.push_back(std::move(objective));
}

}  // namespace

void FollowBranches(const Network& network, HandOverEntries& entries) {
  std::vector<std::pair<int, int64_t>> deltas;
  for (const auto& [place, i] : entries.by_place()) {
    if (network.is_leaf(place.unit) || !MovesBetweenUnits(network.indicator(place.indicator))) {
      continue;
    }
    const int64_t delta = MovedBelow(network, entries, place);
    if (delta != 0) deltas.emplace_back(i, delta);
  }
  for (const auto& [i, delta] : deltas) Follow(network, delta, entries[i]);
}

HandedOver ReportOf(const Network& network, const HandOverEntries& entries) {
  HandedOver result;
  for (const auto& [place, i] : entries.by_place()) Report(network, entries[i], result);
  return result;
}

}  // namespace jalon::sim
