// An objective set as a network understands it.
#ifndef JALON_SERVER_RUN_PLACED_OBJECTIVES_H_
#define JALON_SERVER_RUN_PLACED_OBJECTIVES_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/network/network.h"
#include "sim/objective/objective.h"

namespace jalon::server {

// Objectives with the nodes they stand on: found once for all runs of a set, which may be a few
// milliseconds each over tens of thousands of objectives.
struct PlacedObjectives {
  std::vector<sim::Objective> objectives;
  // [objective]
  std::vector<sim::SeriesKey> nodes;

  int64_t bytes() const;
};

// Errors: those of sim::ValidateObjectives. A set made for another revision may name what this one
// has not.
absl::StatusOr<PlacedObjectives> PlaceObjectives(const sim::Network& network,
                                                 std::vector<sim::Objective> objectives);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_PLACED_OBJECTIVES_H_
