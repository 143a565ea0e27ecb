#include "server/run/placed_objectives.h"

#include <utility>

#include "sim/base/status_macros.h"

namespace jalon::server {

int64_t PlacedObjectives::bytes() const {
  int64_t bytes = 0;
  for (const sim::Objective& objective : objectives) {
    bytes += static_cast<int64_t>(sizeof objective + objective.unit.capacity() +
                                  objective.segment.capacity() + objective.indicator.capacity() +
                                  objective.reason.capacity() +
                                  objective.changes.size() * sizeof(sim::ObjectiveChange));
  }
  return bytes + static_cast<int64_t>(nodes.size() * sizeof(sim::SeriesKey));
}

absl::StatusOr<PlacedObjectives> PlaceObjectives(const sim::Network& network,
                                                 std::vector<sim::Objective> objectives) {
  JALON_RETURN_IF_ERROR(sim::ValidateObjectives(network, objectives).ToStatus());
  PlacedObjectives placed{.objectives = std::move(objectives)};
  placed.nodes.reserve(placed.objectives.size());
  for (const sim::Objective& objective : placed.objectives) {
    placed.nodes.push_back({.indicator = *network.FindIndicator(objective.indicator),
                            .unit = *network.FindUnit(objective.unit),
                            .segment = *network.FindSegment(objective.segment)});
  }
  return placed;
}

}  // namespace jalon::server
